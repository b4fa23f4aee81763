"""What earlier runs of this sitting left behind: the course in force, the time recorded, files that were not closed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from app import chain
from app.capture.status import RecorderCourse
from app.chain import Line
from app.media import facts
from app.media.facts import SourceOpened

#: A sitting with one of these courses was neither stopped nor never begun.
GOING_ON = ("recording", "break", "deliberation")
#: How the header of such a line is written (see :func:`app.chain.canonical`).
_COURSE = b'"type":"CourseChanged"'
_BLOCK = 1 << 16


@dataclass
class Unclosed:
    """A segment whose end was not logged; before frame ``durable`` everything was fsynced."""

    opened: facts.SegmentOpened
    format: SourceOpened
    durable: int


@dataclass
class History:
    """Sum of a sitting's log. ``since`` (UTC stamp) is when the course in force began, ``recorded_ns`` the recorded
    time over all runs; ``frames`` counts what each source wrote, ``seen_s`` are the seconds of each camera, ``formats``
    is what a source delivered last."""

    run: int = 0
    course: RecorderCourse = "not_started"
    since: str = ""
    recorded_ns: int = 0
    ended: bool = True
    last_utc: str = ""
    last_monotonic: int = 0
    boot: str = ""
    frames: dict[str, int] = field(default_factory=dict)
    seen_s: dict[str, float] = field(default_factory=dict)
    formats: dict[str, SourceOpened] = field(default_factory=dict)
    unclosed: dict[str, Unclosed] = field(default_factory=dict)

    @property
    def going_on(self) -> bool:
        """Whether the sitting was neither stopped nor never begun."""
        return self.course in GOING_ON


def read(lines: Iterable[Line]) -> History:
    """Sum up the lines of ``capture.jsonl``."""
    found = History()
    reached: dict[tuple[int, str], int] = {}
    seen: dict[str, tuple[str, float]] = {}
    recording_since: int | None = None
    heard_until = 0
    for line in lines:
        fact = facts.decode(line)
        found.last_utc, found.last_monotonic = line.utc, line.monotonic
        match fact:
            case facts.RecorderStarted():
                found.recorded_ns += _stretch(recording_since, heard_until)
                recording_since, heard_until = None, 0
                found.run, found.boot, found.ended = max(found.run, fact.run), fact.boot, False
            case facts.CourseChanged():
                if fact.course == "recording":
                    recording_since = fact.monotonic if recording_since is None else recording_since
                else:
                    found.recorded_ns += _stretch(recording_since, fact.monotonic)
                    recording_since = None
                if fact.course != found.course:
                    found.course, found.since = fact.course, fact.utc
            case facts.SourceOpened():
                found.formats[fact.source] = fact
            case facts.SegmentOpened():
                found.unclosed[fact.file] = Unclosed(fact, found.formats[fact.source], fact.anchor.frame)
            case facts.Written():
                if fact.file in found.unclosed:
                    found.unclosed[fact.file].durable = fact.anchor.frame
                reached[fact.run, fact.source] = fact.anchor.frame
                heard_until = max(heard_until, fact.anchor.monotonic)
            case facts.VideoWritten():
                seen[fact.file] = (fact.source, fact.seconds)
            case facts.SegmentClosed():
                reached[fact.run, fact.source] = fact.last
                found.unclosed.pop(fact.file, None)
            case facts.RecorderStopped():
                found.ended = True
            case _:
                pass
    found.recorded_ns += _stretch(recording_since, heard_until)
    for (_run, source), frames in reached.items():
        found.frames[source] = found.frames.get(source, 0) + frames
    for source, seconds in seen.values():
        found.seen_s[source] = found.seen_s.get(source, 0.0) + seconds
    return found


def last_course(folder: Path) -> facts.CourseChanged | None:
    """The last change of course that the log of a sitting tells, found from its end: it may have many hours of lines.

    Only that one line is read, and the chain is not verified: whoever goes on with the log does that when opening it.
    """
    try:
        with open(folder / facts.NAME, "rb") as file:
            for raw in _from_end(file):
                if _COURSE in raw and (found := _course(raw)) is not None:
                    return found
            return None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        pass  # damaged: what counts is the longest valid prefix
    for line in reversed(chain.read(folder / facts.NAME).lines):
        if isinstance(fact := facts.decode(line), facts.CourseChanged):
            return fact
    return None


def _from_end(file: BinaryIO) -> Iterator[bytes]:
    """Complete lines of a file, the last one first."""
    end = file.seek(0, os.SEEK_END)
    rest, cut = b"", True
    while end:
        begin = max(0, end - _BLOCK)
        file.seek(begin)
        rest, *lines = (file.read(end - begin) + rest).split(b"\n")
        if lines and cut:
            lines.pop()  # what follows the last end of a line is being written, or was cut off
            cut = False
        yield from reversed(lines)
        end = begin
    if not cut:
        yield rest


def _course(raw: bytes) -> facts.CourseChanged | None:
    whole = json.loads(raw)
    if whole["header"]["type"] != facts.CourseChanged.__name__:
        return None  # the words stood in the content of another line
    return facts.CourseChanged.model_validate(whole["payload"])


def _stretch(since: int | None, until: int) -> int:
    return max(0, until - since) if since is not None else 0


def next_run(history: History, folder: Path) -> int:
    """The number of the coming run; never one whose files exist, even if the log lost its end."""
    used = [history.run]
    for file in (folder / facts.FOLDER).glob("*/*"):
        number = file.name.partition("-")[0]
        used.append(int(number) if number.isdigit() else 0)
    return max(used) + 1
