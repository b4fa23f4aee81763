"""A small engine for the window's tests: commands become events of a real hearing, without recorder or files."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app import resources
from app.clock import local, moment, stamp
from app.errors import Trouble
from app.hearing import events as ev
from app.hearing.fold import apply
from app.hearing.model import (
    Case,
    Course,
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
from app.i18n import Message, _
from app.session.changes import Change, HearingChanged, PartialHeard, StatusChanged, TaskEnded, TaskProgressed
from app.session.status import FolderStatus, SeatLevel, SourceStatus, SpeechStatus, Status

BEGIN = datetime(2026, 11, 20, 5, 0, 0, tzinfo=UTC)
RATE = 16000


class StandIn:
    """Implements the window's port; ``now`` is moved by hand."""

    def __init__(self, hearing: Hearing | None = None, folder: Path = Path("nowhere")) -> None:
        self.hearing = hearing or Hearing()
        self.folder = folder
        self.read_only = False
        self.now = BEGIN
        self.status = Status()
        self.closed = False
        self.refuse: Trouble | None = None
        self.asked: list[str] = []
        self._listeners: list[Callable[[Change], None]] = []
        self._number = 0

    # what tests say

    def happen(self, *events: ev.Event) -> None:
        """Put events on record."""
        for event in events:
            self.hearing = apply(self.hearing, event)
            self.tell(HearingChanged(event, self.hearing))

    def tell(self, change: Change) -> None:
        """Tell the listeners."""
        for listener in list(self._listeners):
            listener(change)

    def pulse(self, **changes: Any) -> None:
        """A state of the moment that follows from the hearing, with ``changes``."""
        self.status = state_of(self.hearing, self.now, **changes)
        self.tell(StatusChanged(self.status))

    def hear(self, seat: str, text: str, *, language: RecordLanguage = "kk", seconds: float = 2.0, doubt: str = "",
             synthetic: bool = True) -> str:  # fmt: skip
        """Somebody said something until now; returns the utterance's id."""
        self._number += 1
        begin = self.now - timedelta(seconds=seconds)
        found = utterance(f"u{self._number}", seat, text, begin, seconds, language, doubt, synthetic)
        self.happen(ev.UtteranceProposed(utterance=found))
        return found.id

    def whisper(self, seat: str, text: str, language: str = "kk") -> None:
        """Text that is not final."""
        self.tell(PartialHeard(seat, language, text))

    # the port

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _do(self, name: str, *events: ev.Event) -> None:
        self.asked.append(name)
        if self.refuse is not None:
            raise self.refuse
        self.happen(*events)

    def start(self) -> None:
        self._do("start", ev.RecordingStarted(at=stamp(self.now), run=1))

    def pause(self) -> None:
        self._do("pause", ev.BreakStarted(at=stamp(self.now)))

    def deliberate(self) -> None:
        self._do("deliberate", ev.DeliberationStarted(at=stamp(self.now)))

    def resume(self) -> None:
        self._do("resume", ev.RecordingResumed(at=stamp(self.now)))

    def stop(self) -> None:
        self._do("stop", ev.RecordingStopped(at=stamp(self.now)))

    def enter_stage(self, stage: str) -> None:
        self._do(
            "stage", ev.StageEntered(stage=Stage(id=f"s{len(self.hearing.stages)}", stage=stage, at=stamp(self.now)))
        )

    def mark(self, kind: str, text: Wording, participant: str = "") -> None:
        made = Mark(id=f"m{len(self.hearing.marks)}", kind=kind, at=stamp(self.now), text=text, participant=participant)
        self._do("mark", ev.MarkMade(mark=made))

    def note(self, text: str) -> None:
        self.mark("note", Wording.same(text))

    def enter_participant(self, participant: Participant) -> None:
        self._do("participant", ev.ParticipantEntered(participant=participant))

    def correct_case(self, case: Case) -> None:
        self._do("case", ev.CaseCorrected(case=case))

    def edit(self, utterance_id: str, text: str) -> None:
        self._do("edit", ev.UtteranceEdited(id=utterance_id, text=text))

    def export(self, language: RecordLanguage, *, secretary_key: Path | None, secretary_password: str,
               judge_key: Path | None, judge_password: str) -> str:  # fmt: skip
        self._do(f"export {language}")
        self.tell(TaskProgressed("t1", 0.5, Message("Working")))
        return "t1"

    def finish_export(self, trouble: Trouble | None = None) -> None:
        """The long task ends."""
        result = {
            "protocol_pdf": "protocol.pdf", "transcript": "transcript.pdf", "package": "package", "verified": True,
            "exit_status": 0, "status": _("Whole: everything that the package promises was checked.").to_json(),
        }  # fmt: skip
        self.tell(TaskEnded("t1", None if trouble else result, trouble))

    def cancel(self, task: str) -> None:
        self.asked.append(f"cancel {task}")
        self.finish_export(Trouble("cancelled", _("The export was cancelled.")))

    def clock_of(self, stamp: str) -> datetime:
        return local(moment(stamp))

    def close(self) -> None:
        self.closed = True


def utterance(id_: str, seat: str, text: str, begin: datetime, seconds: float = 2.0, language: RecordLanguage = "kk",
              doubt: str = "", synthetic: bool = True) -> Utterance:  # fmt: skip
    """An utterance of ``seconds`` whose words ``doubt`` the machine was not sure of."""
    doubts = doubt.split()
    texts = text.split()
    step = int(seconds * RATE / max(1, len(texts)))
    words = tuple(
        Word(text=word, first=n * step, last=(n + 1) * step, confidence=0.4 if word.strip(".,?!") in doubts else 0.95)
        for n, word in enumerate(texts)
    )
    model = Model(name="demo-kk" if language == "kk" else "demo-ru", synthetic=synthetic)
    span = Span(run=1, source=seat, channel=0, first=0, last=int(seconds * RATE), rate=RATE, begin=stamp(begin))
    return Utterance(
        id=id_, seat=seat, span=span, reading=Reading(language=language, words=words, confidence=0.9, model=model)
    )


def state_of(hearing: Hearing, now: datetime, **changes: Any) -> Status:
    """What an engine would say of the moment."""
    course = hearing.now
    recorded = sum(
        ((moment(i.end) if i.end else now) - moment(i.begin)).total_seconds()
        for i in hearing.course
        if i.course is Course.RECORDING
    )
    since = (now - moment(hearing.course[-1].begin)).total_seconds() if hearing.course else 0.0
    running = course is Course.RECORDING
    seconds = now.timestamp()
    sources = tuple(
        SourceStatus(source.name, source.kind, "good", levels=tuple(
            _level(track.seat, seconds, n + k * 3) for k, track in enumerate(source.tracks)), fresh=True)
        for n, source in enumerate(hearing.sources)
    )  # fmt: skip
    found: dict[str, Any] = {
        "course": course, "recording": running, "elapsed_s": recorded, "course_s": since,
        "sources": sources if running else (),
        "folders": (FolderStatus("/data", "good", 7.67), FolderStatus("/second", "good", 31.0)) if running else (),
        "speech": SpeechStatus("running", 1.2, synthetic=True),
    }  # fmt: skip
    return Status(**(found | changes))


def _level(seat: str, seconds: float, number: int) -> SeatLevel:
    talker = int(seconds / 9) % 5
    wave = abs(math.sin(seconds * 2.1 + number)) * 12
    peak = -14.0 - wave if number == talker else -46.0 + wave / 3
    return SeatLevel(seat, peak - 8, peak)


def _sources(people: Iterable[Participant]) -> tuple[Source, ...]:
    seats = [Source(name=p.seat, kind="file", device=f"{p.seat}.flac", tracks=(Track(channel=0, seat=p.seat),))
             for p in people]  # fmt: skip
    return (*seats, Source(name="camera", kind="file", device="camera.mp4"))


def opened(*, open_: bool = True) -> StandIn:
    """The demonstration's case before its recording starts."""
    script = json.loads((resources.folder("demo") / "script.json").read_bytes())
    case = Case.model_validate(script["case"]).model_copy(update={"open": open_})
    people = [Participant.model_validate({k: v for k, v in p.items() if k != "voice"}) for p in script["participants"]]
    engine = StandIn()
    engine.happen(
        ev.HearingOpened(sitting="s", case=case, secretary=Wording.model_validate(script["secretary"]),
                         demonstration=True),
        *(ev.ParticipantEntered(participant=p) for p in people),
        ev.SourcesChosen(sources=_sources(people)),
    )  # fmt: skip
    return engine


def under_way(seconds: float = 135.0) -> StandIn:
    """The demonstration ``seconds`` after its start, told by its cues."""
    engine = opened()
    cues = json.loads((resources.folder("demo") / "cues.json").read_bytes())
    engine.start()
    hold = cues["holds"][0]
    away = timedelta()
    for cue in cues["cues"]:
        if cue.get("end", cue["at"]) > seconds:
            break
        if cue["at"] > hold and not away:
            engine.now = BEGIN + timedelta(seconds=hold)
            engine.pause()
            away = timedelta(seconds=20)
            engine.now += away
            engine.resume()
        at = BEGIN + timedelta(seconds=cue["at"]) + away
        engine.now = at
        if "stage" in cue:
            engine.enter_stage(cue["stage"])
        elif "mark" in cue:
            engine.mark(cue["mark"], Wording.model_validate(cue["text"]))
        elif "note" in cue:
            engine.mark("note", Wording.model_validate(cue["note"]))
        elif "speaker" in cue:
            engine.now = at + timedelta(seconds=cue["end"] - cue["at"])
            words = [w.strip(".,?!") for w in cue["text"].split()]
            engine.hear(cue["speaker"], cue["text"], language=cue["language"], seconds=cue["end"] - cue["at"],
                        doubt=words[-2] if len(words) % 4 == 2 else "")  # fmt: skip
    engine.status = state_of(engine.hearing, engine.now)
    return engine
