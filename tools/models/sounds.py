"""Sounds of a room in which nobody speaks: noise, hum, tones, clicks, nothing at all."""

from __future__ import annotations

import numpy as np

from tools.speech.room import RATE, Samples, at_level, noise


def tone(length: int, random: np.random.Generator) -> Samples:
    """A steady, sliding or beating tone, or a chord of a few."""
    time = np.arange(length) / RATE
    sound = np.zeros(length)
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        start = float(np.exp(random.uniform(np.log(50.0), np.log(7500.0))))
        slide = random.uniform(0.7, 1.4) if random.random() < 0.2 else 1.0
        hertz = start * (slide ** (time / time[-1]))
        sound += random.uniform(0.3, 1.0) * np.sin(2 * np.pi * np.cumsum(hertz) / RATE)
    if random.random() < 0.3:
        sound *= 0.6 + 0.4 * np.sin(2 * np.pi * random.uniform(0.3, 12.0) * time)
    if random.random() < 0.3:
        sound *= np.repeat(random.integers(0, 2, length // 4000 + 1), 4000)[:length]
    return sound.astype(np.float32)


def hum(length: int, random: np.random.Generator) -> Samples:
    """Mains hum: 50 or 60 Hz with fading harmonics."""
    time = np.arange(length) / RATE
    base = float(random.choice([50.0, 50.0, 60.0, 100.0])) * random.uniform(0.99, 1.01)
    sound = np.zeros(length)
    for harmonic in range(1, int(random.integers(2, 24))):
        strength = random.uniform(0.2, 1.0) / harmonic ** random.uniform(0.5, 1.5)
        sound += strength * np.sin(2 * np.pi * base * harmonic * time + random.uniform(0, 6.3))
    return sound.astype(np.float32)


def clicks(length: int, random: np.random.Generator) -> Samples:
    """Clicks, knocks and short bursts of noise, far apart or in a row."""
    sound = np.zeros(length, np.float32)
    for _ in range(int(random.integers(1, 12))):
        duration = int(RATE * np.exp(random.uniform(np.log(0.0003), np.log(0.15))))
        burst = noise(duration + 8, -20.0, -float(random.choice([0.0, 3.0, 6.0, 9.0])), random)
        if random.random() < 0.4:
            burst = tone(duration + 8, random) * 0.2
        fade = np.exp(-np.arange(len(burst)) / len(burst) * random.uniform(0.0, 8.0))
        at = int(random.integers(0, max(1, length - len(burst))))
        sound[at : at + len(burst)] += (burst * fade).astype(np.float32) * random.uniform(0.1, 1.0)
    return sound


def draw(random: np.random.Generator) -> Samples:
    """Two to six seconds of one or two such sounds, at any level from loud to inaudible."""
    length = int(RATE * random.uniform(2.0, 6.0))
    if random.random() < 0.06:
        return np.zeros(length, np.float32)
    floor, loud = random.uniform(-95.0, -40.0), random.uniform(-70.0, -8.0)
    sound = noise(length, floor, -random.uniform(0.0, 9.0), random)
    kind = random.choice(["noise", "noise", "tone", "tone", "tone", "hum", "clicks", "clicks"])
    if kind == "noise":
        other = noise(length, loud, -random.uniform(-1.0, 9.0), random)
        if random.random() < 0.3:  # gusts
            corners = np.arange(0, length + 1600, 1600)
            strength = np.interp(np.arange(length), corners, random.uniform(0.05, 1.0, len(corners)))
            other = (other * strength).astype(np.float32)
    else:
        make = {"tone": tone, "hum": hum, "clicks": clicks}[str(kind)]
        other = at_level(make(length, random), loud)
    if random.random() < 0.3:  # it begins or ends within the recording
        edge = int(random.integers(0, length))
        part = slice(0, edge) if random.random() < 0.5 else slice(edge, length)
        other = other.copy()
        other[part] = 0.0
    clipped: Samples = np.clip(sound + other, -1.0, 1.0).astype(np.float32)
    return clipped
