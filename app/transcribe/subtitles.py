"""Proposals as text files: plain text, WebVTT, SubRip, JSON. Times are seconds of the source's own frames."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from app.transcribe.proposal import Proposal, Word

#: A caption holds at most so many letters, and lasts at least so long (s).
_LETTERS, _LEAST_S = 84, 0.5


def txt(proposals: Sequence[Proposal]) -> str:
    """One line an utterance: time, speaker, words."""
    return "".join(
        f"[{_clock(p.span.first / p.span.rate)[:-4]}] {p.seat}: {p.reading.text}\n" for p in in_time(proposals)
    )


def vtt(proposals: Sequence[Proposal]) -> str:
    """WebVTT; says at its top if a demonstration model made it."""
    parts = ["WEBVTT\n"]
    if _synthetic(proposals):
        parts.append("NOTE synthetic-speech demonstration model: this text is worth nothing for human speech\n")
    for begin, end, seat, text in _captions(proposals):
        parts.append(f"{_clock(begin)} --> {_clock(end)}\n<v {_escaped(seat)}>{_escaped(text)}\n")
    return "\n".join(parts)


def srt(proposals: Sequence[Proposal]) -> str:
    """SubRip."""
    return "\n".join(
        f"{number}\n{_clock(begin, ',')} --> {_clock(end, ',')}\n{seat}: {text}\n"
        for number, (begin, end, seat, text) in enumerate(_captions(proposals), 1)
    )


def json_text(proposals: Sequence[Proposal]) -> str:
    """Everything: words with frames and confidences, both readings, models with their hashes."""
    whole = {
        "format": "khatshy-proposals", "version": 1, "synthetic": _synthetic(proposals),
        "utterances": [proposal.model_dump(mode="json") for proposal in in_time(proposals)],
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def in_time(proposals: Sequence[Proposal]) -> list[Proposal]:
    """In the order in which they began."""
    return sorted(proposals, key=lambda p: (p.span.run, p.span.first / p.span.rate, p.seat))


def _synthetic(proposals: Sequence[Proposal]) -> bool:
    return any(proposal.reading.model.synthetic for proposal in proposals)


def _captions(proposals: Sequence[Proposal]) -> Iterator[tuple[float, float, str, str]]:
    """(begin, end, seat, text) with seconds; long utterances are split between words."""
    for proposal in in_time(proposals):
        span, group = proposal.span, list[Word]()
        groups = [group]
        for word in proposal.reading.words:
            if group and sum(len(w.text) + 1 for w in group) + len(word.text) > _LETTERS:
                groups.append(group := [])
            group.append(word)
        for words in filter(None, groups):
            begin = (span.first + words[0].first) / span.rate
            end = max((span.first + words[-1].last) / span.rate, begin + _LEAST_S)
            yield begin, end, proposal.seat, " ".join(word.text for word in words)


def _clock(seconds: float, point: str = ".") -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}{point}{whole % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
