"""The listening mix: all microphones in one, every one in its place in time whatever its crystal does.

Evidence is never resampled; this copy is. Each output sample asks, by the recording's anchors, which fraction of a
frame of each source was heard at that moment, and is interpolated there (Catmull-Rom, four frames).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app import clock
from app.media.timeline import Stretch, Take, Timeline

#: Sampling rates that AAC knows and players like (Hz).
RATES = (16000, 22050, 24000, 32000, 44100, 48000)
#: Above this part of full scale the mix is bent softly instead of clipped.
KNEE = 0.7


def listening_rate(takes: tuple[Take, ...]) -> int:
    """The lowest usual rate (Hz) that loses nothing of the best source."""
    best = max((take.rate for take in takes), default=RATES[0])
    return next((rate for rate in RATES if rate >= best), RATES[-1])


def mixed(timeline: Timeline, rate: int, block_s: float = 1.0) -> Iterator[NDArray[np.float32]]:
    """The whole listening copy in blocks of ``block_s`` seconds, mono, −1…1; silence where nothing was heard."""
    total = round(timeline.seconds * rate)
    size = round(block_s * rate)
    for first in range(0, total, size):
        positions = np.arange(first, min(total, first + size)) / rate
        block = np.zeros(len(positions))
        for stretch in timeline.stretches:
            begin, end = np.searchsorted(positions, (stretch.position, stretch.position + stretch.seconds))
            if begin < end:
                block[begin:end] = _stretch(timeline, stretch, positions[begin:end])
        yield _softened(block).astype(np.float32)


def _stretch(timeline: Timeline, stretch: Stretch, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    monotonic = (positions - stretch.position) * clock.NS
    heard = np.zeros(len(positions))
    for take in timeline.takes:
        if take.run != stretch.run:
            continue
        from_begin = monotonic + float(stretch.begin - take.begin)
        if from_begin[-1] >= 0 and from_begin[0] <= (take.end - take.begin):
            heard += _sampled(take, take.frames(from_begin))
    return heard


def _sampled(take: Take, frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of the take's seats at fractional frames counted from its first; silence outside the take."""
    length = take.last - take.first
    inside = np.flatnonzero((frames >= 0) & (frames < length))
    if not len(inside):
        return np.zeros(len(frames))
    whole = np.floor(frames[inside]).astype(np.int64)
    begin, end = max(0, int(whole[0]) - 1), min(length, int(whole[-1]) + 3)
    block = take.read(take.first + begin, take.first + end)
    summed = block[:, [track.channel for track in take.tracks]].sum(axis=1) / float(1 << (8 * take.width - 1))
    part = frames[inside] - whole
    before, at, after, later = (summed[np.clip(whole + step - begin, 0, len(summed) - 1)] for step in (-1, 0, 1, 2))
    heard = np.zeros(len(frames))
    heard[inside] = at + 0.5 * part * (
        after - before
        + part * (2 * before - 5 * at + 4 * after - later + part * (3 * (at - after) + later - before))
    )  # fmt: skip
    return heard


def _softened(block: NDArray[np.float64]) -> NDArray[np.float64]:
    size = np.abs(block)
    if size.max(initial=0.0) <= KNEE:
        return block
    bent = KNEE + (1 - KNEE) * np.tanh((size - KNEE) / (1 - KNEE))
    return np.where(size <= KNEE, block, np.sign(block) * bent)
