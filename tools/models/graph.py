"""The decoding graph: one prefix tree of pronunciations for each history of the bigram."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import inf

from tools.models.lexicon import Lexicon, Phones, Pronunciation
from tools.models.ngram import END, START, Bigram
from tools.models.symbols import OTHER, UNKNOWN
from tools.speech.voice import SILENCE

EPSILON = 0
_POSITIONS = ("begin", "end", "internal", "singleton")
# Silence may stand between any two words; it costs a little to enter and nothing to stay in.
_WITH_SILENCE, _WITHOUT_SILENCE = 1.2, 0.35
_NEXT_PHRASE = 0.7

Arc = tuple[int, int, float, int]  # input, output, cost, destination


@dataclass
class PhoneTable:
    """Numbers of phones: silence, foreign speech, then four of each phone, by place in the word."""

    phones: Phones
    kinds: list[tuple[int, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = [(1, "nonword"), (2, "singleton")]
        for index in range(len(self.phones.names)):
            self.kinds += [(3 + 4 * index + n, kind) for n, kind in enumerate(_POSITIONS)]

    def number(self, name: str, kind: str) -> int:
        """The number of a phone at a place in a word."""
        if name == SILENCE:
            return 1
        if name == OTHER:
            return 2
        return 3 + 4 * self.phones.names.index(name) + _POSITIONS.index(kind)

    def name(self, number: int) -> str:
        """The phone's name without its place."""
        if number <= 2:
            return (SILENCE, OTHER)[number - 1]
        return self.phones.names[(number - 3) // 4]

    def placed(self, phones: Pronunciation) -> list[int]:
        """A pronunciation as numbers."""
        if len(phones) == 1:
            return [self.number(phones[0], "singleton")]
        kinds = ["begin", *["internal"] * (len(phones) - 2), "end"]
        return [self.number(name, kind) for name, kind in zip(phones, kinds, strict=True)]


@dataclass
class Graph:
    """States with their arcs and final costs, and the words by number."""

    arcs: list[list[Arc]]
    finals: list[float]
    words: list[str]


class _Builder:
    def __init__(self, bigram: Bigram, lexicon: Lexicon, table: PhoneTable, unknown: float) -> None:
        self.bigram, self.lexicon, self.table, self.unknown = bigram, lexicon, table, unknown
        self.words = ["<eps>", *sorted(lexicon), UNKNOWN]
        self.numbers = {word: number for number, word in enumerate(self.words)}
        self.arcs: list[list[Arc]] = []
        self.finals: list[float] = []
        self.entries: dict[str, int] = {}
        self.ungrown: list[tuple[str, int]] = []

    def state(self) -> int:
        self.arcs.append([])
        self.finals.append(inf)
        return len(self.arcs) - 1

    def phone(self, source: int, number: int, word: int, cost: float) -> int:
        """A phone's forward arc into a new state, and its self-loop there."""
        target = self.state()
        self.arcs[source].append((2 * number, word, cost, target))
        self.arcs[target].append((2 * number - 1, EPSILON, 0.0, target))
        return target

    def history(self, word: str) -> int:
        """The entry of a history, its optional silence behind it; "" is the empty history."""
        if word not in self.entries:
            entry, root = self.state(), self.state()
            self.entries[word] = entry
            pause = self.phone(entry, self.table.number(SILENCE, ""), EPSILON, _WITH_SILENCE)
            self.arcs[pause].append((EPSILON, EPSILON, 0.0, root))
            self.arcs[entry].append((EPSILON, EPSILON, _WITHOUT_SILENCE, root))
            self.ungrown.append((word, root))
        return self.entries[word]

    def grow(self, history: str, root: int) -> None:
        costs = dict(self.bigram.after[history] if history else self.bigram.alone)
        ending = costs.pop(END, inf)
        # To say nothing at all must be free, or a click would rather be a word than silence.
        self.finals[root] = 0.0 if history == START else ending
        if history and ending < inf:  # one phrase may follow another in the same breath
            again = self.history(START)
            self.arcs[root].append((EPSILON, EPSILON, ending + _NEXT_PHRASE, again))
        if history:
            backed = self.bigram.backoff[history]
            self.history("")
            self.arcs[root].append((EPSILON, EPSILON, backed, self.entries[""] + 1))
        paths: list[tuple[list[int], str, float]] = []
        for word, cost in costs.items():
            for phones, extra in self.lexicon.get(word, ()):
                paths.append((self.table.placed(phones), word, cost + extra))
        self.branch(root, paths, 0, 0.0)
        if not history:
            foreign = self.table.number(OTHER, "")
            stranger = self.phone(root, foreign, self.numbers[UNKNOWN], self.unknown)
            self.arcs[stranger].append((EPSILON, EPSILON, 0.0, self.entries[""]))

    def branch(self, source: int, paths: list[tuple[list[int], str, float]], depth: int, paid: float) -> None:
        """Paths sharing their next phone share its state; costs are paid as early as known."""
        groups: dict[int, list[tuple[list[int], str, float]]] = defaultdict(list)
        for path in paths:
            if len(path[0]) == depth + 1:
                word = path[1]
                leaf = self.phone(source, path[0][depth], self.numbers[word], path[2] - paid)
                after = self.history(word if word in self.bigram.after else "")
                self.arcs[leaf].append((EPSILON, EPSILON, 0.0, after))
            else:
                groups[path[0][depth]].append(path)
        for number, members in groups.items():
            least = min(cost for _, _, cost in members)
            target = self.phone(source, number, EPSILON, least - paid)
            self.branch(target, members, depth + 1, least)


def build(bigram: Bigram, lexicon: Lexicon, table: PhoneTable, unknown: float) -> Graph:
    """The whole graph; `unknown` is the cost of calling a stretch of sound foreign speech."""
    builder = _Builder(bigram, lexicon, table, unknown)
    first = builder.state()
    builder.arcs[first].append((EPSILON, EPSILON, 0.0, builder.history(START)))
    while builder.ungrown:
        builder.grow(*builder.ungrown.pop())
    return Graph(builder.arcs, builder.finals, builder.words)
