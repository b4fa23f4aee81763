"""What the recorder's log tells and the record does not know yet: changes of course while no engine was there, gaps."""

from __future__ import annotations

from app.hearing import events as ev
from app.hearing.model import Course, Hearing, Interruption
from app.media.recording import Recording
from app.media.timeline import Timeline


def missing_course(hearing: Hearing, recording: Recording) -> list[ev.Event]:
    """Events for the course changes in capture.jsonl that came after the last one in the record.

    They are known by their stamps: the engine writes the recorder's own moment into each event.
    """
    found: list[ev.Event] = []
    last = hearing.course[-1].begin if hearing.course else ""
    for number, change in enumerate(_course(recording)):
        if change[1] <= last:
            continue
        course, at, run = change
        match course:
            case Course.RECORDING if number == 0:
                found.append(ev.RecordingStarted(at=at, run=run))
            case Course.RECORDING:
                found.append(ev.RecordingResumed(at=at))
            case Course.BREAK:
                found.append(ev.BreakStarted(at=at))
            case Course.DELIBERATION:
                found.append(ev.DeliberationStarted(at=at))
            case _:
                found.append(ev.RecordingStopped(at=at))
    return found


def missing_gaps(hearing: Hearing, recording: Recording) -> list[ev.Event]:
    """Events for the gaps of a finished recording that are not in the record: lost devices, a dead recorder."""
    known = {(gap.source, gap.at) for gap in hearing.interruptions}
    return [
        ev.RecordingInterrupted(
            interruption=Interruption(at=gap.begin, until=gap.end, source=gap.source, reason=gap.reason)
        )
        for gap in Timeline(recording).gaps
        if (gap.source, gap.begin) not in known
    ]


def _course(recording: Recording) -> list[tuple[Course, str, int]]:
    """The changes of course; a recorder that was restarted repeats the one in force, which is no change."""
    changes: list[tuple[Course, str, int]] = []
    for fact in recording.course:
        if not changes or changes[-1][0] != fact.course:
            changes.append((Course(fact.course), fact.utc, fact.run))
    return changes
