"""The nouns of a hearing: case, participant, utterance, stage, mark, and the hearing that holds them. All frozen."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from immutables import Map
from pydantic import BaseModel, ConfigDict, Field

from app.i18n import Language
from app.values import Frozen

RecordLanguage = Literal["kk", "ru"]
Presence = Literal["present", "absent", "remote"]


class Wording(Frozen):
    """The same name or text in the languages in which somebody gave it."""

    kk: str = ""
    ru: str = ""
    en: str = ""

    def in_(self, language: Language) -> str:
        """In ``language``, or in the nearest language in which it was given."""
        return getattr(self, language) or self.ru or self.kk or self.en

    @classmethod
    def same(cls, text: str) -> Wording:
        """A text typed once, shown alike in every language."""
        return cls(kk=text, ru=text, en=text)


class Case(Frozen):
    """The case card: number, court, what it is about."""

    number: str
    name: Wording = Wording()
    court: Wording = Wording()
    place: Wording = Wording()
    procedure: Literal["civil", "criminal", "administrative", "offence"] = "civil"
    language: RecordLanguage = "ru"
    open: bool = True


class Participant(Frozen):
    """A person in the hearing; ``role`` is an id of resources/law/roles.json, ``seat`` names a microphone."""

    id: str
    role: str
    name: Wording
    seat: str = ""
    language: RecordLanguage | None = None
    presence: Presence = "present"
    means: str = ""
    represents: str = ""


class Track(Frozen):
    """One channel of a source (from 0) and the seat that it hears."""

    channel: int
    seat: str


class Source(Frozen):
    """A device's stream, as it was chosen for the sitting."""

    name: str
    kind: Literal["microphone", "loopback", "camera", "stream", "file"]
    device: str
    tracks: tuple[Track, ...] = ()


class Span(Frozen):
    """A place in the recording: frames ``first`` (included) to ``last`` (excluded) of one channel of a source.

    ``rate`` in Hz; ``begin`` is the UTC stamp of the first frame by the recorder's anchors.
    """

    run: int
    source: str
    channel: int
    first: int
    last: int
    rate: int
    begin: str

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return (self.last - self.first) / self.rate


class Word(Frozen):
    """A recognised word: frames relative to the utterance's first frame, confidence 0…1."""

    text: str
    first: int
    last: int
    confidence: float


class Model(Frozen):
    """Which machine heard it."""

    name: str
    version: str = ""
    hash: str = ""
    synthetic: bool = False


class Reading(Frozen):
    """What one model understood of an utterance."""

    language: RecordLanguage
    words: tuple[Word, ...]
    confidence: float
    model: Model

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class Utterance(Frozen):
    """Words of one seat without a pause; machine text is a draft until somebody confirms it."""

    id: str
    seat: str
    span: Span
    reading: Reading
    other: Reading | None = None
    edited: str = ""

    @property
    def text(self) -> str:
        """What a person made of it, else the machine's words."""
        return self.edited or self.reading.text


class Stage(Frozen):
    """A stage of the procedure that was entered at ``at`` (UTC stamp)."""

    id: str
    stage: str
    at: str


class Mark(Frozen):
    """Something the protocol must name, or a note (kind ``note``), at ``at`` (UTC stamp)."""

    id: str
    kind: str
    at: str
    text: Wording = Wording()
    participant: str = ""


class Course(StrEnum):
    """Where the sitting is."""

    NOT_STARTED = "not_started"
    RECORDING = "recording"
    BREAK = "break"
    DELIBERATION = "deliberation"
    STOPPED = "stopped"


class Interval(Frozen):
    """A part of the course from ``begin`` to ``end`` (UTC stamps; ``end`` empty while it goes on)."""

    course: Course
    begin: str
    end: str = ""


class Interruption(Frozen):
    """From ``at`` until ``until`` (UTC stamps) nothing was recorded of ``source`` (empty: of anything)."""

    at: str
    until: str
    source: str = ""
    reason: str = ""


class Signature(Frozen):
    """Who signed which document, how and when."""

    document: str
    role: str
    name: str
    method: Literal["pkcs12", "pkcs11", "ncalayer", "paper"]
    at: str


class OutputFile(Frozen):
    """A file made of the record: kind (``protocol``, ``transcript``, ``package`` …), name and SHA-256."""

    kind: str
    name: str
    sha256: str
    language: RecordLanguage | None = None


class Hearing(BaseModel):
    """A sitting as its events tell it; made by :func:`app.hearing.fold.fold` alone."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    sitting: str = ""
    demonstration: bool = False
    case: Case | None = None
    secretary: Wording = Wording()
    participants: Map[str, Participant] = Field(default_factory=Map)
    sources: tuple[Source, ...] = ()
    course: tuple[Interval, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    stages: tuple[Stage, ...] = ()
    marks: Map[str, Mark] = Field(default_factory=Map)
    utterances: Map[str, Utterance] = Field(default_factory=Map)
    outputs: tuple[OutputFile, ...] = ()
    signatures: tuple[Signature, ...] = ()
    frozen_at: int = 0
    unknown: int = 0

    @property
    def now(self) -> Course:
        """Where the sitting is after its last event."""
        return self.course[-1].course if self.course else Course.NOT_STARTED

    def at_seat(self, seat: str) -> Participant | None:
        """Who sits at ``seat``, if somebody does."""
        return next((p for p in self.participants.values() if p.seat == seat), None)
