"""One channel at any rate and width as the recognisers want it; sample n of the output is frame n · rate/16000."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from app.transcribe.engine import RATE

Sound = NDArray[np.float32]


class Resampler:
    """Streams integers of ``width`` bytes at ``rate`` Hz into floats within ±1 at 16 kHz, without a shift."""

    def __init__(self, rate: int, width: int) -> None:
        self._scale = np.float32(1.0 / (1 << (8 * width - 1)))
        self._stream = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="float32", quality="HQ")

    def take(self, samples: NDArray[np.int32], *, last: bool = False) -> Sound:
        """The output that ``samples`` complete; ``last`` also gives what is still inside."""
        sound: Sound = samples.astype(np.float32) * self._scale
        if self._stream is None:
            return sound
        found: Sound = self._stream.resample_chunk(sound, last=last)
        return found


def pcm(sound: Sound) -> bytes:
    """Floats within ±1 as 16-bit little-endian samples."""
    whole: bytes = np.clip(np.rint(sound * 32767.0), -32768, 32767).astype("<i2").tobytes()
    return whole
