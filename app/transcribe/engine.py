"""The port of a recogniser: sound in, words with their seconds out. Vosk is the one behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.transcribe.proposal import Model

#: What every recogniser is given: mono, 16-bit, this rate in Hz.
RATE = 16_000


@dataclass(frozen=True, slots=True)
class Heard:
    """A word with its place in seconds from the first sample that was accepted; confidence 0…1.

    ``unknown`` marks sound that the model took for speech but not for a word of its own.
    """

    text: str
    begin: float
    end: float
    confidence: float
    unknown: bool = False


class Recogniser(Protocol):
    """Hears one utterance at a time; after :meth:`finish` it is ready for the next."""

    def accept(self, pcm: bytes) -> None:
        """Hear on: 16-bit little-endian samples at :data:`RATE`."""
        ...

    def partial(self) -> str:
        """Text so far; it may change."""
        ...

    def finish(self) -> list[Heard]:
        """All words of the utterance, in order."""
        ...


class Engine(Protocol):
    """A loaded model; its recognisers may run in threads of their own."""

    language: str
    model: Model
    calibration: Mapping[str, Any]

    def recogniser(self) -> Recogniser:
        """A new recogniser; costs some 70 MB with a model of real size."""
        ...
