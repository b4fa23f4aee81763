"""How loud a seat is: RMS and peak of the last 0.1 s in dBFS."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.capture.source import Format
from app.media.recording import decode_pcm

#: Digital silence, and the floor of everything shown.
SILENCE_DB = -120.0


def levels(pcm: bytes, format: Format) -> list[tuple[float, float, bool]]:
    """(RMS, peak, clipped) of each channel; 0 dBFS is full scale."""
    full = float(1 << (8 * format.width - 1))
    samples: NDArray[np.float32] = decode_pcm(pcm, format.width).reshape(-1, format.channels).astype(np.float32) / full
    if not len(samples):
        return [(SILENCE_DB, SILENCE_DB, False)] * format.channels
    peaks = np.abs(samples).max(axis=0)
    rms = np.sqrt(np.square(samples).mean(axis=0))
    clipped = peaks >= 1.0 - 1.5 / full
    return [(_db(r), _db(p), bool(c)) for r, p, c in zip(rms, peaks, clipped, strict=True)]


def _db(value: float) -> float:
    return max(SILENCE_DB, round(20 * float(np.log10(value)), 1)) if value > 0 else SILENCE_DB
