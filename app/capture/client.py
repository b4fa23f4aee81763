"""How the rest of the house speaks to the recorder: launch one, find a living one, ask it, leave it alone."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Literal

from app import chain, files, paths, processes, wire
from app.capture import guardian, history
from app.capture.plan import FILES, Plan
from app.capture.status import RecorderStatus
from app.errors import Trouble
from app.i18n import _
from app.media import facts
from app.values import Frozen

PLAN = "recorder-plan.json"
#: A killed recorder is back within this time (s).
RESTART_S = 6.0
#: A course is durable, or given up, within this time (s); how everything is must be told at once (s).
_COURSE_S = 70.0
_STATUS_S = 2.0
_POLL_S = 0.05
#: A recorder that is being started again may still have the key of the one before it.
_AWAY = ("peer-absent", "peer-lost", "peer-refused")
_LONGEST_ADDRESS = 100


class Moment(Frozen):
    """When the course changed: run, monotonic ns, UTC stamp."""

    run: int
    monotonic: int
    utc: str


def socket_address(sitting: str) -> Path:
    """Where the recorder of a sitting listens; short, because a Unix socket's path has at most 107 bytes."""
    name = f"{hashlib.sha256(sitting.encode()).hexdigest()[:12]}.sock"
    address = paths.runtime() / name
    if sys.platform == "win32" or len(os.fsencode(address)) <= _LONGEST_ADDRESS:
        return address
    deep = hashlib.sha256(os.fsencode(paths.runtime())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"khatshy-{os.getuid()}-{deep}" / name


def _private(folder: Path) -> None:
    """Make the folder of sockets and keys; Trouble ``folder-refused`` if it is somebody else's."""
    files.make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    if sys.platform != "win32" and folder.stat().st_uid != os.getuid():
        raise Trouble(
            "folder-refused",
            _("The folder {path} belongs to another user.", path=str(folder)),
            remedy=_("Ask IT to remove it."),
        )


class _Connection:
    """One way to the recorder, made anew when it breaks; requests from several threads take turns."""

    def __init__(self, address: Path, timeout_s: float) -> None:
        """``timeout_s``: the longest wait for one answer."""
        self._address = address
        self._timeout_s = timeout_s
        self._turn = threading.Lock()
        self._closed = threading.Event()
        self._wire: wire.Client | None = None

    def connect(self) -> wire.Client:
        """The living connection; Trouble ``peer-absent``, ``peer-refused`` or ``peer-lost``."""
        if self._wire is None and not self._closed.is_set():
            self._wire = wire.Client(self._address)
        if self._wire is None or self._closed.is_set():
            self._hang_up()
            raise Trouble("peer-lost", _("The connection to the recorder was lost."))
        return self._wire

    def request(self, request: dict[str, Any], patience_s: float) -> dict[str, Any]:
        """Ask, again and again for ``patience_s`` while no recorder answers."""
        deadline = time.monotonic() + patience_s
        with self._turn:
            while True:
                try:
                    return self.connect().request(request, timeout_s=self._timeout_s)
                except Trouble as trouble:
                    if trouble.code not in _AWAY:
                        raise
                    self._hang_up()
                    if self._closed.is_set() or time.monotonic() >= deadline:
                        raise
                self._closed.wait(_POLL_S)

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def close(self) -> None:
        """Hang up for good, without waiting for a turn: whoever waits for an answer is woken."""
        self._closed.set()
        if (living := self._wire) is not None:
            living.close()


class RecorderClient:
    """The way to the recorder of one sitting; it is found again after a restart of the recorder.

    A course that waits for a slow disk delays no status: each has a connection of its own.
    """

    def __init__(self, address: Path, folder: Path) -> None:
        """Connect; Trouble ``peer-absent``, ``peer-refused`` or ``peer-lost``."""
        self._folder = folder
        self._look = _Connection(address, _STATUS_S)
        self._command = _Connection(address, _COURSE_S)
        try:
            self._look.connect()
            self._command.connect()
        except Trouble:
            self.close()
            raise

    def status(self) -> RecorderStatus:
        """How everything is; Trouble ``peer-absent`` or ``peer-lost`` while no recorder answers (ask again)."""
        return RecorderStatus.model_validate(self._look.request({"do": "status"}, patience_s=0.0))

    def course(self, course: Literal["recording", "break", "deliberation", "stopped"], after_s: float = 0.0) -> Moment:
        """Change the course; returns when that is durable, with the moment from which it holds.

        Asking for the course that is in force changes nothing and tells when it began. In a fast run ``after_s``
        seconds of the hearing's own clock pass first.
        """
        request = {"do": "course", "course": course, "after_s": after_s}
        for patience_s in (0.0, RESTART_S):
            try:
                return Moment.model_validate(self._command.request(request, patience_s))
            except Trouble as trouble:
                # a recorder that was told to stop may have done so and left before its answer arrived
                stopped = _stopped(self._folder) if course == "stopped" else None
                if stopped is not None:
                    return stopped
                if patience_s or trouble.code not in _AWAY:
                    raise
        raise AssertionError("the second try returns or raises")

    def close(self) -> None:
        """Detach at once, whoever waits for an answer; the recording goes on."""
        self._look.close()
        self._command.close()


def launch(plan: Plan, timeout_s: float = 15.0) -> RecorderClient:
    """Start the recorder of a sitting under its guardian, both living on without us.

    Raises the recorder's own Trouble where it cannot start (unknown or busy device, no space, folder refused …);
    nothing was begun then. ``recorder-silent`` if it does not answer in time.
    """
    plan = _absolute(plan)
    made = not plan.folder.exists()
    path = files.make_folder(plan.folder) / PLAN
    if (living := attach(plan.folder)) is not None:
        living.close()
        raise Trouble(
            "sitting-busy",
            _("This sitting is being recorded already."),
            safe=_("That recording goes on."),
            remedy=_("Open the sitting to see it; it cannot be recorded twice at once."),
        )
    _write_plan(path, plan)
    before = guardian.read_state(plan.folder)
    started = _start_guardian(plan, path)
    deadline = time.monotonic() + timeout_s
    try:
        word = _first_word(started, timeout_s)
        if "trouble" in word:
            raise Trouble.from_json(word["trouble"])
        while time.monotonic() < deadline and started.poll() is None:
            try:
                return RecorderClient(plan.address, plan.folder)
            except Trouble:
                time.sleep(_POLL_S)
        raise _silent(plan)
    except Trouble:
        _end(started, plan.folder, before)
        if not chain.read(plan.folder / facts.NAME).lines:
            path.unlink(missing_ok=True)
            if made and not any(plan.folder.iterdir()):
                plan.folder.rmdir()
        raise
    finally:
        if started.stdout:
            started.stdout.close()


def _absolute(plan: Plan) -> Plan:
    """The recorder lives in another working folder than whoever chose the files."""
    sources = [
        source.model_copy(update={"device": str(Path(source.device).absolute())}) if source.kind in FILES else source
        for source in plan.sources
    ]
    places = {"folder": plan.folder.absolute(), "mirror": plan.mirror and plan.mirror.absolute()}
    return plan.model_copy(update={**places, "sources": tuple(sources)})


def _write_plan(path: Path, plan: Plan) -> None:
    try:
        files.replace(path, plan.model_dump_json(indent=1).encode(), private=True)
    except OSError as error:
        path.with_name(path.name + ".part").unlink(missing_ok=True)
        raise Trouble(
            "folder-refused",
            _("The folder {path} cannot be written: {reason}.", path=str(plan.folder), reason=error.strerror or "?"),
            safe=_("Nothing was recorded, nothing was changed."),
            remedy=_("Choose another folder or ask IT for the right to write there."),
        ) from error


def _log_path(plan: Plan) -> Path:
    return paths.logs() / f"recorder-{files.safe_name(plan.sitting)}.log"


def _start_guardian(plan: Plan, path: Path) -> subprocess.Popen[bytes]:
    files.make_folder(paths.logs())
    _private(plan.address.parent)
    with open(_log_path(plan), "ab") as log:
        return processes.start_detached(
            processes.command("app.capture.guardian", str(path)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=processes.environment(),
            cwd=paths.logs(),
        )


def _end(started: subprocess.Popen[bytes], folder: Path, before: dict[str, object]) -> None:
    """End a guardian and its recorder: one that cannot say farewell (Windows) leaves its recorder behind."""
    started.terminate()
    started.wait()
    left = guardian.read_state(folder)
    if left != before and isinstance(pid := left.get("recorder"), int):
        try:
            os.kill(pid, signal.SIGTERM)
        except OSError:
            pass  # it has left by itself


def _first_word(started: subprocess.Popen[bytes], timeout_s: float) -> dict[str, Any]:
    """What the first recorder says when it is ready or cannot be; empty if it died or is silent."""
    found: list[bytes] = []

    def listen() -> None:
        assert started.stdout
        found.append(started.stdout.readline())

    listener = threading.Thread(target=listen, name="recorder-first-word", daemon=True)
    listener.start()
    listener.join(timeout_s)
    try:
        word = json.loads(found[0]) if found else {}
    except ValueError:
        word = {}
    return word if isinstance(word, dict) else {}


def _silent(plan: Plan) -> Trouble:
    return Trouble(
        "recorder-silent",
        _("The recorder did not start."),
        safe=_("Nothing was recorded."),
        remedy=_("Its log says more: {path}", path=str(_log_path(plan))),
    )


def attach(folder: Path) -> RecorderClient | None:
    """The living recorder of a sitting, if there is one; one that is being restarted is waited for."""
    try:
        plan = Plan.model_validate_json((folder / PLAN).read_bytes())
    except (OSError, ValueError):
        return None
    deadline = time.monotonic() + RESTART_S
    while True:
        try:
            return RecorderClient(plan.address, folder)
        except Trouble:
            if time.monotonic() >= deadline or not guardian.is_living(folder):
                return None
        time.sleep(_POLL_S)


def interrupted(folder: Path) -> bool:
    """Whether a sitting was going on and nobody records it any more; launch its plan again to go on."""
    last = history.last_course(folder)
    if last is None or last.course not in history.GOING_ON:
        return False
    living = attach(folder)
    if living is not None:
        living.close()
    return living is None


def read_plan(folder: Path) -> Plan | None:
    """The plan with which a sitting was last recorded."""
    try:
        return Plan.model_validate_json((folder / PLAN).read_bytes())
    except (OSError, ValueError):
        return None


def _stopped(folder: Path) -> Moment | None:
    """The moment at which the last run was stopped, if it was."""
    last = history.last_course(folder)
    if last is None or last.course != "stopped":
        return None
    return Moment(run=last.run, monotonic=last.monotonic, utc=last.utc)
