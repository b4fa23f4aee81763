"""The first moments of a run: folders, the log that one recorder writes, and no trace of it if it cannot begin."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from app import files
from app.capture.plan import Plan
from app.chain import ChainLog
from app.clock import Clock
from app.errors import Trouble
from app.i18n import _
from app.media.facts import NAME

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id(*, fast: bool) -> str:
    """Identifies the boot in which monotonic times are comparable; those of a fast run are comparable to no others."""
    try:
        boot = _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        # elsewhere: the minute in which the PC was started
        boot = str(round((time.time() - time.monotonic()) / 60))
    return f"fast-{boot}" if fast else boot


def make_folders(plan: Plan) -> None:
    """Make the two folders, and prove that they can be written; Trouble ``folder-refused``."""
    for folder in filter(None, (plan.folder, plan.mirror)):
        files.make_folder(folder)
        probe = folder / ".recorder-probe"
        try:
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise Trouble(
                "folder-refused",
                _("The folder {path} cannot be written: {reason}.", path=str(folder), reason=error.strerror or "?"),
                safe=_("Nothing was recorded, nothing was changed."),
                remedy=_("Choose another folder or ask IT for the right to write there."),
            ) from error


def begin_log(plan: Plan, clock: Clock, on_lost: Callable[[Path, OSError], None]) -> ChainLog:
    """Open ``capture.jsonl`` as its only writer; Trouble ``sitting-busy`` if another recorder has it."""
    mirror = plan.mirror / NAME if plan.mirror else None
    try:
        return ChainLog(plan.folder / NAME, mirror, clock=clock, on_lost=on_lost)
    except Trouble as trouble:
        if trouble.code != "log-busy":
            raise
        raise Trouble(
            "sitting-busy",
            _("This sitting is being recorded already."),
            safe=_("That recording goes on."),
            remedy=_("Open the sitting to see it; it cannot be recorded twice at once."),
        ) from trouble


def withdraw(log: ChainLog, plan: Plan) -> None:
    """A start that failed leaves nothing behind where nothing was before."""
    untouched = log.seq == 0 and log.reading.damage is None
    log.close()
    if untouched:
        for folder in filter(None, (plan.folder, plan.mirror)):
            for name in (NAME, NAME + ".lock"):
                (folder / name).unlink(missing_ok=True)
