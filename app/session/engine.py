"""The engine of one sitting: commands go down to the recorder and into the record, changes come up to the listeners.

It runs without a screen (the command line, the tests) as well as under the window. Commands may be called from any
thread and raise :class:`app.errors.Trouble`; listeners are called on one thread of the engine's own, in order.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from app import clock
from app.capture import client as recorder
from app.capture.client import Moment, RecorderClient
from app.chain import Tail
from app.clock import SystemClock
from app.errors import Trouble
from app.hearing import events as ev
from app.hearing import record
from app.hearing.fold import apply
from app.hearing.model import (
    Case,
    Course,
    Hearing,
    Mark,
    Participant,
    RecordLanguage,
    Source,
    Stage,
    Wording,
)
from app.media.recording import Recording
from app.session import cameras, plans, sittings, troubles, watching
from app.session.changes import Change, HearingChanged, StatusChanged, TroubleArose
from app.session.export import Export
from app.session.reconcile import missing_course, missing_gaps
from app.session.speech import Speech
from app.session.status import Status
from app.session.takeup import take_up

_log = logging.getLogger(__name__)

Listener = Callable[[Change], None]
PULSE_S = 0.1
#: So many pulses without an answer of the recorder, and the engine looks whether anybody is left to restart it.
LOOK_AGAIN = 15
#: After a search in vain so many pulses pass until the next one.
PATIENCE = 300
GOING_ON = (Course.RECORDING, Course.BREAK, Course.DELIBERATION)


class Engine:
    """Opens a sitting's folder, re-attaches to a living recorder, and keeps the record."""

    def __init__(
        self,
        folder: Path,
        *,
        mirror_root: Path | None = None,
        actor: str = "",
        speech: bool = True,
        synthetic_speech: bool = False,
    ) -> None:
        """``actor`` is the person at the keyboard (default: the secretary of the record).

        ``synthetic_speech`` lets the demonstration models decode the tests' own synthetic speech.
        """
        self.folder = folder
        self._mirror = sittings.mirror_of(folder, mirror_root)
        self._listeners: list[Listener] = []
        self._changes: SimpleQueue[Change | None] = SimpleQueue()
        self._unheard: deque[TroubleArose] = deque(maxlen=20)
        #: Held while something is written to the record: never while a process is waited for.
        self._turn = threading.RLock()
        #: Held while the recorder is told something, so that commands come one after another.
        self._commanding = threading.RLock()
        self._closing = threading.Event()
        self._record: record.Record | None = None
        self._tail: Tail | None = None
        self._hearing = self._open()
        self.actor = actor or self._hearing.secretary.in_("ru")
        self._recorder = self._attach()
        self._watch = watching.Watch()
        self._speech = Speech(folder, synthetic_speech, self._on_proposal, self._changes.put) if speech else None
        self._export: Export | None = None
        self.status = Status(course=self._hearing.now, read_only=self.read_only)
        self._reconcile()
        if self._speech and not self.read_only and self._hearing.course:
            self._speech.follow(self._hearing)
        self._threads = [
            threading.Thread(target=self._deliver, name="engine-changes", daemon=True),
            threading.Thread(target=self._pulse, name="engine-pulse", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _open(self) -> Hearing:
        record.load(self.folder)  # a folder without a record is refused before anything is created in it
        try:
            self._record = record.Record(self.folder, self._mirror, on_lost=self._on_log_lost)
        except Trouble as trouble:
            if trouble.code != "log-busy":
                raise
            self._tail = Tail(self.folder / record.NAME)
            self._changes.put(TroubleArose(trouble))
            return self._follow_log(Hearing())
        if self._record.damage:
            damage = self._record.damage
            self._changes.put(TroubleArose(troubles.record_damaged(damage.message())))
            found = ev.DamageFound(file=damage.path.name, line=damage.line, reason=damage.reason.text)
            self._record.append(found, actor="Khatshy")
        return self._record.hearing

    def _attach(self) -> RecorderClient | None:
        try:
            living, restarted = take_up(self.folder, may_restart=not self.read_only)
        except Trouble as trouble:  # the sitting can be read and ended all the same
            self._changes.put(TroubleArose(trouble))
            return None
        if restarted:
            self._changes.put(TroubleArose(troubles.recorder_restarted()))
        return living

    @property
    def hearing(self) -> Hearing:
        """The hearing as the record tells it now."""
        return self._hearing

    @property
    def read_only(self) -> bool:
        """True where another window writes to this record."""
        return self._record is None

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(change)`` for every change from now on; returns what ends it.

        Troubles that arose while nobody listened (at opening, say) are told to the first listener.
        """
        self._listeners.append(listener)
        while self._unheard:
            self._changes.put(self._unheard.popleft())

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    # --- the course of the sitting --------------------------------------------------------------------------------

    def choose_sources(self, sources: Sequence[Source]) -> None:
        """Choose which devices hear which seats (before the recording starts)."""
        self._append(ev.SourcesChosen(sources=tuple(map(cameras.without_password, sources))))

    def start(
        self, *, fast: bool = False, holds: Sequence[float] = (), loop_video: bool = False, start_utc: str = ""
    ) -> None:
        """Start recording; Trouble names the device or folder that stands in the way, and nothing has begun then.

        ``fast`` reads sources that are files as fast as they can be read, on a clock that begins at ``start_utc``;
        ``holds`` are positions (s) at which they wait for the next :meth:`resume`.
        """
        self._writable()
        with self._commanding:
            if self._recorder is not None or self._hearing.now is not Course.NOT_STARTED:
                raise troubles.already_recording()
            plan = plans.plan(
                self._hearing, self.folder, self._mirror, self.actor,
                fast=fast, holds=tuple(holds), loop_video=loop_video, start_utc=start_utc,
            )  # fmt: skip
            # a recorder that was launched a moment ago but could not be told to record is used, not doubled
            client = recorder.attach(self.folder) or recorder.launch(plan)
            try:
                moment = client.course("recording")
            except Trouble:
                client.close()
                raise
            self._recorder = client
            self._moved(ev.RecordingStarted(at=moment.utc, run=moment.run), moment)
            self._follow_speech()

    def pause(self) -> None:
        """A break: nothing is recorded until :meth:`resume`."""
        with self._commanding:
            moment = self._course("break")
            self._moved(ev.BreakStarted(at=moment.utc), moment)

    def deliberate(self) -> None:
        """The court retires to the deliberation room: nothing is recorded."""
        with self._commanding:
            moment = self._course("deliberation")
            self._moved(ev.DeliberationStarted(at=moment.utc), moment)

    def resume(self, after_s: float = 0.0) -> None:
        """Recording goes on after a break, a deliberation, or after the recorder was lost, however long ago.

        A fast recording lets ``after_s`` pass on its own clock first.
        """
        with self._commanding:
            if self._recorder is None and self._hearing.now in GOING_ON:
                self._recorder, _restarted = take_up(self.folder, may_restart=True, within_s=None)
            moment = self._course("recording", after_s)
            self._moved(ev.RecordingResumed(at=moment.utc), moment)
            self._follow_speech()

    def stop(self) -> None:
        """End the recording; text that is still coming goes on coming.

        A sitting whose recorder is gone ends where its recording broke off.
        """
        with self._commanding:
            if self._recorder is None and self._hearing.now in GOING_ON:
                self._writable()
                at = Recording(self.folder).last_utc or self.now()
            else:
                at = self._course("stopped").utc
            if self._recorder:
                self._recorder.close()
                self._recorder = None
            self._append(ev.RecordingStopped(at=at))
            self._reconcile()

    def _course(self, course: Literal["recording", "break", "deliberation", "stopped"], after_s: float = 0.0) -> Moment:
        self._writable()
        if self._recorder is None:
            raise troubles.not_recording()
        return self._recorder.course(course, after_s)

    def _moved(self, event: ev.Event, moment: Moment) -> None:
        """Put a change of course on record; the answer to a key pressed twice is on record already."""
        if not self._hearing.course or self._hearing.course[-1].begin != moment.utc:
            self._append(event)

    def _follow_speech(self) -> None:
        if self._speech:
            self._speech.follow(self._hearing)

    # --- what the secretary notes ---------------------------------------------------------------------------------

    def now(self) -> str:
        """The present moment (UTC stamp) on the recorder's clock while it runs, else on the PC's."""
        return self._watch.utc() or clock.stamp(SystemClock().utc())

    def enter_stage(self, stage: str, at: str = "") -> None:
        """A stage of the procedure begins now, or began at ``at`` (UTC stamp)."""
        self._append(ev.StageEntered(stage=Stage(id=_id(), stage=stage, at=at or self.now())))

    def mark(self, kind: str, text: Wording | None = None, participant: str = "", at: str = "") -> str:
        """Mark something the protocol must name; returns its id."""
        mark = Mark(id=_id(), kind=kind, at=at or self.now(), text=text or Wording(), participant=participant)
        self._append(ev.MarkMade(mark=mark))
        return mark.id

    def note(self, text: str, at: str = "") -> str:
        """A note of the secretary's own; returns its id."""
        return self.mark("note", Wording.same(text.strip()), at=at)

    def enter_participant(self, participant: Participant) -> None:
        """Put a participant on the list or change their card."""
        self._append(ev.ParticipantEntered(participant=participant))

    def correct_case(self, case: Case) -> None:
        """Change the case card; the old one stays in the record."""
        self._append(ev.CaseCorrected(case=case))

    def edit(self, utterance: str, text: str) -> None:
        """Correct the text of an utterance; the machine's words stay in the record."""
        self._append(ev.UtteranceEdited(id=utterance, text=text))

    def clock_of(self, stamp: str) -> datetime:
        """A UTC stamp on the court's wall clock."""
        return clock.local(clock.moment(stamp))

    # --- documents ------------------------------------------------------------------------------------------------

    def export(
        self,
        language: RecordLanguage,
        *,
        secretary_key: Path | None = None,
        secretary_password: str = "",
        judge_key: Path | None = None,
        judge_password: str = "",
        trusted: Path | None = None,
    ) -> str:
        """Make protocol, transcript and package, sign what keys are given for, verify; returns the task's id.

        TaskProgressed and TaskEnded follow; the result names protocol_pdf, transcript, recordings, package,
        zip and the verification.
        """
        self._writable()
        with self._commanding:
            if self._hearing.now not in (Course.STOPPED, Course.NOT_STARTED):
                raise troubles.still_recording()
            if self._export is not None and self._export.running:
                raise troubles.exporting()
            self._export = Export(self, language, self._changes.put, trusted)
            self._export.begin({"secretary": (secretary_key, secretary_password), "judge": (judge_key, judge_password)})
            return self._export.id

    def cancel(self, task: str) -> None:
        """Cancel a long task; nothing half-written stays."""
        if self._export and self._export.id == task:
            self._export.cancel()

    def wait_for_text(self, timeout_s: float) -> bool:
        """Wait until everything recorded is text; False if that took longer or there is no speech process."""
        return bool(self._speech and self._speech.wait(timeout_s))

    # --- inside ---------------------------------------------------------------------------------------------------

    def seq(self) -> int:
        """Number of events in the record."""
        return self._writable().seq

    def append(self, event: ev.Event, actor: str = "") -> None:
        """Write an event and tell the listeners."""
        self._append(event, actor)

    def _writable(self) -> record.Record:
        if self._record is None:
            raise troubles.read_only()
        return self._record

    def _append(self, event: ev.Event, actor: str = "") -> None:
        with self._turn:
            book = self._writable()
            if self._export is not None and self._export.freezing and not isinstance(event, ev.AFTER_SIGNING):
                raise troubles.exporting()
            book.append(event, actor=actor or self.actor)
            self._hearing = book.hearing
            self._changes.put(HearingChanged(event, self._hearing))

    def _on_proposal(self, event: ev.Event, actor: str) -> None:
        if self._closing.is_set():
            return
        try:
            self._append(event, actor)
        except Trouble as trouble:
            self._changes.put(TroubleArose(trouble))
            raise  # the speech process ends in order: what it would say cannot be kept any more

    def _on_log_lost(self, path: Path, error: OSError) -> None:
        self._changes.put(TroubleArose(troubles.folder_lost(path.parent, error)))

    def _follow_log(self, hearing: Hearing) -> Hearing:
        assert self._tail is not None
        for line in self._tail.new():
            event = ev.decode(line)
            if event is not None:
                hearing = apply(hearing, event)
                self._changes.put(HearingChanged(event, hearing))
        return hearing

    def _reconcile(self) -> None:
        """Put on record what only the recorder's log tells: changes of course without an engine, gaps."""
        if self._record is None:
            return
        recording = Recording(self.folder)
        for event in missing_course(self._hearing, recording):
            self._append(event, actor="recorder")
        if self._hearing.now is Course.STOPPED and not self._hearing.frozen_at:
            for event in missing_gaps(self._hearing, recording):
                self._append(event, actor="recorder")

    def _pulse(self) -> None:
        while not self._closing.wait(PULSE_S):
            try:
                if self._tail is not None:
                    self._hearing = self._follow_log(self._hearing)
                speech = self._speech.status() if self._speech else None
                self.status = self._watch.look(self._hearing, self._recorder, speech, self.read_only)
                self._changes.put(StatusChanged(self.status))
                if self._watch.unanswered > LOOK_AGAIN and self._recorder is not None:
                    self._watch.unanswered = 0
                    self._look_for_recorder()
            except Exception:  # a bug in the display of a state must not end the displaying of states
                _log.exception("pulse")

    def _look_for_recorder(self) -> None:
        """The recorder has been silent for some seconds: its guardian restarts it, and if that died too, we do."""
        with self._commanding:
            if self._recorder is None:
                return
            found = self._attach()
            if found is None:
                self._watch.unanswered = -PATIENCE  # nobody can be found: ask again later
                return
            self._recorder.close()
            self._recorder = found
            self._follow_speech()

    def _deliver(self) -> None:
        while (change := self._changes.get()) is not None:
            if not self._listeners and isinstance(change, TroubleArose):
                self._unheard.append(change)
            for listener in list(self._listeners):
                try:
                    listener(change)
                except Exception:
                    _log.exception("listener")

    def close(self) -> None:
        """Detach: the recording goes on, the record can be opened by another window."""
        self._closing.set()
        if self._export:
            self._export.cancel()
            self._export.join()
        if self._speech:
            self._speech.close()
        if self._recorder:
            self._recorder.close()  # first of all: a pulse may be waiting for its answer
        self._threads[1].join()
        self._changes.put(None)
        if threading.current_thread() is not self._threads[0]:
            self._threads[0].join()
        with self._turn:
            if self._record:
                self._record.close()


def _id() -> str:
    return secrets.token_hex(6)
