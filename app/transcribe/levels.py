"""How loud the voice band of each channel is, hop by hop, and the noise floor that it must rise above.

A hop is 1/50 s on a grid that counts from frame 0 of the source, so that the same frames give the same levels however
they arrive and wherever reading begins.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Hops in a second.
HOPS = 50
#: The voice band (Hz): below it lie hum and steps, above it hiss.
LOW_HZ, HIGH_HZ = 200.0, 4000.0
#: Level of digital silence (dBFS), and the lowest floor that is believed: a quieter one is a gated line.
SILENCE_DB, LOWEST_FLOOR_DB = -120.0, -75.0
#: Below this (dBFS) there is no microphone at the other end of the cable.
DEAD_DB = -110.0

#: The floor is the level below which this part of the last so many hops (60 s) lies, renewed every so many hops.
_PART, _WINDOW, _RENEWED = 0.05, 3000, 25
#: It falls at once but rises by no more than this a renewal (dB): long speech without a pause is no floor.
_RISE_DB = 0.5
#: Until something was heard, the floor is taken for this (dBFS).
_PRIOR_DB = -65.0

Levels = NDArray[np.float32]


def hop_frame(hop: int, rate: int) -> int:
    """First frame of a hop."""
    return -(-hop * rate // HOPS)


def first_hop(frame: int, rate: int) -> int:
    """The first hop that begins at or after a frame."""
    return -(-frame * HOPS // rate)


def whole_hops(frame: int, rate: int) -> int:
    """Number of hops that are complete before a frame."""
    return frame * HOPS // rate


class BandLevels:
    """Levels (dBFS) in the voice band for a stream of whole hops."""

    def __init__(self, rate: int, width: int) -> None:
        self._rate = rate
        self._length = rate // HOPS
        self._scale = float(1 << (8 * width - 1))
        self._window = np.hanning(self._length + 2)[1:-1].astype(np.float32)
        hertz = np.fft.rfftfreq(self._length, 1.0 / rate)
        self._band = slice(int(np.searchsorted(hertz, LOW_HZ)), int(np.searchsorted(hertz, min(HIGH_HZ, rate / 2))) + 1)
        # A sine of full scale has the level 0: its energy is spread by the window over its neighbours.
        self._norm = 4.0 / (self._length * float(np.sum(np.square(self._window))))

    def of(self, samples: NDArray[np.int32], hop: int) -> Levels:
        """Levels of (frames, channels), which begin with hop ``hop`` and hold whole hops: (hops, channels)."""
        frames, channels = samples.shape
        start = hop_frame(hop, self._rate)
        count = whole_hops(start + frames, self._rate) - hop
        if self._rate % HOPS == 0:
            cut = samples[: count * self._length].reshape(count, self._length, channels)
        else:
            begins = np.array([hop_frame(hop + n, self._rate) - start for n in range(count)])
            cut = samples[begins[:, None] + np.arange(self._length)]
        sound = cut.astype(np.float32) * (self._window / self._scale)[None, :, None]
        spectrum = np.fft.rfft(sound, axis=1)[:, self._band]
        power = np.sum(np.square(spectrum.real) + np.square(spectrum.imag), axis=1) * self._norm
        found: Levels = np.maximum(10.0 * np.log10(power + 1e-20), SILENCE_DB).astype(np.float32)
        return found


class NoiseFloor:
    """The level of each channel when nobody speaks, from the last minute of it."""

    def __init__(self, channels: int) -> None:
        self._recent = np.full((_WINDOW, channels), np.inf, np.float32)  # digital silence says nothing of a floor
        self._floor = np.full(channels, np.nan, np.float32)

    def _renew(self) -> None:
        counts = np.isfinite(self._recent).sum(axis=0)
        quiet = np.sort(self._recent, axis=0)[(counts * _PART).astype(int), np.arange(len(counts))]
        floor = np.fmin(np.maximum(quiet, LOWEST_FLOOR_DB), self._floor + _RISE_DB)
        self._floor = np.where(counts > 0, floor, self._floor).astype(np.float32)

    def take(self, levels: Levels, hop: int) -> Levels:
        """The floor (dBFS) under each hop of ``levels``, from ``hop`` on; a hop does not count for its own floor."""
        floors = np.empty_like(levels)
        done = 0
        while done < len(levels):
            count = min(len(levels) - done, _RENEWED - (hop + done) % _RENEWED)
            floors[done : done + count] = np.where(np.isnan(self._floor), _PRIOR_DB, self._floor)
            heard = levels[done : done + count]
            self._recent = np.concatenate([self._recent[count:], np.where(heard > DEAD_DB, heard, np.inf)])
            done += count
            if (hop + done) % _RENEWED == 0:
                self._renew()
        return floors
