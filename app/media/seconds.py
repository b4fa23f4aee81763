"""The proof of sound: SHA-256 of every whole second of a track, the same whatever container holds the samples."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.media.recording import Recording


def pcm(samples: NDArray[np.int32], width: int) -> bytes:
    """Little-endian PCM of ``width`` (2 or 3) bytes a sample."""
    if width == 2:
        return samples.astype("<i2").tobytes()
    return np.ascontiguousarray(samples, dtype="<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


class SecondHasher:
    """Takes one track's samples in order and yields the hash of each second that is complete.

    Second k is frames k·rate … (k+1)·rate−1 of the source in its run. Where frames are missing the second they
    belong to has no hash.
    """

    def __init__(self, rate: int, width: int) -> None:
        self.rate = rate
        self.width = width
        self._next = 0
        self._digest: Any = hashlib.sha256()

    def take(self, first: int, samples: NDArray[np.int32]) -> Iterator[tuple[int, str]]:
        """``samples`` begin with frame ``first``; yields (second, hexadecimal hash)."""
        if first != self._next:
            self._next, self._digest = first, None
        offset = 0
        while offset < len(samples):
            if self._next % self.rate == 0:
                self._digest = hashlib.sha256()
            part = samples[offset : offset + self.rate - self._next % self.rate]
            if self._digest is not None:
                self._digest.update(pcm(part, self.width))
            offset += len(part)
            self._next += len(part)
            if self._next % self.rate == 0 and self._digest is not None:
                yield self._next // self.rate - 1, self._digest.hexdigest()

    def rest(self) -> tuple[int, str] | None:
        """The incomplete second at the end of a source, which the recorder hashes when the source ends."""
        if self._digest is None or self._next % self.rate == 0:
            return None
        return self._next // self.rate, self._digest.hexdigest()


def logged(recording: Recording) -> dict[tuple[int, str], Mapping[int, tuple[str, ...]]]:
    """The hashes that the recorder wrote down: (run, source) -> second -> one hash a channel."""
    found: dict[tuple[int, str], dict[int, tuple[str, ...]]] = {}
    for segment in recording.segments:
        found.setdefault((segment.run, segment.source), {}).update(segment.seconds)
    return dict(found)
