"""Kazakh or Russian, utterance by utterance: both models hear it, and the one that understood more of it is kept.

Confidences of two models are not comparable as they are. So each model's measure is the part of what it heard that
it took, with its own confidence, for words of its own, by duration; a model may bring a straight line (``slope``,
``offset`` in its khatshy.json under ``confidence``) that makes its measure comparable with the others'. The language
of the hearing and the one that the seat spoke last weigh a little, so that a cough-long utterance does not jump.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.transcribe.engine import Heard

#: What the seat's last language and the hearing's language add to a measure of 0…1.
_RECENT, _HEARING = 0.06, 0.03
#: Below this duration of words (s) the additions count in full, above it less and less.
_SHORT_S = 1.0


def measure(words: Sequence[Heard], calibration: Mapping[str, Any] | None = None) -> float:
    """How much of what a model heard it understood, 0…1."""
    total = sum(word.end - word.begin for word in words)
    if total <= 0:
        return 0.0
    own = sum((word.end - word.begin) * word.confidence for word in words if not word.unknown)
    line = calibration or {}
    slope, offset = line.get("slope", 1.0), line.get("offset", 0.0)
    return min(1.0, max(0.0, float(slope) * own / total + float(offset)))


def choose(
    heard: Mapping[str, Sequence[Heard]], measures: Mapping[str, float], *, hearing: str, recent: str | None
) -> str | None:
    """The language to keep; None if no model heard a word."""
    spoken = [language for language, words in heard.items() if any(not word.unknown for word in words)]
    if not spoken:
        return None
    length = max(sum(word.end - word.begin for word in heard[language]) for language in spoken)
    weight = min(1.0, _SHORT_S / max(length, 0.1))

    def score(language: str) -> float:
        prior = _HEARING * (language == hearing) + _RECENT * (language == recent)
        return measures[language] + weight * prior

    return max(spoken, key=score)
