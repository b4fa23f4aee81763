"""What the engine has to tell people when something is not as it should be."""

from __future__ import annotations

from pathlib import Path

from app.errors import Trouble
from app.i18n import Message, _


def read_only() -> Trouble:
    return Trouble(
        "read-only",
        _("Another window writes to this hearing; here it can only be read."),
        safe=_("The recording goes on."),
    )


def already_recording() -> Trouble:
    return Trouble(
        "already-recording",
        _("This sitting is being recorded already, or was recorded before."),
        remedy=_("After a break go on with the break's key; for another day make a new sitting."),
    )


def exporting() -> Trouble:
    return Trouble(
        "exporting",
        _("The protocol is being made and signed just now; the record cannot be changed meanwhile."),
        remedy=_("Wait until it is ready, or cancel it."),
    )


def not_recording() -> Trouble:
    return Trouble("not-recording", _("This sitting is not being recorded."), remedy=_("Start the recording first."))


def still_recording() -> Trouble:
    return Trouble(
        "still-recording",
        _("The sitting is still being recorded."),
        remedy=_("End the recording first, then make the protocol."),
    )


def record_damaged(damage: Message) -> Trouble:
    return Trouble(
        "record-damaged",
        _("The end of the record was damaged: {damage}.", damage=damage),
        safe=_("Everything before it is whole; what followed was kept in a file of its own."),
    )


def folder_lost(path: Path, error: OSError) -> Trouble:
    return Trouble(
        "folder-lost",
        _("The folder {path} cannot be written: {reason}.", path=str(path), reason=error.strerror or str(error)),
        safe=_("The record goes on in the other folder."),
        remedy=_("Connect the disk again; the record will be completed there."),
    )


def recorder_restarted() -> Trouble:
    return Trouble(
        "recorder-restarted",
        _("The recorder had been ended from outside and was started again."),
        safe=_("What was recorded before is on disk; the gap is on record."),
        remedy=_("Repeat what was said in the meantime, if it matters."),
    )
