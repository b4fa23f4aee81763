"""What the machine proposes for the record, in the shape of the hearing's utterance, which the session makes of it."""

from __future__ import annotations

from app.values import Frozen


class Span(Frozen):
    """Frames ``first`` (included) to ``last`` (excluded) of one channel of a source.

    ``rate`` in Hz; ``begin`` is the UTC stamp of the first frame by the recorder's anchors.
    """

    run: int
    source: str
    channel: int
    first: int
    last: int
    rate: int
    begin: str


class Word(Frozen):
    """A recognised word: frames of the source, counted from the span's first; confidence 0…1."""

    text: str
    first: int
    last: int
    confidence: float


class Model(Frozen):
    """Which machine heard it; ``synthetic`` marks the demonstration models, which know synthetic speech alone."""

    name: str
    version: str = ""
    hash: str = ""
    synthetic: bool = False


class Reading(Frozen):
    """What one model understood; ``confidence`` is its calibrated measure (app/transcribe/language.py)."""

    language: str
    words: tuple[Word, ...]
    confidence: float
    model: Model

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class Proposal(Frozen):
    """An utterance as the machine understood it; ``other`` is what the other language's model made of it."""

    id: str
    seat: str
    span: Span
    reading: Reading
    other: Reading | None = None


def utterance_id(run: int, source: str, channel: int, first: int) -> str:
    """The name of an utterance: the same however often its sound is heard again."""
    return f"u{run}-{source}-{channel}-{first}"
