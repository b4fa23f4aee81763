"""Training speech: sentences in many voices and rooms, foreign speech, and sounds that are not speech."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

from tools.models import sounds
from tools.models.grammar import LANGUAGES, sentences, vocabulary
from tools.models.symbols import OTHER
from tools.speech.room import Samples, amplitude, at_level, noise, reverberate, shape, stretched
from tools.speech.voice import SILENCE, Utterance, say

# The demonstration hearing and the evaluation speak with other voices than these.
VOICES = (
    *("f1", "f5", "m2", "m5", "m8", "Alex", "Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo"),
    *("Gene", "Henrique", "Hugo", "Lee", "Marco", "Mario", "Michael", "Mike", "Nguyen", "RicishayMax"),
    *("adam", "antonio", "aunty", "benjamin", "boris", "caleb", "david", "ed", "edward", "grandma"),
    *("grandpa", "iven", "iven3", "iven4", "john", "kaukovalta", "klatt", "klatt2", "klatt4"),
    *("klatt6", "michel", "miguel", "norbert", "pablo", "pedro", "quincy", "rob", "robert", "sandro"),
    *("shelby", "steph", "travis", "victor", "zac"),
)

# Tongues that neither model knows: so that a model learns what is not its own language, rather than
# what is the one other language of this room.
_STRANGE = ("en", "de", "tr", "fr", "fi", "es", "pl", "az")
_SYLLABLES = ("ba", "den", "ki", "lor", "mu", "shta", "ter", "ne", "vo", "gra", "sil", "on", "pe", "ust")


@dataclass(frozen=True)
class Recording:
    """Samples with (phone, first sample, last sample, word) in order; word -1 outside words."""

    samples: Samples
    phones: list[tuple[str, float, float, int]]
    words: list[str]


def speech(language: str, seed: int) -> Recording:
    """One utterance of the language, with every phone where it lies."""
    random = Random(f"speech {language} {seed}")
    if random.random() < 0.3:
        text = " ".join(random.choices(vocabulary(language), k=random.randint(1, 7)))
    else:
        text = sentences(language, 1, seed, held_out=False)[0]
    text = _punctuated(text, random)
    return _recorded(_voiced(text, language, random), random, foreign=False)


def foreign(language: str, seed: int) -> Recording:
    """One utterance that the model of `language` must not put into words."""
    random = Random(f"foreign {language} {seed}")
    if random.random() < 0.3:
        words = ("".join(random.choices(_SYLLABLES, k=random.randint(1, 4))) for _ in range(6))
        utterance = _voiced(" ".join(words), random.choice(_STRANGE), random)
    else:
        other = random.choice([name for name in LANGUAGES if name != language])
        if random.random() < 0.25:
            text = " ".join(random.choices(vocabulary(other), k=random.randint(1, 7)))
        else:
            text = sentences(other, 1, seed, held_out=False)[0]
        utterance = _voiced(_punctuated(text, random), other, random)
    return _recorded(utterance, random, foreign=True)


def quiet(seed: int) -> Recording:
    """A few seconds in which nobody speaks."""
    generator = np.random.default_rng(seed)
    samples = sounds.draw(generator)
    return Recording(samples, [(SILENCE, 0.0, float(len(samples)), -1)], [])


def _punctuated(text: str, random: Random) -> str:
    return " ".join(word + ("," if random.random() < 0.06 else "") for word in text.split())


def _voiced(text: str, language: str, random: Random) -> Utterance:
    return say(
        text,
        language,
        random.choice(VOICES),
        speed=random.randint(125, 215),
        pitch=random.randint(15, 85),
        pitch_range=random.randint(20, 80),
    )


def _recorded(utterance: Utterance, random: Random, *, foreign: bool) -> Recording:
    """Put the utterance into a room: silence around it, another body size, echo, filter, noise."""
    generator = np.random.default_rng(random.getrandbits(32))
    factor = round(generator.uniform(0.88, 1.14), 3)
    voice = at_level(stretched(utterance.samples, factor), -22.0)
    before, after = (int(16000 * generator.uniform(0.1, 0.9)) for _ in range(2))
    samples = np.concatenate([np.zeros(before, np.float32), voice, np.zeros(after, np.float32)])
    scale = 16000.0 * factor
    phones = [(SILENCE, 0.0, float(before), -1)]
    for phone in utterance.phones:
        name = OTHER if foreign and phone.name != SILENCE else phone.name
        phones.append((name, before + phone.start * scale, before + phone.end * scale, phone.word))
    phones.append((SILENCE, phones[-1][2], float(len(samples)), -1))
    words = [] if foreign else [word for word, _, _ in utterance.words]
    return Recording(_in_room(samples, generator), phones, words)


def _in_room(samples: Samples, generator: np.random.Generator) -> Samples:
    if generator.random() < 0.5:
        seconds, wet = generator.uniform(0.1, 0.6), generator.uniform(-16.0, -3.0)
        samples = reverberate(samples, seconds, wet, generator)
    if generator.random() < 0.5:
        low, high = generator.uniform(-12.0, 3.0), generator.uniform(-22.0, 4.0)
        samples = shape(samples, ((100.0, low), (500.0, 0.0), (2000.0, high / 5), (7000.0, high)))
    if generator.random() < 0.1:
        samples = shape(samples, ((150.0, -30.0), (300.0, 0.0), (3400.0, 0.0), (5000.0, -30.0)))
    if generator.random() < 0.85:
        distance = generator.triangular(2.0, 18.0, 60.0)
        slope = -float(generator.choice([0.0, 3.0, 3.0, 6.0, 9.0]))
        samples = samples + noise(len(samples), -22.0 - distance, slope, generator)
    if generator.random() < 0.08:
        samples = samples + at_level(sounds.tone(len(samples), generator), generator.uniform(-60, -38))
    heard: Samples = (samples * amplitude(generator.uniform(-32.0, 10.0))).astype(np.float32)
    return heard
