"""Keeps the recorder alive: starts it, starts it again when it dies, and needs nothing but the standard library."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from app import processes
from app.capture.boot import boot_id

STATE = "recorder.json"
#: Exit codes of the recorder that are no accident: told to stop, cannot start.
ORDERLY = (0, 3)
RESTART_S = 0.3
#: A recorder that lived for less than this died at its start; so many in a row and the guardian gives up.
QUICK_S = 2.0
TRIES = 10


def _say(state: Path, **facts: int) -> None:
    half = state.with_name(state.name + ".part")
    try:
        half.write_text(json.dumps({"guardian": os.getpid(), "boot": boot_id(), **facts}), encoding="ascii")
        os.replace(half, state)
    except OSError as error:
        _log(f"{state.name} cannot be written: {error.strerror}")  # a full disk must not end the guarding


def _log(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} guardian: {text}\n")
    sys.stderr.flush()


def read_state(folder: Path) -> dict[str, object]:
    """What the guardian of a sitting wrote down: its own pid, the recorder's, the boot; empty if there is nothing."""
    try:
        found = json.loads((folder / STATE).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_living(folder: Path) -> bool:
    """Whether the guardian of a sitting is there (a recorder that it is about to start again may not answer yet)."""
    found = read_state(folder)
    pid = found.get("guardian")
    if not isinstance(pid, int) or found.get("boot") != boot_id():
        return False
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(kernel.OpenProcess(0x1000, False, pid))  # PROCESS_QUERY_LIMITED_INFORMATION
        if not handle:
            return False
        code = ctypes.c_ulong()
        known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return not known or code.value == 259  # STILL_ACTIVE; a process that ended exists while anybody holds a handle
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False  # our own child, dead and only now taken leave of
    except OSError:
        pass  # somebody else's child
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _start(plan: str, *, first: bool) -> subprocess.Popen[bytes]:
    """Whoever launched us waits at our stdout for the word of the first recorder; later ones have no listener."""
    return subprocess.Popen(
        processes.command("app.capture.recorder", plan),
        stdin=subprocess.DEVNULL,
        stdout=None if first else subprocess.DEVNULL,
        env=processes.environment(),
        **processes.windowless(),
    )


def _let_go_of_stdout() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def main(arguments: list[str]) -> int:
    """``guardian PLAN``: the path of the plan; returns the last recorder's exit code."""
    plan = arguments[0]
    state = Path(plan).with_name(STATE)
    recorder: subprocess.Popen[bytes] | None = None
    ending = False

    def end(_number: int, _frame: object) -> None:
        nonlocal ending
        ending = True
        if recorder is not None:
            recorder.terminate()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    quick, starts = 0, 0
    while True:
        begun = time.monotonic()
        starts += 1
        recorder = _start(plan, first=starts == 1)
        if starts == 1:
            _let_go_of_stdout()
        _say(state, recorder=recorder.pid, starts=starts)
        if ending:
            recorder.terminate()  # the word came while it was being started
        code = recorder.wait()
        if code in ORDERLY or ending:
            state.unlink(missing_ok=True)
            return code
        quick = quick + 1 if time.monotonic() - begun < QUICK_S else 1
        _log(f"the recorder died with {code} after {time.monotonic() - begun:.1f} s")
        if quick >= TRIES:
            _log("giving up")
            state.unlink(missing_ok=True)
            return code
        time.sleep(RESTART_S)
        if ending:
            return code
