"""Writes one source's sound into WAV files of at most 60 s that play at any moment, and hashes it second by second."""

from __future__ import annotations

import hashlib
import struct
from datetime import timedelta

import numpy as np

from app import clock
from app.capture.folders import Folders, Twin
from app.capture.source import Format
from app.clock import NS, Clock
from app.media.facts import FOLDER, SEGMENT_SECONDS, Anchor, Fact, SegmentClosed, SegmentOpened, Written


def wav_header(format: Format, frames: int) -> bytes:
    """The 44 bytes before ``frames`` frames of plain PCM."""
    size = frames * format.frame_bytes
    describes = struct.pack(
        "<IHHIIHH", 16, 1, format.channels, format.rate, format.rate * format.frame_bytes, format.frame_bytes,
        8 * format.width,
    )  # fmt: skip
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + describes + b"data" + struct.pack("<I", size)


class SecondHashes:
    """SHA-256 of each channel's PCM, second by second of the source's own count of frames."""

    def __init__(self, format: Format) -> None:
        self._format = format
        self._frame = 0
        self._running = self._fresh()
        self._complete: dict[int, tuple[str, ...]] = {}

    def _fresh(self) -> list[hashlib._Hash]:
        return [hashlib.sha256() for _channel in range(self._format.channels)]

    def add(self, pcm: bytes) -> None:
        """Take in the next frames."""
        frames = np.frombuffer(pcm, np.uint8).reshape(-1, self._format.channels, self._format.width)
        while len(frames):
            part = frames[: self._format.rate - self._frame % self._format.rate]
            for channel, running in enumerate(self._running):
                running.update(part[:, channel].tobytes())
            frames = frames[len(part) :]
            self._frame += len(part)
            if self._frame % self._format.rate == 0:
                self._complete[self._frame // self._format.rate - 1] = self._end()

    def _end(self) -> tuple[str, ...]:
        found = tuple(running.hexdigest() for running in self._running)
        self._running = self._fresh()
        return found

    def take(self) -> dict[int, tuple[str, ...]]:
        """The seconds that became complete since the last call."""
        found, self._complete = self._complete, {}
        return found

    def rest(self) -> dict[int, tuple[str, ...]]:
        """The last, shorter second of a run that ends."""
        return {self._frame // self._format.rate: self._end()} if self._frame % self._format.rate else {}


class SegmentWriter:
    """From frames to files. What happened is put into ``facts``, in order; :meth:`sync` and :meth:`close` add only
    what is fsynced, so everything there may be logged at once."""

    def __init__(self, source: str, folder: str, format: Format, run: int, folders: Folders, clock: Clock) -> None:
        """``folder``: name of the source's own folder under ``capture/``."""
        self._source = source
        self._place = f"{FOLDER}/{folder}"
        self._format = format
        self._run = run
        self._folders = folders
        self._clock = clock
        self._hashes = SecondHashes(format)
        self._file: Twin | None = None
        self._name = ""
        self._first = 0
        self._segments = 0
        self.frame = 0
        self.synced = 0
        self.heard_until = 0
        self.facts: list[Fact] = []

    @property
    def is_open(self) -> bool:
        return self._file is not None

    def anchor(self) -> Anchor:
        """The next frame and the time at which it is (or would be) heard."""
        behind = self._clock.monotonic_ns() - self.heard_until
        utc = self._clock.utc() - timedelta(microseconds=behind / 1000)
        return Anchor(frame=self.frame, monotonic=self.heard_until, utc=clock.stamp(utc))

    def write(self, pcm: bytes, heard: int) -> None:
        """Write frames, the first heard at ``heard`` (monotonic ns)."""
        longest = SEGMENT_SECONDS * self._format.rate
        rest = memoryview(pcm)
        while rest:
            if self._file is None:
                self._open(heard)
            room = longest - (self.frame - self._first)
            part = rest[: room * self._format.frame_bytes]
            self._write_part(bytes(part), heard)
            frames = len(part) // self._format.frame_bytes
            heard += frames * NS // self._format.rate
            rest = rest[len(part) :]
            if self.frame - self._first == longest:
                self.close()

    def _open(self, heard: int) -> None:
        self._segments += 1
        self._name = f"{self._place}/{self._run}-{self._segments}.wav"
        self._file = self._folders.create(self._name)
        self._file.write(wav_header(self._format, SEGMENT_SECONDS * self._format.rate))
        self._first = self.frame
        self.heard_until = heard
        self.facts.append(SegmentOpened(run=self._run, source=self._source, file=self._name, anchor=self.anchor()))

    def _write_part(self, pcm: bytes, heard: int) -> None:
        assert self._file is not None
        self._file.write(pcm)
        self._hashes.add(pcm)
        frames = len(pcm) // self._format.frame_bytes
        self.frame += frames
        self.heard_until = heard + frames * NS // self._format.rate

    def sync(self) -> None:
        """Make everything durable and say so."""
        if self._file is None or self.frame == self.synced:
            return
        self._file.sync()
        self.synced = self.frame
        self._tell(self._hashes.take())

    def _tell(self, seconds: dict[int, tuple[str, ...]]) -> None:
        self.facts.append(
            Written(run=self._run, source=self._source, file=self._name, anchor=self.anchor(), seconds=seconds)
        )

    def close(self) -> None:
        """End the segment, if one is open: true length into its header, everything durable."""
        if self._file is None:
            return
        written = self.frame - self._first
        if written < SEGMENT_SECONDS * self._format.rate:
            size = written * self._format.frame_bytes
            self._file.patch(4, struct.pack("<I", 36 + size))
            self._file.patch(40, struct.pack("<I", size))
        self._file.sync()
        if self.frame != self.synced:
            self.synced = self.frame
            self._tell(self._hashes.take())
        self._file.close()
        self._file = None
        self.facts.append(SegmentClosed(run=self._run, source=self._source, file=self._name, last=self.frame))

    def finish(self) -> None:
        """The run ends: close, and hash the short last second too."""
        self.close()
        if self._name and (seconds := self._hashes.rest()):
            self._tell(seconds)

    def take_facts(self) -> list[Fact]:
        """What happened since the last call."""
        found, self.facts = self.facts, []
        return found
