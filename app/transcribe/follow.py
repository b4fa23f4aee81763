"""Reads a sitting's sound as it grows: pieces of contiguous frames, all sources together forward in time.

Live and afterwards by the same code: afterwards everything is simply there already. Frames that are fsynced are
given out once and in order; how far the time of the sitting is known comes with them (:attr:`Step.known`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.clock import NS
from app.media import facts
from app.media.recording import Recording, Segment

#: At most so much sound of a source in one step (s).
STEP_S = 5
#: Segments whose frames follow each other are one stream unless the clock says that so much is missing (s).
JOINT_S = 0.2
#: A source so far behind the others (s of sound), or quiet so long after its file was closed, is not waited for.
_BEHIND_S, _QUIET_S = 3.0, 1.5

#: Time that is known for good.
FOREVER = 1 << 62


@dataclass(frozen=True, eq=False)
class Piece:
    """Frames ``first``… of a source, (frames, channels); ``begins`` if they do not continue the piece before."""

    source: str
    first: int
    samples: NDArray[np.int32]
    segment: Segment
    begins: bool


@dataclass(frozen=True, eq=False)
class Step:
    """What was read of one run: pieces, sources that ended, and until when (monotonic ns) nothing more will come."""

    run: int
    pieces: tuple[Piece, ...]
    ended: tuple[str, ...]
    known: int
    over: bool


@dataclass
class _Place:
    """How far one source was read."""

    name: str
    segments: list[Segment] = field(default_factory=list)
    index: int = 0
    frame: int = -1
    begins: bool = True
    open: bool = False
    changed: float = field(default_factory=time.monotonic)
    available: int = 0


class Follow:
    """Goes through the runs of a sitting, one after the other."""

    def __init__(self, folder: Path, *, live: bool = True) -> None:
        """``live`` waits for what is still being recorded; otherwise the present end of the files is the end."""
        self.recording = Recording(folder)
        self._live = live
        self._run = 0
        self._places: dict[str, _Place] = {}
        self._next_run()
        self._look()

    def opened(self, source: str) -> facts.SourceOpened:
        """Rate, width and seats of a source of the present run."""
        return self.recording.sources[self._run, source]

    def unread_s(self) -> float:
        """Seconds of sound on disk that were not given out, of the source that has most."""
        waiting: dict[str, float] = {}
        for place in self._places.values():
            for segment in place.segments[place.index :]:
                begin = max(segment.first, place.frame) if segment is place.segments[place.index] else segment.first
                waiting[place.name] = waiting.get(place.name, 0.0) + max(0, segment.last - begin) / segment.rate
        for segment in self.recording.segments if self._later() else ():
            if segment.run > self._run:
                waiting[segment.source] = (
                    waiting.get(segment.source, 0.0) + (segment.last - segment.first) / segment.rate
                )
        return max(waiting.values(), default=0.0)

    def step(self) -> Step:
        """Read on by at most :data:`STEP_S` seconds; returns at once, with nothing where there is nothing new."""
        if self.recording.refresh():
            if not self._run:
                self._next_run()
            self._look()
        finished = self._finished()
        behind = [moment for place in self._places.values() if (moment := self._waiting(place)) is not None]
        until = min(behind, default=0) + STEP_S * NS
        pieces: list[Piece] = []
        ended: list[str] = []
        for place in self._places.values():
            while (piece := self._read(place, until)) is not None:
                pieces.append(piece)
        known = FOREVER
        newest = max((place.available for place in self._places.values()), default=0)
        for place in self._places.values():
            waiting = self._waiting(place)
            if waiting is not None:
                known = min(known, waiting)
            elif finished or self._absent(place, newest):
                if place.open:
                    ended.append(place.name)
                    place.open = False
                    place.begins = True
            else:
                known = min(known, place.available)
        run, over = self._run, False
        if finished and known == FOREVER:
            over = not self._next_run()
            self._look()
        return Step(run, tuple(pieces), tuple(ended), known, over)

    def _next_run(self) -> bool:
        """Turn to the next run; False if this one is the last."""
        later = self._later()
        if not later:
            return False
        self._run = min(later)
        self._places = {}
        return True

    def _later(self) -> list[int]:
        return [started.run for started in self.recording.runs if started.run > self._run]

    def _finished(self) -> bool:
        """Nothing will be added to the present run."""
        return not self._live or self.recording.stopped or bool(self._later())

    def _look(self) -> None:
        """Take in new sources, segments and frames of the present run."""
        for run, name in self.recording.sources:
            if run == self._run and name not in self._places:
                self._places[name] = _Place(name)
        for place in self._places.values():
            place.segments = self.recording.of_track(self._run, place.name)
            for segment in place.segments[place.index :]:
                segment.seconds.clear()  # hashes are for others; in eight hours they would be the most of our memory
            if not place.segments:
                continue
            last = place.segments[-1]
            available = last.monotonic(last.last)
            if available != place.available:
                place.available = available
                place.changed = time.monotonic()

    def _waiting(self, place: _Place) -> int | None:
        """The time of the next frame that can be read; None if there is none."""
        for number in range(place.index, len(place.segments)):
            segment = place.segments[number]
            frame = max(segment.first, place.frame) if number == place.index else segment.first
            if frame < segment.last:
                return segment.monotonic(frame)
        return None

    def _absent(self, place: _Place, newest: int) -> bool:
        """Whether the others go on without this source."""
        quiet = time.monotonic() - place.changed
        closed = not place.segments or place.segments[-1].closed
        return quiet > _QUIET_S and (closed or newest - place.available > _BEHIND_S * NS or not self._going())

    def _going(self) -> bool:
        return bool(self.recording.course) and self.recording.course[-1].course == "recording"

    def _read(self, place: _Place, until: int) -> Piece | None:
        while place.index < len(place.segments):
            segment = place.segments[place.index]
            if place.frame < 0:
                place.frame = segment.first
            if place.frame < segment.last:
                break
            if place.index + 1 == len(place.segments):
                return None
            following = place.segments[place.index + 1]
            missing = following.monotonic(following.first) - segment.monotonic(segment.last)
            place.begins = place.begins or following.first != segment.last or abs(missing) > JOINT_S * NS
            place.index += 1
            place.frame = following.first
        else:
            return None
        begin = segment.monotonic(place.frame)
        if begin >= until:
            return None
        last = min(segment.last, place.frame + max(1, (until - begin) * segment.rate // NS))
        piece = Piece(place.name, place.frame, _frames(segment, place.frame, last), segment, place.begins)
        place.frame, place.begins, place.open = last, False, True
        return piece


def _frames(segment: Segment, first: int, last: int) -> NDArray[np.int32]:
    """The frames as they are on disk; what cannot be read any more is silence, so that the rest becomes text."""
    found = np.zeros((last - first, segment.channels), np.int32)
    try:
        heard = segment.read(first, last)
        found[: len(heard)] = heard
    except (OSError, ValueError):
        pass
    return found
