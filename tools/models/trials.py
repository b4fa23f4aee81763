"""The sounds that the models are measured on: voices, rooms and noises kept out of training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import soundfile  # type: ignore[import-untyped]

from tools.demo.script import FOLDER
from tools.models.grammar import sentences, vocabulary
from tools.speech.room import RATE, Samples, amplitude, at_level, noise, reverberate
from tools.speech.voice import say

VOICES = ("f2", "f3", "f4", "m1", "m3", "m4", "m6", "m7", "linda", "max")
CONDITIONS = ("clean", "pink 10 dB", "white 10 dB", "gain -20 dB", "gain -35 dB", "echo", "fast")
_SEED = 90210
_MARGIN = 0.25


@dataclass(frozen=True)
class Trial:
    """One utterance with what was said in it and when."""

    samples: Samples
    words: list[tuple[str, float, float]]
    language: str
    seat: str = ""


def _spoken(text: str, language: str, condition: str, random: Random) -> Trial:
    generator = np.random.default_rng(random.getrandbits(32))
    speed = random.randint(140, 190) if condition != "fast" else random.randint(200, 220)
    voiced = say(text, language, random.choice(VOICES), speed=speed, pitch=random.randint(30, 65))
    silence = np.zeros(RATE // 2, np.float32)
    samples = np.concatenate([silence, at_level(voiced.samples, -23.0), silence])
    samples = samples + noise(len(samples), -70.0, -6.0, generator)
    if condition == "pink 10 dB":
        samples = samples + noise(len(samples), -33.0, -3.0, generator)
    elif condition == "white 10 dB":
        samples = samples + noise(len(samples), -33.0, 0.0, generator)
    elif condition.startswith("gain"):
        samples = samples * amplitude(float(condition.split()[1]))
    elif condition == "echo":
        samples = reverberate(samples, 0.4, -6.0, generator)
    words = [(word, start + 0.5, end + 0.5) for word, start, end in voiced.words]
    return Trial(samples.astype(np.float32), words, language)


def unseen(language: str, condition: str, count: int) -> Iterator[Trial]:
    """Sentences that training never saw, in voices that it never heard."""
    random = Random(f"{language} {condition}")
    for text in sentences(language, count, _SEED):
        yield _spoken(text, language, condition, random)


def shuffled(language: str, count: int) -> Iterator[Trial]:
    """Words in no order at all."""
    random = Random(f"{language} shuffled")
    for _ in range(count):
        words = random.choices(vocabulary(language), k=random.randint(1, 6))
        yield _spoken(" ".join(words), language, "clean", random)


def demonstration() -> Iterator[Trial]:
    """Every line of the demonstration hearing, cut from the microphone of whoever says it."""
    document = json.loads((FOLDER / "cues.json").read_text(encoding="utf-8"))
    channels: dict[str, Samples] = {}
    for cue in document["cues"]:
        if "speaker" not in cue:
            continue
        seat = cue["speaker"]
        if seat not in channels:
            channels[seat] = soundfile.read(FOLDER / f"{seat}.flac", dtype="float32")[0]
        first = cue["at"] - _MARGIN
        part = channels[seat][int(first * RATE) : int((cue["end"] + _MARGIN) * RATE)]
        words = [(word, start - first, end - first) for word, start, end in cue["words"]]
        yield Trial(part, words, cue["language"], seat)


def silences() -> Iterator[tuple[str, Samples]]:
    """Ten seconds each of what is not speech, by name."""
    generator = np.random.default_rng(_SEED)
    length = 10 * RATE
    time = np.arange(length) / RATE
    yield "silence", np.zeros(length, np.float32)
    for decibels in (-60, -50, -40, -30, -20):
        for name, slope in (("white", 0.0), ("pink", -3.0), ("brown", -6.0)):
            yield f"{name} noise {decibels} dBFS", noise(length, decibels, slope, generator)
        mains = np.sin(2 * np.pi * 50.0 * time) + 0.3 * np.sin(2 * np.pi * 150.0 * time)
        yield f"hum {decibels} dBFS", at_level(mains.astype(np.float32), decibels)
        for hertz in (100, 220, 440, 1000, 2500, 5000):
            pure = np.sin(2 * np.pi * hertz * time).astype(np.float32)
            yield f"tone {hertz} Hz {decibels} dBFS", at_level(pure, decibels)
        for name, duration in (("clicks", 0.001), ("taps", 0.01), ("bursts", 0.08)):
            sound = noise(length, -75.0, -3.0, generator)
            for second in range(1, 10):
                burst = noise(int(duration * RATE) + 2, decibels, -3.0, generator)
                sound[second * RATE : second * RATE + len(burst)] += burst
            yield f"{name} {decibels} dBFS", sound
