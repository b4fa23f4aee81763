"""Draws sentences from a language's phrase grammar, the same for the same seed."""

from __future__ import annotations

import re
import zlib
from functools import cache
from pathlib import Path
from random import Random

LANGUAGES = ("kk", "ru")

# One sentence in eight is kept out of training; which one depends on the sentence alone, so that a
# test can draw new sentences at any time and still know that no model has seen them. The shortest
# ones are few and everyday: all of them are trained on.
_HELD_OUT_EVERY = 8
_HELD_OUT_WORDS = 5
_MOST_WORDS = 22

_TOKEN = re.compile(r"\{(\w+)\}|([(|)])|([^\s{}(|),]+|,)")

Rules = dict[str, list[str]]


@cache
def rules(language: str) -> Rules:
    """The alternatives of every name in a grammar file."""
    found: Rules = {}
    path = Path(__file__).with_name(f"{language}.txt")
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if text.startswith("@"):
            alternatives = found.setdefault(text[1:], [])
        elif text and not text.startswith("#"):
            alternatives.append(text)
    return found


@cache
def vocabulary(language: str) -> tuple[str, ...]:
    """Every word of a grammar, sorted."""
    words: set[str] = set()
    for alternatives in rules(language).values():
        for alternative in alternatives:
            words.update(found for _, _, found in _TOKEN.findall(alternative))
    return tuple(sorted(words - {"", ","}))


def is_held_out(sentence: str) -> bool:
    """Whether a sentence is one of those that training never sees."""
    long = len(sentence.split()) >= _HELD_OUT_WORDS
    return long and zlib.crc32(sentence.encode("utf-8")) % _HELD_OUT_EVERY == 0


def sentences(language: str, count: int, seed: int, *, held_out: bool = True, most_phrases: int = 3) -> list[str]:
    """`count` sentences of one phrase or more, lower case with commas.

    They are held out of training unless asked otherwise.
    """
    random = Random(f"{language} {seed}")
    drawn: list[str] = []
    while len(drawn) < count:
        phrases = min(most_phrases, random.choices((1, 2, 3), (5, 4, 2))[0])
        sentence = ", ".join(_expand(rules(language), "sentence", random) for _ in range(phrases))
        fits = 0 < len(sentence.split()) <= _MOST_WORDS
        if fits and is_held_out(sentence) == held_out:
            drawn.append(sentence)
    return drawn


def _expand(grammar: Rules, name: str, random: Random) -> str:
    text = _choose(grammar, random.choice(grammar[name]), random)
    return re.sub(r"\s+,", ",", " ".join(text)).strip(" ,")


def _choose(grammar: Rules, alternative: str, random: Random) -> list[str]:
    """Expand one line; brackets do not nest."""
    options: list[list[str]] = [[]]
    said: list[str] = []
    inside = False
    for name, sign, word in _TOKEN.findall(alternative):
        if sign == "(":
            options, inside = [[]], True
        elif sign == "|":
            options.append([])
        elif sign == ")":
            said.extend(random.choice(options))
            inside = False
        else:
            piece = _expand(grammar, name, random).split() if name else [word]
            (options[-1] if inside else said).extend(piece)
    return said
