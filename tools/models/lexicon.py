"""Phones of a language and the pronunciations of its words, as the synthesiser spoke them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from tools.models.features import Example
from tools.models.symbols import OTHER
from tools.speech.voice import SILENCE

_MOST_VARIANTS, _LEAST_SHARE = 3, 0.06


@dataclass(frozen=True)
class Phones:
    """The phones of a model and the numbers of their outputs (a first frame's and the others')."""

    names: tuple[str, ...]  # those of words alone

    @property
    def pdfs(self) -> int:
        """How many outputs the network has."""
        return 2 + 2 * len(self.names)

    def pdf(self, name: str, *, first: bool) -> int:
        """The output of a phone; silence and foreign speech have one each."""
        if name == SILENCE:
            return 0
        if name == OTHER:
            return 1
        return 2 + 2 * self.names.index(name) + (0 if first else 1)


Pronunciation = tuple[str, ...]
Lexicon = dict[str, list[tuple[Pronunciation, float]]]


def gather(examples: Iterable[Example]) -> tuple[Phones, Lexicon]:
    """Count what was spoken; costs are relative to each word's commonest pronunciation."""
    counts: dict[str, Counter[Pronunciation]] = defaultdict(Counter)
    names: set[str] = set()
    for example in examples:
        spoken: dict[int, list[str]] = defaultdict(list)
        for name, _, _, word in example.segments:
            if word >= 0 and name != OTHER:
                spoken[word].append(name)
        if set(spoken) != set(range(len(example.words))):
            continue  # a word merged into its neighbour: word numbers are not to be trusted
        for word, phones in spoken.items():
            counts[example.words[word]][tuple(phones)] += 1
            names.update(phones)
    lexicon: Lexicon = {}
    for text, found in sorted(counts.items()):
        best = found.most_common(_MOST_VARIANTS)
        top = best[0][1]
        lexicon[text] = [
            (phones, log(top / count))
            for phones, count in best
            if count >= _LEAST_SHARE * top and (count > 1 or count == top)
        ]
    return Phones(tuple(sorted(names))), lexicon
