"""A hearing told in a few lines: each line is a time of the court's clock and what happened then; all fictional."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from app import clock, resources
from app.hearing import events as ev
from app.hearing.fold import fold
from app.hearing.model import (
    Case,
    Hearing,
    Mark,
    Model,
    Participant,
    Reading,
    RecordLanguage,
    Source,
    Span,
    Stage,
    Track,
    Utterance,
    Word,
    Wording,
)
from app.protocol.document import RecordingFile

HEAD = "4f0c9b6e2d817a35c4e19b0d6f82a7531ce8d94b70f26a1358dbe07c9a4f6123"
RATE = 48_000
DRAWN_UP = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
SCRIPT: dict[str, Any] = json.loads((resources.folder("demo") / "script.json").read_bytes())


def at(time: str) -> str:
    """The UTC stamp of a time on the court's clock on 21 November 2026: ``10:05:09`` or ``10:05:09.5``."""
    hours, minutes, seconds = time.split(":")
    wall = timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
    return clock.stamp(datetime(2026, 11, 21, tzinfo=UTC) + wall - clock.KAZAKHSTAN)


def opened(**changes: Any) -> ev.HearingOpened:
    """The demonstration's case; ``changes`` to the case card."""
    card = {key: SCRIPT["case"][key] for key in ("number", "name", "court", "place", "procedure", "language", "open")}
    return ev.HearingOpened(
        sitting="7c41a09e", case=Case(**(card | changes)), secretary=Wording(**SCRIPT["secretary"]), demonstration=True
    )


def entered() -> list[ev.Event]:
    """The demonstration's people at their seats."""
    fields = ("id", "role", "name", "seat", "language", "presence", "means")
    rows = [{key: row[key] for key in fields if key in row} for row in SCRIPT["participants"]]
    return [ev.ParticipantEntered(participant=Participant(**row)) for row in rows]


def stage(time: str, stage: str) -> ev.Event:
    return ev.StageEntered(stage=Stage(id=f"s{time}", stage=stage, at=at(time)))


def mark(time: str, kind: str, kk: str = "", ru: str = "") -> ev.Event:
    return ev.MarkMade(mark=Mark(id=f"m{time}", kind=kind, at=at(time), text=Wording(kk=kk, ru=ru)))


def said(
    time: str, seat: str, language: RecordLanguage, text: str, *, seconds: float = 2.0, synthetic: bool = True
) -> ev.Event:
    """The machine understood ``text`` at ``seat``; the words share the ``seconds`` evenly."""
    model = Model(name=f"demo-{language}", version="1", synthetic=synthetic)
    words, frames = text.split(), round(seconds * RATE)
    each = frames // max(1, len(words))
    heard = tuple(
        Word(text=word, first=count * each, last=(count + 1) * each, confidence=0.97)
        for count, word in enumerate(words)
    )
    span = Span(run=1, source="room", channel=0, first=0, last=frames, rate=RATE, begin=at(time))
    reading = Reading(language=language, words=heard, confidence=0.97, model=model)
    return ev.UtteranceProposed(utterance=Utterance(id=f"u{time}{seat}", seat=seat, span=span, reading=reading))


def course() -> list[ev.Event]:
    """The demonstration in short: opening, a break, a lost connection, the decision."""
    seats = ("judge", "claimant", "respondent", "witness", "third_party")
    tracks = tuple(Track(channel=channel, seat=seat) for channel, seat in enumerate(seats))
    return [
        ev.SourcesChosen(sources=(Source(name="room", kind="microphone", device="table", tracks=tracks),)),
        ev.RecordingStarted(at=at("10:05:00"), run=1),
        stage("10:05:01", "opening"),
        said("10:05:03", "judge", "kk", "бәріңіздің тұруларыңызды өтінемін", seconds=2),
        said("10:05:06", "judge", "kk", "сот отырысы ашық деп жарияланады отырыңыздар", seconds=3),
        stage("10:05:40", "appearance"),
        said("10:05:42", "judge", "kk", "талап қоюшы сіз келдіңіз бе", seconds=2),
        said("10:05:45", "claimant", "kk", "иә құрметті сот мен осындамын", seconds=2),
        said("10:05:48", "judge", "ru", "ответчик на каком языке вы будете давать объяснения", seconds=4),
        said("10:05:53", "respondent", "ru", "уважаемый суд я буду давать объяснения на русском языке", seconds=4),
        stage("10:11:00", "motions"),
        said("10:11:04", "respondent", "ru", "прошу приобщить к материалам дела расписку о возврате денег", seconds=4),
        mark("10:11:09", "motion", "Қолхатты іске қоса тіркеу туралы", "О приобщении расписки"),
        mark("10:12:00", "note", "хатшының жазбасы", "заметка секретаря"),
        ev.BreakStarted(at=at("10:15:00")),
        ev.RecordingResumed(at=at("10:22:04")),
        said("10:22:06", "judge", "kk", "үзіліс аяқталды сот отырысы жалғасады", seconds=3),
        mark("10:25:10", "connection_lost", "Үшінші тұлғамен бейнебайланыс үзілді", "Видеосвязь с ним прервана"),
        mark("10:26:02", "connection_restored", "Бейнебайланыс қалпына келтірілді", "Видеосвязь восстановлена"),
        said("10:26:05", "third_party", "ru", "связь восстановлена прошу прощения", seconds=2),
        stage("10:33:00", "retirement"),
        ev.DeliberationStarted(at=at("10:33:10")),
        ev.RecordingResumed(at=at("10:41:10")),
        stage("10:41:12", "announcement"),
        said("10:41:15", "judge", "kk", "сот шешті талап ішінара қанағаттандырылсын", seconds=3),
        said("10:41:19", "judge", "kk", "жауапкерден екі жүз мың теңге өндірілсін", seconds=3),
        mark("10:41:23", "decision_announced", "Сот шешімі жария етілді", "Решение суда оглашено"),
        mark("10:42:00", "appeal_explained", "Бір ай ішінде апелляциялық шағым", "Апелляция в течение месяца"),
        ev.RecordingStopped(at=at("10:43:20")),
    ]  # fmt: skip


def hearing(*more: ev.Event) -> Hearing:
    """The sample hearing, with more events after it."""
    return fold([opened(), *entered(), *course(), *more])


def recordings() -> list[RecordingFile]:
    """The finished recordings of the sample hearing, as packing would name them."""
    begin, length = at("10:05:00"), 2236.5
    names = [("judge", 1), ("claimant", 2), ("respondent", 3), ("witness", 4), ("third_party", 5)]
    sound = [
        RecordingFile(f"2026-11-21_10-05-00_7c41a09e_{seat}.flac", seat, "audio", begin, length, f"{n:02x}" * 32)
        for seat, n in names
    ]
    return [*sound, RecordingFile("2026-11-21_10-05-00_7c41a09e.mp4", "", "video", begin, length, "0a" * 32)]


def positions(stamp: str) -> float:
    """Seconds in the listening copy: since the start, with the break and the deliberation cut out."""
    moment = clock.moment(stamp)
    gaps = [("10:15:00", "10:22:04"), ("10:33:10", "10:41:10")]
    lost = [clock.moment(at(b)) - clock.moment(at(a)) for a, b in gaps if moment >= clock.moment(at(b))]
    return (moment - clock.moment(at("10:05:00")) - sum(lost, timedelta())).total_seconds()
