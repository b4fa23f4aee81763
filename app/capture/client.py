"""How the rest of the house speaks to the recorder: launch one, find a living one, ask it, leave it alone."""

from __future__ import annotations

import hashlib
import json
import os
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
_POLL_S = 0.05
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


class RecorderClient:
    """A connection to the recorder of one sitting; it finds the way back after a restart of the recorder."""

    def __init__(self, address: Path, folder: Path) -> None:
        """Connect; Trouble ``peer-absent`` or ``peer-refused``."""
        self._address = address
        self._folder = folder
        self._turn = threading.Lock()
        self._wire: wire.Client | None = wire.Client(address)

    def status(self) -> RecorderStatus:
        """How everything is; Trouble ``peer-absent`` or ``peer-lost`` while no recorder answers (ask again)."""
        return RecorderStatus.model_validate(self._request({"do": "status"}, patience_s=0.0))

    def course(self, course: Literal["recording", "break", "deliberation", "stopped"], after_s: float = 0.0) -> Moment:
        """Change the course; returns when that is durable, with the moment from which it holds.

        Asking for the course that is in force changes nothing and tells when it began. In a fast run ``after_s``
        seconds of the hearing's own clock pass first.
        """
        request = {"do": "course", "course": course, "after_s": after_s}
        for patience_s in (0.0, RESTART_S):
            try:
                return Moment.model_validate(self._request(request, patience_s))
            except Trouble as trouble:
                # a recorder that was told to stop may have done so and left before its answer arrived
                stopped = _stopped(self._folder) if course == "stopped" else None
                if stopped is not None:
                    return stopped
                if patience_s or trouble.code not in ("peer-absent", "peer-lost"):
                    raise
        raise AssertionError("the second try returns or raises")

    def _request(self, request: dict[str, Any], patience_s: float) -> dict[str, Any]:
        deadline = time.monotonic() + patience_s
        with self._turn:
            while True:
                try:
                    if self._wire is None:
                        self._wire = wire.Client(self._address)
                    return self._wire.request(request, timeout_s=70.0)
                except Trouble as trouble:
                    if trouble.code not in ("peer-absent", "peer-lost", "peer-refused"):
                        raise
                    self._hang_up()
                    if time.monotonic() >= deadline:
                        raise
                time.sleep(_POLL_S)

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def close(self) -> None:
        """Detach; the recording goes on."""
        with self._turn:
            self._hang_up()


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
        started.terminate()
        started.wait()
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
        files.replace(path, plan.model_dump_json(indent=1).encode())
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
        return subprocess.Popen(
            processes.command("app.capture.guardian", str(path)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env=processes.environment(),
            cwd=paths.logs(),
            **processes.detached(),
        )


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
    if not _past(folder).going_on:
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


def _past(folder: Path) -> history.History:
    return history.read(chain.read(folder / facts.NAME).lines)


def _stopped(folder: Path) -> Moment | None:
    """The moment at which the last run was stopped, if it was."""
    for line in reversed(chain.read(folder / facts.NAME).lines):
        fact = facts.decode(line)
        if isinstance(fact, facts.CourseChanged):
            return Moment(run=fact.run, monotonic=fact.monotonic, utc=fact.utc) if fact.course == "stopped" else None
    return None
