"""How the state of a sitting looks and sounds: one shape, one word, one colour each (screens.md)."""

from __future__ import annotations

from dataclasses import dataclass

from app.hearing.model import Course, Hearing
from app.i18n import Message, _
from app.session.status import Status
from app.ui import shapes


@dataclass(frozen=True)
class Look:
    """``filled`` states are red with white words; the others are outlined in the colour of ``token``."""

    words: Message
    shape: shapes.Shape
    token: str
    filled: bool = False
    timer: str = "elapsed"


RECORDING = Look(_("RECORDING"), shapes.disc, "recording", filled=True)
CLOSED = Look(_("RECORDING · CLOSED"), shapes.locked_disc, "recording", filled=True)
STARTING = Look(_("STARTING"), shapes.ring, "warning")
BREAK = Look(_("BREAK"), shapes.bars, "warning", timer="course")
DELIBERATION = Look(_("DELIBERATION"), shapes.door, "accent", timer="course")
IDLE = Look(_("NOT RECORDING"), shapes.ring, "soft")
TROUBLE = Look(_("RECORDING STOPPED"), shapes.triangle, "recording", filled=True)


def look(hearing: Hearing, status: Status) -> Look:
    """What the top left shows: red only if sound is really being written."""
    if status.in_trouble is not None:
        return TROUBLE
    if status.recording:
        return RECORDING if hearing.case is None or hearing.case.open else CLOSED
    match status.course:
        case Course.BREAK:
            return BREAK
        case Course.DELIBERATION:
            return DELIBERATION
        case Course.RECORDING:
            return STARTING
        case _:
            return IDLE
