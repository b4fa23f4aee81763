"""What a room does to a voice: level, filter, reverberation, bleed and noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tools.speech.resample import quick_length, resample

Samples = NDArray[np.float32]

RATE = 16000


def amplitude(decibels: float) -> float:
    """The factor of a level in decibels."""
    return float(10.0 ** (decibels / 20.0))


def level(samples: Samples) -> float:
    """RMS in dBFS over the part that sounds: pauses inside a sentence do not count."""
    loud = samples[np.abs(samples) > 0.02 * float(np.max(np.abs(samples), initial=0.0))]
    power = float(np.mean(np.square(loud, dtype=np.float64))) if len(loud) else 0.0
    return 10.0 * float(np.log10(power + 1e-12))


def at_level(samples: Samples, decibels: float) -> Samples:
    """The sound brought to a level in dBFS; silence stays silence."""
    if not np.any(samples):
        return samples
    return (samples * amplitude(decibels - level(samples))).astype(np.float32)


def shape(samples: Samples, gains: tuple[tuple[float, float], ...]) -> Samples:
    """Filter by (hertz, decibels) points, straight lines between them over log frequency."""
    size = quick_length(len(samples) + RATE // 10)
    spectrum = np.fft.rfft(samples, size)
    hertz = np.fft.rfftfreq(size, 1.0 / RATE)
    points = np.log(np.array([point for point, _ in gains]))
    curve = np.interp(np.log(np.maximum(hertz, 1.0)), points, [gain for _, gain in gains])
    filtered = np.fft.irfft(spectrum * 10.0 ** (curve / 20.0), size)
    return filtered[: len(samples)].astype(np.float32)


def noise(length: int, decibels: float, slope: float, random: np.random.Generator) -> Samples:
    """Noise of an RMS in dBFS; slope in decibels an octave: 0 is white, -3 pink, -6 brown."""
    size = quick_length(max(length, 2))
    spectrum = np.fft.rfft(random.standard_normal(size))
    hertz = np.maximum(np.fft.rfftfreq(size, 1.0 / RATE), 40.0)
    shaped = np.fft.irfft(spectrum * (hertz / 1000.0) ** (slope / 6.0206), size)[:length]
    power = float(np.sqrt(np.mean(np.square(shaped)))) + 1e-12
    return (shaped * amplitude(decibels) / power).astype(np.float32)


def reverberate(samples: Samples, seconds: float, wet: float, random: np.random.Generator) -> Samples:
    """The sound with an exponential tail of `seconds` (to -60 dB) mixed in at `wet` decibels."""
    count = int(seconds * RATE)
    tail = random.standard_normal(count) * 10.0 ** (-3.0 * np.arange(count) / count)
    tail *= amplitude(wet) / (float(np.sqrt(np.sum(np.square(tail)))) + 1e-12)
    tail[: RATE // 500] = 0.0
    tail[0] = 1.0
    size = quick_length(len(samples) + count)
    wetted = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(tail, size), size)
    return wetted[: len(samples)].astype(np.float32)


def delayed(samples: Samples, seconds: float) -> Samples:
    """The sound a little later, its length kept."""
    shift = round(seconds * RATE)
    return np.concatenate([np.zeros(shift, np.float32), samples])[: len(samples)]


def stretched(samples: Samples, factor: float) -> Samples:
    """Played slower (factor > 1) or faster: pitch and formants move together, as in another body."""
    return resample(samples, 1000, round(1000 * factor))
