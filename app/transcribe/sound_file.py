"""A sound or video file behind the interface of a growing sitting: each channel is a seat, or all together are one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from app.errors import Trouble
from app.i18n import _
from app.media.facts import Anchor, SeatChannel, SourceOpened
from app.media.recording import Segment
from app.transcribe.follow import FOREVER, STEP_S, Piece, Step

#: A file has no clock of its own: its time 0.
_EPOCH = "1970-01-01T00:00:00.000000Z"


class SoundFile:
    """Reads the first sound track of whatever PyAV opens, at its own rate, as 16 bits."""

    def __init__(self, path: Path, *, mixed: bool = False) -> None:
        """Open; Trouble ``file-unreadable`` for what is no sound. ``mixed`` makes one channel of all."""
        self._path = path
        self._mixed = mixed
        try:
            self._container = av.open(str(path))
            self._stream = self._container.streams.audio[0]
        except (OSError, IndexError, av.FFmpegError) as error:
            raise Trouble(
                "file-unreadable",
                _("{file} holds no sound that can be read.", file=path.name),
                remedy=_("Choose a sound or video file, for instance WAV, FLAC, MP3 or MP4."),
            ) from error
        self.rate = int(self._stream.rate)
        channels = 1 if mixed else self._stream.channels
        self.seconds = float(self._container.duration or 0) / 1_000_000
        tracks = tuple(SeatChannel(channel=n, seat=f"channel {n + 1}") for n in range(channels))
        self._opened = SourceOpened(
            run=1, source=path.name, kind="file", device=path.name, rate=self.rate, width=2, channels=channels,
            tracks=tracks,
        )  # fmt: skip
        anchor = Anchor(frame=0, monotonic=0, utc=_EPOCH)
        self._segment = Segment(1, path.name, path, self.rate, 2, channels, [anchor], 0)
        self._blocks = self._read()
        self._over = False

    def opened(self, source: str) -> SourceOpened:
        """Rate and channels, as the recorder would say."""
        return self._opened

    def unread_s(self) -> float:
        """Seconds that were not read, as far as the file says how long it is."""
        return 0.0 if self._over else max(0.0, self.seconds - self._segment.last / self.rate)

    def step(self) -> Step:
        """The next few seconds."""
        first, parts = self._segment.last, list[NDArray[np.int32]]()
        for block in self._blocks:
            parts.append(block)
            self._segment.last += len(block)
            if self._segment.last - first >= STEP_S * self.rate:
                break
        else:
            self._over = True
        pieces: tuple[Piece, ...] = ()
        if parts and self._segment.last > first:
            pieces = (Piece(self._path.name, first, np.concatenate(parts), self._segment, first == 0),)
        known = FOREVER if self._over else self._segment.monotonic(self._segment.last)
        ended = (self._path.name,) if self._over else ()
        return Step(1, pieces, ended, known, self._over)

    def _read(self) -> Iterator[NDArray[np.int32]]:
        """Decoded blocks (frames, channels); a damaged file ends where it cannot be read any more."""
        resampler = AudioResampler(format="s16", layout=self._stream.layout, rate=self.rate)
        channels = self._stream.channels
        try:
            for frame in self._container.decode(self._stream):
                frame.pts = None
                for plain in resampler.resample(frame):
                    yield self._cut(plain.to_ndarray(), channels)
            for plain in resampler.resample(None):
                yield self._cut(plain.to_ndarray(), channels)
        except av.FFmpegError:
            return
        finally:
            self._container.close()

    def _cut(self, samples: NDArray[Any], channels: int) -> NDArray[np.int32]:
        whole = samples.reshape(-1, channels).astype(np.int32)
        return whole.mean(axis=1, keepdims=True).astype(np.int32) if self._mixed else whole
