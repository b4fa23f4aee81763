"""Voices the script line by line and lays everything out on one time line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tools.demo.script import Script
from tools.speech.voice import SAMPLE_RATE, Samples, say

# The hearing opens and closes with a moment of room tone; a break falls into the middle of silence
# long enough for the player to stop there without cutting anybody off.
_LEAD, _TAIL, _BREAK = 1.0, 1.5, 1.0
_AFTER_LINE, _BETWEEN = 0.25, 0.05


@dataclass(frozen=True)
class Spoken:
    """One voiced line: who, from which sample on, and its sound."""

    seat: str
    start: int
    samples: Samples


@dataclass(frozen=True)
class Staging:
    """The time line: voiced lines, the cues that go with them, where breaks fall, the length."""

    spoken: list[Spoken]
    cues: list[dict[str, Any]]
    holds: list[float]
    seconds: float


def stage(script: Script) -> Staging:
    """Voice the script; every time in the cues counts from the start of the recording."""
    spoken: list[Spoken] = []
    cues: list[dict[str, Any]] = []
    holds: list[float] = []
    now, aside = _LEAD, _LEAD
    for line in script.lines:
        if "speaker" in line:
            start = round((max(now, aside) + line["pause"]) * SAMPLE_RATE)
            seat = script.seats[line["speaker"]]
            voiced = say(line["text"], line["language"], seat.variant, speed=seat.speed, pitch=seat.pitch)
            at = start / SAMPLE_RATE
            words = [[word, _round(at + a), _round(at + b)] for word, a, b in voiced.words]
            cues.append(
                {
                    "at": _round(at),
                    "end": words[-1][2],
                    "speaker": line["speaker"],
                    "language": line["language"],
                    "text": line["text"],
                    "words": words,
                }
            )
            spoken.append(Spoken(seat.name, start, voiced.samples))
            now = at + voiced.words[-1][2]
            aside = now
        elif "break" in line:
            now += _BREAK
            holds.append(_round(now))
            cues.append({"at": _round(now), **line})
            now += _BREAK
            aside = now
        else:
            # Acts of the secretary take no time of the hearing; they only keep their order.
            aside = now + _AFTER_LINE if aside <= now else aside + _BETWEEN
            cues.append({"at": _round(aside), **line})
    return Staging(spoken, cues, holds, _round(now + _TAIL))


def _round(seconds: float) -> float:
    return round(seconds, 3)
