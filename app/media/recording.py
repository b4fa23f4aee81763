"""A sitting's recording as its log tells it: segments, growing while they are written, and the time of each frame."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app import clock
from app.chain import Tail
from app.media import facts
from app.media.facts import Anchor

WAV_HEADER = 44


@dataclass
class Segment:
    """One file of contiguous frames: ``first`` (included) to ``last`` (excluded, fsynced so far)."""

    run: int
    source: str
    file: Path
    rate: int
    width: int
    channels: int
    anchors: list[Anchor]
    last: int
    closed: bool = False
    seconds: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def first(self) -> int:
        return self.anchors[0].frame

    def monotonic(self, frame: int) -> int:
        """Monotonic nanoseconds at which ``frame`` was heard, interpolated between anchors."""
        frames = [anchor.frame for anchor in self.anchors]
        near = self.anchors[max(0, bisect.bisect_right(frames, frame) - 1)]
        return near.monotonic + (frame - near.frame) * clock.NS // self.rate

    def utc(self, frame: int) -> datetime:
        """Civil time at which ``frame`` was heard, from the segment's first anchor (one clock per segment)."""
        start = self.anchors[0]
        elapsed = self.monotonic(frame) - start.monotonic
        return clock.moment(start.utc) + timedelta(microseconds=elapsed / 1000)

    def read(self, first: int, last: int) -> NDArray[np.int32]:
        """Frames ``first``…``last``-1 as an array (frames, channels) of integers at the file's width.

        Only what is fsynced can be asked for; ValueError otherwise.
        """
        if not self.first <= first <= last <= self.last:
            raise ValueError(f"frames {first}-{last} are not in {self.file.name} ({self.first}-{self.last})")
        frame_bytes = self.width * self.channels
        with open(self.file, "rb") as file:
            file.seek(WAV_HEADER + (first - self.first) * frame_bytes)
            raw = file.read((last - first) * frame_bytes)
        return decode_pcm(raw, self.width).reshape(-1, self.channels)


def decode_pcm(raw: bytes, width: int) -> NDArray[np.int32]:
    """Little-endian PCM of 2 or 3 bytes a sample as integers."""
    if width == 2:
        return np.frombuffer(raw, "<i2").astype(np.int32)
    # into the upper three of four bytes, and the sign comes down with the shift
    samples = np.zeros((len(raw) // 3, 4), np.uint8)
    samples[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
    return samples.view("<i4").reshape(-1).astype(np.int32, copy=False) >> 8


@dataclass
class VideoFile:
    """One Matroska file of a camera; time 0 is ``monotonic``/``utc``."""

    run: int
    source: str
    file: Path
    width: int
    height: int
    fps: float
    monotonic: int
    utc: str
    seconds: float = 0.0
    closed: bool = False


class Recording:
    """Follows ``capture.jsonl`` of a sitting; :meth:`refresh` takes in what was written since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs: list[facts.RecorderStarted] = []
        self.sources: dict[tuple[int, str], facts.SourceOpened] = {}
        self.segments: list[Segment] = []
        self.videos: list[VideoFile] = []
        self.course: list[facts.CourseChanged] = []
        self.losses: list[facts.SourceLost | facts.SourceReturned] = []
        self.stopped = False
        #: UTC stamp of the last line: nothing is known of the recorder after it.
        self.last_utc = ""
        self._tail = Tail(folder / facts.NAME)
        self._by_file: dict[str, Segment] = {}
        self._video_by_file: dict[str, VideoFile] = {}
        self.refresh()

    def refresh(self) -> bool:
        """Read on; True if there was anything new."""
        new = False
        for line in self._tail.new():
            self.last_utc = line.utc
            fact = facts.decode(line)
            if fact is not None:
                self._take(fact)
                new = True
        return new

    def _take(self, fact: facts.Fact) -> None:
        match fact:
            case facts.RecorderStarted():
                self.runs.append(fact)
                self.stopped = False
            case facts.SourceOpened():
                self.sources[fact.run, fact.source] = fact
            case facts.SegmentOpened():
                opened = self.sources[fact.run, fact.source]
                segment = Segment(
                    fact.run, fact.source, self.folder / fact.file, opened.rate, opened.width, opened.channels,
                    [fact.anchor], fact.anchor.frame,
                )  # fmt: skip
                self.segments.append(segment)
                self._by_file[fact.file] = segment
            case facts.Written():
                segment = self._by_file[fact.file]
                segment.last = fact.anchor.frame
                segment.seconds.update(fact.seconds)
                if fact.anchor.frame > segment.anchors[-1].frame + 10 * segment.rate:
                    segment.anchors.append(fact.anchor)
            case facts.SegmentClosed():
                self._by_file[fact.file].last = fact.last
                self._by_file[fact.file].closed = True
            case facts.VideoOpened():
                video = VideoFile(
                    fact.run, fact.source, self.folder / fact.file, fact.width, fact.height, fact.fps,
                    fact.monotonic, fact.utc,
                )  # fmt: skip
                self.videos.append(video)
                self._video_by_file[fact.file] = video
            case facts.VideoWritten():
                self._video_by_file[fact.file].seconds = fact.seconds
            case facts.VideoClosed():
                self._video_by_file[fact.file].closed = True
            case facts.CourseChanged():
                self.course.append(fact)
            case facts.SourceLost() | facts.SourceReturned():
                self.losses.append(fact)
            case facts.RecorderStopped():
                self.stopped = True
            case _:
                pass

    def of_track(self, run: int, source: str) -> list[Segment]:
        """The segments of one source in one run, in order."""
        return [segment for segment in self.segments if segment.run == run and segment.source == source]

    def tracks(self) -> list[tuple[int, str, facts.SeatChannel]]:
        """(run, source, seat and channel) of everything that was recorded as sound."""
        return [(run, source, track) for (run, source), opened in self.sources.items() for track in opened.tracks]
