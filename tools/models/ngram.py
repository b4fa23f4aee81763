"""A Witten-Bell bigram over the grammar's sentences, with every word possible after any other."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from math import log

from tools.models.grammar import sentences, vocabulary

START, END = "<s>", "</s>"
_TEXT_SEED = 7
_RARE = 0.7  # counts added to every word, so that any may stand anywhere


@dataclass(frozen=True)
class Bigram:
    """Costs (negative natural logs): of a word alone, of a word after another, of backing off."""

    alone: dict[str, float]
    after: dict[str, dict[str, float]]
    backoff: dict[str, float]


def estimate(language: str, count: int = 20000, least: int = 2) -> Bigram:
    """Count sentences of the training part of the grammar; pairs seen less than `least` are left."""
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in sentences(language, count, _TEXT_SEED, held_out=False, most_phrases=1):
        words = [START, *sentence.replace(",", "").split(), END]
        for before, word in pairwise(words):
            pairs[before][word] += 1
    alone: Counter[str] = Counter()
    for following in pairs.values():
        # How many different words it follows says more about a word's freedom than its count.
        alone.update(dict.fromkeys(following, 1))
    weights = {word: alone[word] + _RARE for word in (*vocabulary(language), END)}
    total = sum(weights.values())
    share = {word: weight / total for word, weight in weights.items()}
    after: dict[str, dict[str, float]] = {}
    backoff: dict[str, float] = {}
    for before, following in pairs.items():
        kinds, seen = len(following), sum(following.values())
        kept = {word: n for word, n in following.items() if n >= least}
        chance = {w: (n + kinds * share[w]) / (seen + kinds) for w, n in kept.items()}
        left = max(1e-4, 1.0 - sum(chance.values()))
        free = max(1e-4, 1.0 - sum(share[word] for word in kept))
        after[before] = {word: -log(value) for word, value in chance.items()}
        backoff[before] = -log(min(1.0, left / free))
    return Bigram({word: -log(value) for word, value in share.items()}, after, backoff)
