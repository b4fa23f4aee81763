"""Decodes samples with a Vosk model folder, for measuring."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import vosk  # type: ignore[import-untyped]

from tools.models.symbols import UNKNOWN
from tools.speech.room import RATE, Samples

vosk.SetLogLevel(-1)

_BLOCK = RATE // 5


@dataclass(frozen=True)
class Heard:
    """A decoded word with its confidence; `[unk]` stands for speech of another language."""

    word: str
    start: float
    end: float
    confidence: float


class Decoder:
    """One model, loaded once; every call decodes on its own."""

    def __init__(self, folder: Path) -> None:
        self._model = vosk.Model(str(folder))

    def decode(self, samples: Samples) -> list[Heard]:
        """Every word heard, strangers included, with seconds from the start of the samples."""
        recogniser = vosk.KaldiRecognizer(self._model, RATE)
        recogniser.SetWords(True)
        data = (np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2")
        results = []
        for start in range(0, len(data), _BLOCK):
            if recogniser.AcceptWaveform(data[start : start + _BLOCK].tobytes()):
                results.append(recogniser.Result())
        results.append(recogniser.FinalResult())
        return [
            Heard(entry["word"], entry["start"], entry["end"], entry["conf"])
            for result in results
            for entry in json.loads(result).get("result", [])
        ]


def text(heard: list[Heard]) -> list[str]:
    """The words of the model's own language."""
    return [word.word for word in heard if word.word != UNKNOWN]


def confidence(heard: list[Heard]) -> float:
    """Mean confidence over the time of all that was heard; foreign speech counts as nothing."""
    total = sum(word.end - word.start for word in heard)
    own = sum((w.end - w.start) * w.confidence for w in heard if w.word != UNKNOWN)
    return own / total if total else 0.0
