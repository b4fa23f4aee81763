"""The first moments of a run: folders, the log that one recorder writes, and no trace of it if it cannot begin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app import files
from app.capture.folders import Folders
from app.capture.plan import Plan
from app.capture.space import refuse_full
from app.chain import ChainLog
from app.clock import Clock
from app.errors import Trouble
from app.i18n import _
from app.media.facts import NAME


def prepare_folders(plan: Plan, folders: Folders, *, going_on: bool) -> None:
    """Make the two folders, prove that they can be written and that there is space.

    Trouble ``folder-refused`` or ``no-space``; while a sitting is going on the other folder is enough.
    """
    for which in folders.alive:
        try:
            _prepare(folders.places[which])
            refuse_full(folders, which, plan.reserve_bytes)
        except Trouble as trouble:
            if not going_on or len(folders.alive) == 1:
                raise
            folders.lose(which, "full" if trouble.code == "no-space" else "failed")


def _prepare(folder: Path) -> None:
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
