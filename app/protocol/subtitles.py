"""The transcript beside the recording: subtitles (WebVTT) and JSON, both openly marked as made by a machine.

Times are positions in the listening copy, in seconds, breaks cut out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from app import resources
from app.hearing import law
from app.hearing.model import Hearing, Reading, RecordLanguage, Utterance
from app.media.timeline import Timeline

FORMAT = "khatshy-transcript"
VERSION = 1
#: One caption shows no more letters than this: two lines of a usual player.
LETTERS = 84


@cache
def wording(name: str, language: RecordLanguage) -> str:
    """A sentence of resources/templates/package/wording.json."""
    data = json.loads((resources.folder("templates") / "package" / "wording.json").read_bytes())
    found: str = data[name][language]
    return found


def notices(hearing: Hearing, language: RecordLanguage) -> tuple[str, ...]:
    """What a reader of the text must know before the text."""
    found = [wording("machine", language)]
    if is_synthetic(hearing):
        found.append(wording("synthetic", language))
    if hearing.demonstration:
        found.append(wording("demonstration", language))
    return tuple(found)


def is_synthetic(hearing: Hearing) -> bool:
    """Whether a demonstration model understood any of it."""
    return any(utterance.reading.model.synthetic for utterance in hearing.utterances.values())


def vtt(hearing: Hearing, timeline: Timeline, language: RecordLanguage) -> str:
    """WebVTT with the speaker of every cue; the notices stand in a NOTE at the top."""
    lines = ["WEBVTT", "", "NOTE", *(_plain(notice) for notice in notices(hearing, language))]
    captions = sorted(
        (
            (begin, end, _speaker(hearing, utterance, language), text)
            for utterance in hearing.utterances.values()
            for begin, end, text in _captions(utterance, timeline)
        ),
    )
    for begin, end, speaker, text in captions:
        lines += ["", f"{_clock(begin)} --> {_clock(max(end, begin + 0.001))}", f"<v {speaker}>{_escaped(text)}"]
    return "\n".join(lines) + "\n"


def transcript(hearing: Hearing, timeline: Timeline, language: RecordLanguage) -> dict[str, Any]:
    """The same as plain JSON, with every word's time, what the machine understood and what a person made of it."""
    spoken = sorted(
        (_spoken(hearing, utterance, timeline, language) for utterance in hearing.utterances.values()),
        key=lambda row: (row["begin"], row["seat"], row["id"]),
    )
    return {
        "format": FORMAT,
        "version": VERSION,
        "sitting": hearing.sitting,
        "case": hearing.case.number if hearing.case else "",
        "language": language,
        "demonstration": hearing.demonstration,
        "machine_made": True,
        "synthetic": is_synthetic(hearing),
        "notice": " ".join(notices(hearing, language)),
        "seconds": round(timeline.seconds, 3),
        "utterances": spoken,
    }


def _place(utterance: Utterance, timeline: Timeline, frame: int) -> float:
    span = utterance.span
    try:
        return timeline.of_frame(span.run, span.source, frame)
    except ValueError:  # text of a recording that is not here
        return timeline.position(span.begin) + (frame - span.first) / span.rate


def _captions(utterance: Utterance, timeline: Timeline) -> Iterator[tuple[float, float, str]]:
    """Begin, end and text of captions that fit on a screen; a person's text is not cut, having no word times."""
    first = utterance.span.first
    words = utterance.reading.words
    if utterance.edited or not words:
        yield _place(utterance, timeline, first), _place(utterance, timeline, utterance.span.last), utterance.text
        return
    line: list[int] = []
    for number in range(len(words)):
        line.append(number)
        following = words[number + 1].text if number + 1 < len(words) else None
        text = " ".join(words[place].text for place in line)
        if following is None or len(text) + 1 + len(following) > LETTERS:
            begin, end = words[line[0]].first, words[line[-1]].last
            yield _place(utterance, timeline, first + begin), _place(utterance, timeline, first + end), text
            line = []


def _spoken(hearing: Hearing, utterance: Utterance, timeline: Timeline, language: RecordLanguage) -> dict[str, Any]:
    span = utterance.span
    participant = hearing.at_seat(utterance.seat)
    return {
        "id": utterance.id,
        "begin": round(_place(utterance, timeline, span.first), 3),
        "end": round(_place(utterance, timeline, span.last), 3),
        "utc": span.begin,
        "seat": utterance.seat,
        "participant": participant.id if participant else "",
        "speaker": _speaker(hearing, utterance, language, escape=False),
        "language": utterance.reading.language,
        "text": utterance.text,
        "edited": bool(utterance.edited),
        "machine": _reading(utterance, utterance.reading, timeline),
        "other": _reading(utterance, utterance.other, timeline) if utterance.other else None,
        "span": {
            "run": span.run, "source": span.source, "channel": span.channel, "first": span.first, "last": span.last,
            "rate": span.rate,
        },
    }  # fmt: skip


def _reading(utterance: Utterance, reading: Reading, timeline: Timeline) -> dict[str, Any]:
    first = utterance.span.first
    return {
        "language": reading.language,
        "text": reading.text,
        "confidence": round(reading.confidence, 4),
        "model": reading.model.model_dump(),
        "words": [
            {
                "text": word.text,
                "begin": round(_place(utterance, timeline, first + word.first), 3),
                "end": round(_place(utterance, timeline, first + word.last), 3),
                "confidence": round(word.confidence, 4),
            }
            for word in reading.words
        ],
    }


def _speaker(hearing: Hearing, utterance: Utterance, language: RecordLanguage, *, escape: bool = True) -> str:
    """Role and name of who sits there; the seat itself where nobody was put."""
    participant = hearing.at_seat(utterance.seat)
    if participant is None:
        found = utterance.seat
    else:
        role = law.wording(law.roles(), participant.role).in_(language)
        name = participant.name.in_(language).strip()
        found = f"{role} {name}" if name else role
    return _escaped(" ".join(found.split())) if escape else found


def _escaped(text: str) -> str:
    """Text that cannot leave its cue: no markup, no arrows, no lines of its own."""
    plain = " ".join(text.split())
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("-->", "→")


def _clock(seconds: float) -> str:
    thousandths = round(max(0.0, seconds) * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
