"""Runs of the real speech process over a sitting, and how well it understood."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jiwer
import numpy as np

from app import resources
from app.transcribe.client import SpeechClient
from app.transcribe.messages import Proposed, SpeechFinished, SpeechMessage, SpeechStateChanged, SpeechTrouble
from app.transcribe.proposal import Proposal

DEADLINE_S = 120


@dataclass
class Run:
    """Everything that a client was told."""

    messages: list[SpeechMessage] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, message: SpeechMessage) -> None:
        with self.changed:
            self.messages.append(message)
            if isinstance(message, Proposed):
                self.proposals.append(message.proposal)
            self.changed.notify_all()

    def until(self, condition: Callable[[Run], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), DEADLINE_S), self.messages[-5:]

    @property
    def ids(self) -> list[str]:
        return sorted(proposal.id for proposal in self.proposals)

    @property
    def states(self) -> list[str]:
        return [message.state for message in self.messages if isinstance(message, SpeechStateChanged)]

    @property
    def last(self) -> SpeechStateChanged:
        return [message for message in self.messages if isinstance(message, SpeechStateChanged)][-1]

    @property
    def troubles(self) -> list[str]:
        return [message.trouble.code for message in self.messages if isinstance(message, SpeechTrouble)]

    @property
    def finished(self) -> bool:
        return any(isinstance(message, SpeechFinished) for message in self.messages)


def transcribe(folder: Path, **options: Any) -> Run:
    """Everything of a finished sitting."""
    run = Run()
    settings: dict[str, Any] = {"demonstration": True, "hearing_language": "kk"} | options
    client = SpeechClient(folder, on_message=run.hear, **settings)
    try:
        assert client.wait(DEADLINE_S), run.messages[-3:]
    finally:
        client.close()
    return run


@dataclass(frozen=True)
class Line:
    """What somebody really said, and when (s from the begin of the recording)."""

    seat: str
    language: str
    begin: float
    end: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """``wer`` over all words; parts of the lines with the right seat and language; median error of starts (s)."""

    wer: float
    seats: float
    languages: float
    start: float
    spurious: int


def score(lines: Sequence[Line], proposals: Sequence[Proposal]) -> Score:
    """Text against the script, seat by seat; every line is looked for among all seats by time."""
    wrong = total = 0
    for seat in sorted({line.seat for line in lines} | {proposal.seat for proposal in proposals}):
        said = " ".join(word for line in lines if line.seat == seat for word in line.words)
        own = sorted((p for p in proposals if p.seat == seat), key=lambda p: (p.span.run, p.span.begin))
        heard = " ".join(p.reading.text for p in own)
        if not said:
            wrong += len(heard.split())
            continue
        found = jiwer.process_words(said, heard or "·")
        wrong += found.substitutions + found.deletions + found.insertions
        total += len(said.split())
    seats = languages = 0
    starts = []
    for line in lines:
        near = max(proposals, key=lambda p: _overlap(line, p), default=None)
        if near is None or _overlap(line, near) <= 0:
            continue
        seats += near.seat == line.seat
        languages += near.reading.language == line.language
        starts.append(min(abs(p.span.first / p.span.rate - line.begin) for p in proposals if p.seat == line.seat))
    spurious = sum(all(_overlap(line, p) <= 0 or line.seat != p.seat for line in lines) for p in proposals)
    count = len(lines)
    return Score(wrong / max(1, total), seats / count, languages / count, float(np.median(starts)), spurious)


def _overlap(line: Line, proposal: Proposal) -> float:
    span = proposal.span
    return min(line.end, span.last / span.rate) - max(line.begin, span.first / span.rate)


def script(cues: Sequence[Mapping[str, Any]], seats: Mapping[str, str] | None = None) -> list[Line]:
    """The lines of the demonstration hearing; ``seats`` says who sits where."""
    return [
        Line(
            (seats or {}).get(cue["speaker"], cue["speaker"]), cue["language"], cue["at"], cue["end"],
            tuple(word for word, _begin, _end in cue["words"]),
        )
        for cue in cues
    ]  # fmt: skip


def installed(place: Path, *languages: str) -> Path:
    """A models folder with models as they are unpacked: the demonstration's, without what says that they are it."""
    for language in languages:
        folder = place / f"vosk-model-small-{'kz' if language == 'kk' else language}-0.99"
        shutil.copytree(resources.folder("models") / f"demo-{language}", folder)
        (folder / "khatshy.json").unlink()
    return place
