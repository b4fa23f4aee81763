"""Change the sampling rate of a whole sound exactly, in the frequency domain."""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray


def quick_length(length: int) -> int:
    """The next length whose prime factors are 2, 3 and 5: others make a transform slow."""
    while True:
        rest = length
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return length
        length += 1


def resample(samples: NDArray[np.float32], source: int, target: int) -> NDArray[np.float32]:
    """The same sound at another rate; a whole utterance at a time, so its ends must be quiet."""
    divisor = gcd(source, target)
    up, down = target // divisor, source // divisor
    blocks = quick_length(-(-len(samples) // down) + 1)
    spectrum = np.fft.rfft(samples, blocks * down)
    length = blocks * up
    kept = np.zeros(length // 2 + 1, np.complex128)
    common = min(len(kept), len(spectrum))
    kept[:common] = spectrum[:common]
    wanted = round(len(samples) * target / source)
    result = np.fft.irfft(kept, length)[:wanted] * (target / source)
    return result.astype(np.float32)
