"""Voice a text with espeak-ng and say where every word and phoneme lies in the sound."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.speech.espeak import Event, synthesiser
from tools.speech.resample import resample

SAMPLE_RATE = 16000
SILENCE = "sil"

_WORD = re.compile(r"[^\W\d_]+")
_PAUSES = ("_", "_:", "_!", "_|", "")

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Phone:
    """A phoneme of the synthesiser; `word` is its word's index, or -1 in a pause."""

    name: str
    start: float
    end: float
    word: int


@dataclass(frozen=True)
class Utterance:
    """Voiced text: mono samples within ±1 at 16 kHz, words and phonemes with their seconds."""

    samples: Samples
    words: list[tuple[str, float, float]]
    phones: list[Phone]
    language: str
    voice_variant: str


def spoken_words(text: str) -> list[str]:
    """The lower-case words of a text, without punctuation."""
    return [match.group().lower() for match in _WORD.finditer(text)]


def say(
    text: str,
    language: str,
    voice_variant: str,
    *,
    speed: int = 150,
    pitch: int = 50,
    pitch_range: int = 50,
    sample_rate: int = SAMPLE_RATE,
) -> Utterance:
    """Voice `text`; `language` is an espeak-ng voice ("kk", "ru"), `voice_variant` as "f2", "m3"."""
    engine = synthesiser()
    voice = f"{language}+{voice_variant}" if voice_variant else language
    sound, events = engine.speak(text, voice, speed, pitch, pitch_range)
    samples = resample(sound.astype(np.float32) / 32768.0, engine.rate, sample_rate)
    spoken = [(match.start(), match.group().lower()) for match in _WORD.finditer(text)]
    phones = _phones(events, [start for start, _ in spoken], engine.rate, len(sound))
    words = []
    for index, (_, word) in enumerate(spoken):
        own = [phone for phone in phones if phone.word == index]
        if own:  # a word merged into its neighbour by the synthesiser has no sound of its own
            words.append((word, own[0].start, own[-1].end))
    return Utterance(samples, words, phones, language, voice_variant)


def _phones(events: list[Event], starts: list[int], rate: int, length: int) -> list[Phone]:
    """Phones with their ends; a closure before a word's first phoneme belongs to that phoneme."""
    begun: list[tuple[int, str, int]] = []
    word, opened = -1, None
    for event in events:
        if event.phoneme is None:
            word = max((n for n, start in enumerate(starts) if start <= event.position), default=-1)
            opened = event.sample
        elif event.phoneme in _PAUSES:
            begun.append((event.sample, SILENCE, -1))
            opened = None
        else:
            begun.append((event.sample if opened is None else opened, event.phoneme, word))
            opened = None
    ends = [start for start, _, _ in begun[1:]] + [length]
    return [
        Phone(name, start / rate, end / rate, word)
        for (start, name, word), end in zip(begun, ends, strict=True)
        if end > start
    ]
