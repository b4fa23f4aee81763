"""How well the machine heard the demonstration: words, speakers, languages and times against the script."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import jiwer

from app import clock
from app.hearing.model import Course, Hearing, Utterance


@dataclass(frozen=True)
class Score:
    """``wer`` is edits over words of all seats together; ``start_error_s`` the median distance between the beginning
    of a spoken line and of the utterance that covers it; the others are shares 0…1 of utterances or lines.

    ``offset_s``: how much later than the recording the play into microphones began (0 where files are the source).
    """

    wer: float
    start_error_s: float
    speakers_right: float
    languages_right: float
    lines_heard: float
    offset_s: float = 0.0


def plain_words(text: str) -> list[str]:
    """Words in lower case without punctuation."""
    return re.findall(r"[\w\-]+", text.lower())


def score(hearing: Hearing, cues: Sequence[dict[str, Any]], holds: Sequence[float], *, played: bool = False) -> Score:
    """Compare a hearing with the spoken cues of its script (times in seconds of its sound files).

    Where the files were ``played`` into microphones, each stretch began when the player did: that constant delay is
    taken off and told apart.
    """
    spoken = [cue for cue in cues if "speaker" in cue]
    reference: dict[str, list[str]] = defaultdict(list)
    heard: dict[str, list[str]] = defaultdict(list)
    for cue in spoken:
        reference[cue["speaker"]] += plain_words(cue["text"])
    utterances = sorted(hearing.utterances.values(), key=lambda utterance: utterance.span.begin)
    for utterance in utterances:
        heard[_person(hearing, utterance)] += plain_words(utterance.reading.text)
    people = sorted({*reference, *heard})
    measured = jiwer.process_words(
        [" ".join(reference[person]) or "-" for person in people], [" ".join(heard[person]) or "-" for person in people]
    )
    delays = _delays(hearing, spoken, utterances, holds) if played else [0.0] * (len(holds) + 1)
    places = [
        (cue, _utc(hearing, cue["at"], holds, delays), _utc(hearing, cue["end"], holds, delays)) for cue in spoken
    ]
    errors, covered = [], 0
    for cue, begin, _end in places:
        own = [u for u in utterances if _person(hearing, u) == cue["speaker"]]
        nearest = min((abs((_word_begin(u) - begin).total_seconds()) for u in own), default=None)
        covering = any(
            _word_begin(u) - timedelta(seconds=0.5)
            <= begin
            <= clock.moment(u.span.begin) + timedelta(seconds=u.span.seconds)
            for u in own
        )
        covered += covering
        if nearest is not None:
            errors.append(nearest)
    right = languages = 0
    for utterance in utterances:
        middle = clock.moment(utterance.span.begin) + timedelta(seconds=utterance.span.seconds / 2)
        cue = min(places, key=lambda place: _distance(middle, place[1], place[2]))[0]
        right += cue["speaker"] == _person(hearing, utterance)
        languages += cue["language"] == utterance.reading.language
    count = max(1, len(utterances))
    return Score(
        wer=round(float(measured.wer), 4),
        start_error_s=round(median(errors), 3) if errors else float("inf"),
        speakers_right=round(right / count, 4),
        languages_right=round(languages / count, 4),
        lines_heard=round(covered / max(1, len(spoken)), 4),
        offset_s=round(max(delays), 3),
    )


def _delays(
    hearing: Hearing, spoken: list[dict[str, Any]], utterances: list[Utterance], holds: Sequence[float]
) -> list[float]:
    """For each stretch, how much later its lines were heard than its recording began (median, s)."""
    found: list[list[float]] = [[] for _stretch in range(len(holds) + 1)]
    for cue in spoken:
        begin = _utc(hearing, cue["at"], holds, [0.0] * len(found))
        after = [(_word_begin(u) - begin).total_seconds() for u in utterances if _person(hearing, u) == cue["speaker"]]
        nearest = min(after, key=abs, default=None)
        if nearest is not None:
            found[_stretch(cue["at"], holds)].append(nearest)
    return [median(delays) if delays else 0.0 for delays in found]


def _person(hearing: Hearing, utterance: Utterance) -> str:
    found = hearing.at_seat(utterance.seat)
    return found.id if found else utterance.seat


def _word_begin(utterance: Utterance) -> datetime:
    words = utterance.reading.words
    lead = words[0].first / utterance.span.rate if words else 0.0
    return clock.moment(utterance.span.begin) + timedelta(seconds=lead)


def _stretch(seconds: float, holds: Sequence[float]) -> int:
    """In which stretch of the script a second lies (from 0)."""
    return sum(1 for hold in holds if seconds >= hold)


def _utc(hearing: Hearing, seconds: float, holds: Sequence[float], delays: Sequence[float]) -> datetime:
    """Civil time of a second of the script: the stretch it falls into began with a recording interval."""
    starts = [clock.moment(part.begin) for part in hearing.course if part.course is Course.RECORDING]
    number = _stretch(seconds, holds)
    since = seconds - [0.0, *holds][number] + delays[number]
    return starts[min(number, len(starts) - 1)] + timedelta(seconds=since)


def _distance(moment: datetime, begin: datetime, end: datetime) -> float:
    if begin <= moment <= end:
        return 0.0
    return min(abs((moment - begin).total_seconds()), abs((moment - end).total_seconds()))
