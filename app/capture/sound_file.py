"""A sound file as a source: played in the time of the clock it is given, holding where the script says so."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from app.capture.plan import SourcePlan
from app.capture.source import Block, Format, Loss, State, check_channels, file_trouble, pick_channels
from app.clock import NS, Clock
from app.i18n import _

_NARROW = frozenset({"PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW"})


class _Reader(Protocol):
    """Frames of a file from its beginning on; a frame beyond its end is sought as in a loop."""

    format: Format

    def read(self, frames: int) -> bytes: ...
    def seek(self, frame: int) -> None: ...
    def close(self) -> None: ...


class _Lossless:
    """What libsndfile reads: FLAC, WAV and their like, sample by sample as they are."""

    def __init__(self, path: Path) -> None:
        import soundfile

        self._file = soundfile.SoundFile(path)
        width = 2 if self._file.subtype in _NARROW else 3
        self.format = Format(self._file.samplerate, width, self._file.channels)

    def read(self, frames: int) -> bytes:
        if self.format.width == 2:
            return bytes(self._file.read(frames, dtype="int16", always_2d=True).astype("<i2").tobytes())
        wide = self._file.read(frames, dtype="int32", always_2d=True).astype("<i4")
        return bytes(np.ascontiguousarray(wide.view(np.uint8).reshape(-1, 4)[:, 1:]).tobytes())

    def seek(self, frame: int) -> None:
        whole = self._file.frames
        self._file.seek(frame if frame <= whole else frame % max(1, whole))

    def close(self) -> None:
        self._file.close()


class _Decoded:
    """The first sound of anything else that FFmpeg opens, as 16-bit PCM at its own rate."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container: Any = None
        self.seek(0)

    def _open(self) -> None:
        import av

        self.close()
        self._container = av.open(str(self._path))
        if not self._container.streams.audio:
            self.close()
            raise ValueError("no sound in it")
        stream = self._container.streams.audio[0]
        self.format = Format(stream.rate, 2, stream.channels)
        if not (stream.rate and stream.channels):
            self.close()
            raise ValueError("only a name without sound")
        self._resampler = av.AudioResampler(format="s16", layout=stream.layout, rate=stream.rate)
        self._packets = self._container.decode(stream)
        self._rest = b""

    def read(self, frames: int) -> bytes:
        wanted = frames * self.format.frame_bytes
        parts = bytearray(self._rest)
        while len(parts) < wanted and (frame := next(self._packets, None)) is not None:
            for even in self._resampler.resample(frame):
                parts += bytes(even.planes[0])[: even.samples * self.format.frame_bytes]
        self._rest = bytes(parts[wanted:])
        return bytes(parts[:wanted])

    def seek(self, frame: int) -> None:
        self._open()
        while frame > 0 and (skipped := len(self.read(min(frame, self.format.rate)))):
            frame -= skipped // self.format.frame_bytes

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None


def _open_reader(path: Path) -> _Reader:
    import soundfile

    if not path.is_file():
        raise file_trouble("file-missing", _("There is no file {path}.", path=str(path)))
    if not os.access(path, os.R_OK):
        raise file_trouble("file-unreadable", _("The file {path} may not be read.", path=str(path)))
    try:
        return _Lossless(path)
    except (soundfile.LibsndfileError, OSError):
        pass  # not for libsndfile; FFmpeg may know it
    try:
        return _Decoded(path)
    except (OSError, ValueError) as error:
        raise file_trouble(
            "file-unreadable", _("The file {path} holds no sound that can be read.", path=str(path))
        ) from error


class SoundFile:
    """Plays only while the sitting is recorded, so that a break loses nothing of the script."""

    def __init__(self, plan: SourcePlan, clock: Clock, position: int = 0) -> None:
        """``position``: frames that an earlier run has recorded already."""
        self._plan = plan
        self._clock = clock
        self._position = position
        self._begun_at = 0
        self._begun_with = position
        self._until: int | None = None
        self.state: State = "waiting"
        self.reason = ""

    def open(self) -> Format:
        self._reader = _open_reader(Path(self._plan.device))
        self._format = self._reader.format
        check_channels(self._plan, self._format.channels)
        holds = [round(hold * self._format.rate) for hold in self._plan.holds]
        self._holds = [hold for hold in holds if hold >= self._position]
        if self._position:
            self._reader.seek(self._position)
        return Format(self._format.rate, self._format.width, len(self._plan.tracks))

    def follow(self, recording: bool, at: int) -> None:
        if not recording:
            self._until = at
            return
        if self.state in ("waiting", "holding"):
            self._holds = [hold for hold in self._holds if hold > self._position]
            self._begun_at, self._begun_with, self._until = at, self._position, None
            self.state = "delivering"

    def read(self) -> list[Block | Loss]:
        if self.state != "delivering":
            return []
        now = self._clock.monotonic_ns()
        until = now if self._until is None else min(now, self._until)
        due = self._begun_with + (until - self._begun_at) * self._format.rate // NS
        hold = self._holds[0] if self._holds else None
        goal = due if hold is None else min(due, hold)
        blocks: list[Block | Loss] = []
        while self._position < goal and (block := self._next(goal - self._position)):
            blocks.append(block)
        if self.state == "delivering" and self._position == hold:
            self.state = "holding"
        elif self.state == "delivering" and self._until is not None and now >= self._until:
            self.state = "waiting"
        return blocks

    def _next(self, frames: int) -> Block | None:
        frames = min(frames, self._format.rate)
        pcm = self._reader.read(frames)
        if not pcm and self._plan.loop and self._position:
            self._reader.seek(0)
            pcm = self._reader.read(frames)
        if not pcm:
            self.state = "ended"
            return None
        heard = self._begun_at + (self._position - self._begun_with) * NS // self._format.rate
        got = len(pcm) // self._format.frame_bytes
        self._position += got
        return Block(pick_channels(pcm, self._format, self._plan.tracks), got, heard)

    def close(self) -> None:
        if hasattr(self, "_reader"):
            self._reader.close()
