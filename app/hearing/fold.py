"""``fold(events) -> Hearing``: the present state is nothing but the sum of what happened."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce, singledispatch
from typing import Any

from app.hearing import events as ev
from app.hearing.model import Course, Hearing, Interval


def fold(events: Iterable[ev.Event], start: Hearing | None = None) -> Hearing:
    """Apply the events in their order; pure."""
    return reduce(apply, events, start or Hearing())


def apply(hearing: Hearing, event: ev.Event) -> Hearing:
    """The hearing after one more event."""
    changes = _changes(event, hearing)
    return hearing.model_copy(update=changes)


def _moved(hearing: Hearing, course: Course, at: str) -> dict[str, Any]:
    """The course goes over into ``course`` at ``at``; the interval before it ends there."""
    before = hearing.course
    if before:
        before = (*before[:-1], before[-1].model_copy(update={"end": at}))
    return {"course": (*before, Interval(course=course, begin=at))}


@singledispatch
def _changes(event: ev.Event, hearing: Hearing) -> dict[str, Any]:
    return {}


@_changes.register
def _(event: ev.HearingOpened, hearing: Hearing) -> dict[str, Any]:
    return {
        "sitting": event.sitting, "case": event.case, "secretary": event.secretary,
        "demonstration": event.demonstration,
    }  # fmt: skip


@_changes.register
def _(event: ev.CaseCorrected, hearing: Hearing) -> dict[str, Any]:
    return {"case": event.case}


@_changes.register
def _(event: ev.ParticipantEntered, hearing: Hearing) -> dict[str, Any]:
    return {"participants": hearing.participants.set(event.participant.id, event.participant)}


@_changes.register
def _(event: ev.ParticipantRemoved, hearing: Hearing) -> dict[str, Any]:
    if event.id not in hearing.participants:
        return {}
    return {"participants": hearing.participants.delete(event.id)}


@_changes.register
def _(event: ev.SourcesChosen, hearing: Hearing) -> dict[str, Any]:
    return {"sources": event.sources}


@_changes.register
def _(event: ev.RecordingStarted, hearing: Hearing) -> dict[str, Any]:
    return _moved(hearing, Course.RECORDING, event.at)


@_changes.register
def _(event: ev.RecordingResumed, hearing: Hearing) -> dict[str, Any]:
    return _moved(hearing, Course.RECORDING, event.at)


@_changes.register
def _(event: ev.BreakStarted, hearing: Hearing) -> dict[str, Any]:
    return _moved(hearing, Course.BREAK, event.at)


@_changes.register
def _(event: ev.DeliberationStarted, hearing: Hearing) -> dict[str, Any]:
    return _moved(hearing, Course.DELIBERATION, event.at)


@_changes.register
def _(event: ev.RecordingStopped, hearing: Hearing) -> dict[str, Any]:
    return _moved(hearing, Course.STOPPED, event.at)


@_changes.register
def _(event: ev.RecordingInterrupted, hearing: Hearing) -> dict[str, Any]:
    return {"interruptions": (*hearing.interruptions, event.interruption)}


@_changes.register
def _(event: ev.StageEntered, hearing: Hearing) -> dict[str, Any]:
    return {"stages": (*hearing.stages, event.stage)}


@_changes.register
def _(event: ev.MarkMade, hearing: Hearing) -> dict[str, Any]:
    return {"marks": hearing.marks.set(event.mark.id, event.mark)}


@_changes.register
def _(event: ev.MarkDeleted, hearing: Hearing) -> dict[str, Any]:
    return {"marks": hearing.marks.delete(event.id)} if event.id in hearing.marks else {}


@_changes.register
def _(event: ev.UtteranceProposed, hearing: Hearing) -> dict[str, Any]:
    if event.utterance.id in hearing.utterances:
        return {}  # proposed again after a crash of the speech process: the first reading stands
    return {"utterances": hearing.utterances.set(event.utterance.id, event.utterance)}


@_changes.register
def _(event: ev.UtteranceEdited, hearing: Hearing) -> dict[str, Any]:
    found = hearing.utterances.get(event.id)
    if found is None:
        return {}
    return {"utterances": hearing.utterances.set(event.id, found.model_copy(update={"edited": event.text}))}


@_changes.register
def _(event: ev.ReadingExchanged, hearing: Hearing) -> dict[str, Any]:
    found = hearing.utterances.get(event.id)
    if found is None:
        return {}
    exchanged = found.model_copy(update={"reading": event.reading, "other": found.reading})
    return {"utterances": hearing.utterances.set(event.id, exchanged)}


@_changes.register
def _(event: ev.OutputWritten, hearing: Hearing) -> dict[str, Any]:
    return {"outputs": (*hearing.outputs, event.output)}


@_changes.register
def _(event: ev.ProtocolSigned, hearing: Hearing) -> dict[str, Any]:
    return {"signatures": (*hearing.signatures, event.signature), "frozen_at": hearing.frozen_at or event.frozen_seq}
