"""The closed list of what can happen to a record. Past tense; a correction is an event too.

The class name is the type written in the log; a change of fields gets a new version. Times called ``at`` are UTC
stamps (:func:`app.clock.stamp`) taken from the recorder where it was running.
"""

from __future__ import annotations

from typing import ClassVar, get_args

from app.chain import Access, Line
from app.hearing.model import (
    Case,
    Interruption,
    Mark,
    OutputFile,
    Participant,
    Reading,
    Signature,
    Source,
    Stage,
    Utterance,
    Wording,
)
from app.values import Frozen


class Event(Frozen):
    """Base of the list: its version, and who may read it unless the record says otherwise."""

    version: ClassVar[int] = 1
    access: ClassVar[Access] = "parties"


class HearingOpened(Event):
    """The first event: which sitting, which case, who is answerable; says whether it is only a demonstration."""

    sitting: str
    case: Case
    secretary: Wording
    demonstration: bool = False


class CaseCorrected(Event):
    """The case card was changed, during or after the sitting."""

    case: Case


class ParticipantEntered(Event):
    """A participant was put on the list, or their card was changed (same id)."""

    participant: Participant


class ParticipantRemoved(Event):
    """A participant was put on the list by mistake."""

    id: str


class SourcesChosen(Event):
    """Which devices hear which seats."""

    sources: tuple[Source, ...]


class RecordingStarted(Event):
    at: str
    run: int


class BreakStarted(Event):
    at: str


class DeliberationStarted(Event):
    at: str


class RecordingResumed(Event):
    at: str


class RecordingStopped(Event):
    at: str


class RecordingInterrupted(Event):
    """The recorder died or a device was lost for a while."""

    interruption: Interruption


class DamageFound(Event):
    """At opening the end of the record was not readable any more; it was set aside in ``file``'s folder."""

    file: str
    line: int
    reason: str


class StageEntered(Event):
    stage: Stage


class MarkMade(Event):
    """A mark or note was made, or corrected (same id)."""

    mark: Mark


class MarkDeleted(Event):
    id: str


class UtteranceProposed(Event):
    """The machine understood something: a draft until a person confirms it."""

    utterance: Utterance


class UtteranceEdited(Event):
    """A person corrected the reading of an utterance; the machine's words stay in the event that proposed them."""

    id: str
    text: str


class ReadingExchanged(Event):
    """The other language's reading was chosen."""

    id: str
    reading: Reading


class OutputWritten(Event):
    """A protocol, transcript or package was written."""

    output: OutputFile


class ProtocolSigned(Event):
    """A signature was made. The first one freezes everything before it."""

    signature: Signature
    frozen_seq: int


AFTER_SIGNING: tuple[type[Event], ...] = (ProtocolSigned, OutputWritten, DamageFound)
"""What a record accepts after its first signature."""

EVENTS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        HearingOpened, CaseCorrected, ParticipantEntered, ParticipantRemoved, SourcesChosen, RecordingStarted,
        BreakStarted, DeliberationStarted, RecordingResumed, RecordingStopped, RecordingInterrupted, DamageFound,
        StageEntered, MarkMade, MarkDeleted, UtteranceProposed, UtteranceEdited, ReadingExchanged, OutputWritten,
        ProtocolSigned,
    )
}  # fmt: skip

ACCESSES: tuple[Access, ...] = get_args(Access)


def decode(line: Line) -> Event | None:
    """The event of a log line; None where the type or version is newer than this program, or the payload left out."""
    kind = EVENTS.get(line.type)
    if kind is None or line.version > kind.version or line.payload is None:
        return None
    return kind.model_validate(line.payload)
