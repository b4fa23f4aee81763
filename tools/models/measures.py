"""Word errors and word times: what was said against what was heard."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tools.models.decoding import Heard, text


def errors(said: list[str], heard: list[str]) -> int:
    """Substitutions, deletions and insertions: the least number that explains the difference."""
    row = list(range(len(heard) + 1))
    for count, word in enumerate(said, 1):
        before, row[0] = row[0], count
        for index, other in enumerate(heard, 1):
            before, row[index] = row[index], min(row[index] + 1, row[index - 1] + 1, before + (word != other))
    return row[-1]


@dataclass
class Tally:
    """Sums over many utterances."""

    words: int = 0
    wrong: int = 0
    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)

    def add(self, said: list[tuple[str, float, float]], heard: list[Heard]) -> None:
        """Count one utterance; times are compared where the words are the same throughout."""
        wanted, found = [word for word, _, _ in said], text(heard)
        self.words += len(wanted)
        self.wrong += errors(wanted, found)
        self.confidences += [word.confidence for word in heard]
        if wanted == found and len(found) == len(heard):
            for (_, start, end), word in zip(said, heard, strict=True):
                self.starts.append(abs(word.start - start))
                self.ends.append(abs(word.end - end))

    def figures(self) -> dict[str, float | int]:
        """WER in percent, and how far off the starts and ends of words are, in milliseconds."""
        found: dict[str, float | int] = {
            "words": self.words,
            "wer_percent": round(100.0 * self.wrong / max(1, self.words), 2),
        }
        if self.starts:
            found["start_ms_median"] = round(1000 * float(np.median(self.starts)), 1)
            found["start_ms_p95"] = round(1000 * float(np.percentile(self.starts, 95)), 1)
            found["end_ms_median"] = round(1000 * float(np.median(self.ends)), 1)
        if self.confidences:
            found["confidence_mean"] = round(float(np.mean(self.confidences)), 3)
        return found
