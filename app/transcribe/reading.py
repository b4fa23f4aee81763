"""From what the recognisers heard to the proposal: neighbours' words left out, language chosen, frames counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.transcribe import language as choice
from app.transcribe.engine import Engine, Heard
from app.transcribe.listening import SpeechEnded
from app.transcribe.proposal import Proposal, Reading, Span, Word, utterance_id
from app.transcribe.voice import Interval

#: A word is a neighbour's if this part of it is foreign.
_FOREIGN = 0.7


def propose(
    ended: SpeechEnded,
    heard: Mapping[str, Sequence[Heard]],
    engines: Mapping[str, Engine],
    *,
    hearing: str,
    recent: str | None = None,
) -> Proposal | None:
    """The utterance with its best reading and the other one; None if nobody understood a word of it."""
    own = {language: _own(words, ended) for language, words in heard.items()}
    measures = {language: choice.measure(words, engines[language].calibration) for language, words in own.items()}
    best = choice.choose(own, measures, hearing=hearing, recent=recent)
    if best is None:
        return None
    readings = {
        language: found
        for language, words in own.items()
        if (found := _reading(ended, language, words, engines[language], measures[language])).words
    }
    other = next((reading for language, reading in readings.items() if language != best), None)
    speech = ended.speech
    span = Span(
        run=speech.run, source=speech.source, channel=speech.channel, first=speech.first, last=ended.last,
        rate=speech.rate, begin=speech.begin,
    )  # fmt: skip
    name = utterance_id(speech.run, speech.source, speech.channel, speech.first)
    return Proposal(id=name, seat=speech.seat, span=span, reading=readings[best], other=other)


def _own(words: Sequence[Heard], ended: SpeechEnded) -> list[Heard]:
    """What the seat itself said: not before or after its speech, where only neighbours are heard, nor under theirs."""
    speech = ended.speech
    end = speech.lead + (ended.last - speech.first) / speech.rate
    return [
        word
        for word in words
        if speech.lead <= (word.begin + word.end) / 2 <= end
        and _overlap(word, ended.foreign) < _FOREIGN * max(word.end - word.begin, 1e-3)
    ]


def _overlap(word: Heard, intervals: Sequence[Interval]) -> float:
    return sum(max(0.0, min(word.end, end) - max(word.begin, begin)) for begin, end in intervals)


def _reading(ended: SpeechEnded, language: str, words: Sequence[Heard], engine: Engine, measure: float) -> Reading:
    speech = ended.speech
    length = ended.last - speech.first

    def frame(seconds: float) -> int:
        return min(length, max(0, round((seconds - speech.lead) * speech.rate)))

    return Reading(
        language=language,
        words=tuple(
            Word(text=word.text, first=frame(word.begin), last=frame(word.end), confidence=round(word.confidence, 3))
            for word in words
            if not word.unknown
        ),
        confidence=round(measure, 3),
        model=engine.model,
    )
