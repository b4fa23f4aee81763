"""The transcript: the machine's raw words in turns, a document of its own that never pretends to be a person's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from app import clock
from app.hearing import law
from app.hearing.model import Course, Hearing, RecordLanguage, Utterance
from app.protocol.compose import case_line, secretary_name
from app.protocol.document import (
    Block,
    Document,
    Note,
    Paragraph,
    Reading,
    Rule,
    SignaturePlace,
    SignaturePlaces,
    Title,
    Turn,
)
from app.protocol.wording import Phrases, position, second, wall

PAUSE = timedelta(seconds=2)


@dataclass(frozen=True)
class Speech:
    """Utterances of one seat that follow each other without another speaker and without a long pause."""

    seat: str
    begin: datetime
    utterances: tuple[Utterance, ...]


def _begin(utterance: Utterance) -> datetime:
    return clock.moment(utterance.span.begin)


def _end(utterance: Utterance) -> datetime:
    return _begin(utterance) + timedelta(seconds=utterance.span.seconds)


def speeches(utterances: Iterable[Utterance], breaks: Iterable[datetime] = ()) -> Iterator[Speech]:
    """Join utterances into turns, by time: until another seat speaks, a pause of more than 2 s, or one of ``breaks``.

    ``breaks`` are moments (aware, UTC) at which something is written between the turns, as a new stage.
    """
    cuts = sorted(breaks)
    joined: list[Utterance] = []
    for utterance in sorted(utterances, key=lambda u: (u.span.begin, u.seat, u.id)):
        if joined:
            end = max(map(_end, joined))
            cut = any(_begin(joined[-1]) < moment <= _begin(utterance) for moment in cuts)
            if utterance.seat != joined[0].seat or _begin(utterance) - end > PAUSE or cut:
                yield Speech(joined[0].seat, _begin(joined[0]), tuple(joined))
                joined = []
        joined.append(utterance)
    if joined:
        yield Speech(joined[0].seat, _begin(joined[0]), tuple(joined))


def transcript(hearing: Hearing, positions: Callable[[str], float], *, language: RecordLanguage, head: str) -> Document:
    """The transcript of a hearing: machine text alone, corrections and notes are not in it.

    ``positions`` tells for a UTC stamp the second of the listening copy in which it is heard; ``head`` is the hash of
    the record's last event that the transcript rests on.
    """
    say = Phrases(language)
    rules = list(_rules(hearing, say))
    turns = [
        (speech.begin, _turn(hearing, speech, positions, say))
        for speech in speeches(hearing.utterances.values(), [moment for moment, _rule in rules])
    ]
    course: list[tuple[datetime, Block]] = sorted([*rules, *turns], key=lambda pair: pair[0])  # rules first where equal
    title = say("transcript_title")
    blocks: list[Block] = [
        Title(title, (say("transcript_basis"), case_line(hearing, say))),
        Note(" ".join([say("transcript_about"), *_models(hearing, say)])),
        *(block for _moment, block in course),
    ]
    if not turns:
        blocks.append(Paragraph(say("missing", what=say("no_text")), missing=True))
    name = secretary_name(hearing, say) or say("not_named")
    role = say.of(law.wording(law.roles(), "secretary"))
    blocks.append(SignaturePlaces((SignaturePlace("secretary", role, name),)))
    return Document(
        kind="transcript",
        language=language,
        title=title,
        case_number=hearing.case.number if hearing.case else "",
        sitting=hearing.sitting,
        head=head,
        blocks=tuple(blocks),
        moment=wall(hearing.course[0].begin) if hearing.course else None,
        demonstration=hearing.demonstration,
        notices=tuple(_notices(hearing, say)),
    )


def _turn(hearing: Hearing, speech: Speech, positions: Callable[[str], float], say: Phrases) -> Turn:
    first = speech.utterances[0]
    person = hearing.at_seat(speech.seat)
    readings = tuple(
        Reading(say(f"tag_{spoken}"), " ".join(u.reading.text for u in same))
        for spoken, same in groupby(speech.utterances, key=lambda u: u.reading.language)
    )
    return Turn(
        clock=second(wall(first.span.begin)),
        position=position(positions(first.span.begin)),
        role=say.of(law.wording(law.roles(), person.role)) if person else say("no_person", seat=speech.seat),
        name=(say.of(person.name) or say("not_named")) if person else "",
        readings=readings,
    )


def _rules(hearing: Hearing, say: Phrases) -> Iterator[tuple[datetime, Block]]:
    """Stages and interruptions of the course; they explain where the clock jumps."""
    terms = law.stages(hearing.case.procedure if hearing.case else "civil")
    for stage in hearing.stages:
        name = say.of(law.wording(terms, stage.stage))
        yield clock.moment(stage.at), Rule(say("rule_stage", time=second(wall(stage.at)), stage=name))
    for before, interval in zip((None, *hearing.course), hearing.course, strict=False):
        time = second(wall(interval.begin))
        if interval.course in (Course.BREAK, Course.DELIBERATION):
            yield clock.moment(interval.begin), Rule(say(f"rule_{interval.course.value}", time=time))
        elif interval.course is Course.RECORDING and before is not None:
            yield clock.moment(interval.begin), Rule(say("rule_resumed", time=time))


def _models(hearing: Hearing, say: Phrases) -> list[str]:
    models = {u.reading.model for u in hearing.utterances.values()}
    named = sorted({" ".join(filter(None, (model.name, model.version))) for model in models})
    return [say("transcript_models", models=", ".join(named))] if named else []


def _notices(hearing: Hearing, say: Phrases) -> Iterator[str]:
    yield say("machine")
    if any(u.reading.model.synthetic for u in hearing.utterances.values()):
        yield say("synthetic")
    if hearing.demonstration:
        yield say("demonstration")
