"""The recorder process: one loop that brings sound from the sources to two disks and tells the log what is durable."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from app import __version__, clock, wire
from app.capture import history, opening
from app.capture.beginning import prepare_folders
from app.capture.folders import Folders
from app.capture.journal import Journal
from app.capture.lanes import Lanes
from app.capture.plan import Plan
from app.capture.space import Space
from app.capture.status import RecorderCourse, RecorderStatus
from app.clock import NS, Clock, SystemClock, TickClock
from app.errors import Trouble
from app.i18n import _
from app.media import facts

TICK_NS = NS // 10
SYNC_NS = NS // 2
#: A fast run tells the log at least this often by the clock of the hearing.
FAST_SYNC_NS = 5 * NS
SPACE_NS = 5 * NS
ANSWER_S = 60.0
#: A loop that did not come round for so long waits for a disk (ns).
SLOW_NS = 2 * NS
#: The longest break of a fast run (s).
LONGEST_S = 1e6
#: Exit codes; anything but the first two makes the guardian start another recorder.
STOPPED, CANNOT_START, CRASHED = 0, 3, 4

Answer = dict[str, Any]


class Recorder:
    """One run of one sitting."""

    def __init__(self, plan: Plan) -> None:
        """Open everything; Trouble says what cannot be, and then nothing was written."""
        opening.check(plan)
        self._plan = plan
        self._folders = Folders(plan.folder, plan.mirror)
        last = history.last_course(plan.folder)
        going_on = last is not None and last.course in history.GOING_ON
        prepare_folders(plan, self._folders, going_on=going_on)
        self._clock = _clock(plan)
        self._journal = Journal(plan, self._folders, self._clock)
        self._past, self._run = self._journal.past, self._journal.run
        try:
            self._lanes = Lanes(plan, self._past, self._run, self._folders, self._clock)
        except BaseException:
            self._journal.withdraw()
            raise
        self._space = Space(plan, self._folders)
        self._space.bytes_per_s = self._lanes.bytes_per_s
        self._requests: SimpleQueue[tuple[dict[str, Any], Future[Answer]]] = SimpleQueue()
        self._recorded_ns = self._past.recorded_ns
        self._exit: int | None = None
        self._begin()

    def _begin(self) -> None:
        """The first lines of the run; a sitting that was going on goes on."""
        now, utc = self._clock.monotonic_ns(), clock.stamp(self._clock.utc())
        program = f"khatshy {__version__}"
        started = facts.RecorderStarted(
            run=self._run, pid=os.getpid(), program=program, boot=self._journal.boot, monotonic=now, utc=utc
        )
        self._journal.add([started, *self._journal.taken_in, *self._lanes.opened()])
        self._course: RecorderCourse = "not_started"
        self._answer: Answer = {"run": self._run, "monotonic": now, "utc": utc}
        self._course_since = self._begun_at = now
        self._measured = self._synced = self._clock.monotonic_ns()
        self._synced_real = time.monotonic_ns()
        if self._past.going_on:
            self._turn(self._past.course)
            lasted = self._clock.utc() - clock.moment(self._past.since)
            self._course_since = now - lasted // timedelta(microseconds=1) * 1000
        self._tell()
        self.status = self._look()

    # --- what clients ask (on their own threads) ------------------------------------------------------------------

    def handle(self, request: dict[str, Any]) -> Answer:
        """Answer a request: status and ping at once, a course after the loop has made it durable."""
        match request:
            case {"do": "ping"}:
                return {"sitting": self._plan.sitting, "run": self._run, "pid": os.getpid()}
            case {"do": "status"}:
                return self._present().model_dump(mode="json")
            case {"do": "course", "course": "recording" | "break" | "deliberation" | "stopped" as course}:
                after_s = request.get("after_s", 0.0)
                if isinstance(after_s, int | float) and 0 <= after_s <= LONGEST_S:
                    return self._ask({"do": "course", "course": course, "after_s": after_s})
        raise Trouble("request-unknown", _("The recorder does not understand this request."))

    def _present(self) -> RecorderStatus:
        """The last look; a loop that hangs in a slow disk is seen from here."""
        status = self.status
        if time.monotonic_ns() - self._looked < SLOW_NS:
            return status
        slow = tuple(
            folder.model_copy(update={"state": "warning", "reason": "slow"}) if folder.state == "good" else folder
            for folder in status.folders
        )
        return status.model_copy(update={"folders": slow})

    def _ask(self, request: dict[str, Any]) -> Answer:
        answer: Future[Answer] = Future()
        self._requests.put((request, answer))
        try:
            return answer.result(ANSWER_S)
        except FutureTimeout as error:
            answer.cancel()  # what was reported as failed is not carried out later
            raise Trouble(
                "recorder-slow",
                _("The recorder did not answer within {seconds} s.", seconds=int(ANSWER_S)),
                safe=_("What was recorded is safe."),
                remedy=_("Look at the disk: it may be full or very slow."),
            ) from error

    def end(self, *_signal: object) -> None:
        """Close everything and leave (the PC shuts down, or somebody ended the process)."""
        self._requests.put(({"do": "end"}, Future()))

    # --- the loop -------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Record until told to stop; returns the exit code."""
        due = time.monotonic_ns()
        while self._exit is None:
            due = max(due + TICK_NS, time.monotonic_ns() - TICK_NS)
            self._serve(due)
            if self._exit is None:
                self._tick()
        return self._exit

    @property
    def _hurries(self) -> bool:
        """A fast run whose sources have more to give; where all wait for a word, its clock stands."""
        return self._plan.fast and not self._lanes.idle

    def _serve(self, due: int) -> None:
        """Carry out requests until the next tick; a fast run does not wait, unless everything waits for a word."""
        while True:
            patience = (due - time.monotonic_ns()) / NS
            if self._hurries:
                patience = 0.0
            try:
                request, answer = self._requests.get(timeout=patience) if patience > 0 else self._requests.get_nowait()
            except Empty:
                return
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                answer.set_result(self._carry_out(request))
            except Trouble as trouble:
                answer.set_exception(trouble)
                raise
            if self._exit is not None:
                return

    def _tick(self) -> None:
        if self._hurries and isinstance(self._clock, TickClock):
            self._clock.advance(TICK_NS)
        self._lanes.pull()
        now, real = self._clock.monotonic_ns(), time.monotonic_ns()
        if real - self._synced_real >= SYNC_NS or now - self._synced >= FAST_SYNC_NS:
            self._lanes.sync()
            self._synced, self._synced_real = now, real
        self._tell()
        if real - self._measured >= SPACE_NS:
            self._measured = real
            self._mind_space()
        self.status = self._look()

    def _mind_space(self) -> None:
        for which in self._space.measure():
            if len(self._folders.alive) > 1:
                self._folders.lose(which, "full")
            else:
                self._turn("stopped")
                self._finish("no-space")
        if self._space.tight:
            self._lanes.stop_pictures("space")

    def _carry_out(self, request: dict[str, Any]) -> Answer:
        if request["do"] == "end":
            self._finish("ended")
            return {}
        if request["course"] != self._course:
            if isinstance(self._clock, TickClock):
                self._clock.advance(round(request["after_s"] * NS))
            self._turn(request["course"])
            if self._course == "stopped":
                self._finish("stopped")
        self.status = self._look()
        return self._answer

    def _turn(self, course: RecorderCourse) -> None:
        """Change the course at this very moment, to the sample; returns when that is durable."""
        at, utc = self._clock.monotonic_ns(), clock.stamp(self._clock.utc())
        if self._course == "recording":
            self._recorded_ns += at - self._begun_at
        self._lanes.turn(at, course == "recording")
        self._course, self._course_since, self._begun_at = course, at, at
        self._answer = {"run": self._run, "monotonic": at, "utc": utc}
        self._journal.add([facts.CourseChanged(run=self._run, course=course, monotonic=at, utc=utc)])
        self._tell()
        if course != "recording":
            self._lanes.settle()
            self._tell()

    def _finish(self, reason: str) -> None:
        if self._course == "recording":
            self._lanes.turn(self._clock.monotonic_ns(), False)
            self._lanes.settle()
        self._lanes.finish()
        self._tell()
        self._journal.add([facts.RecorderStopped(run=self._run, reason=reason)])
        self._tell()
        self._journal.close()
        self._exit = STOPPED

    # --- what it tells --------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Write down what has happened; everything that the lanes tell is durable by now."""
        self._journal.add(self._lanes.take_facts())
        self._journal.write()

    def _look(self) -> RecorderStatus:
        self._looked = time.monotonic_ns()
        now = self._clock.monotonic_ns()
        recorded = self._recorded_ns + (now - self._begun_at if self._course == "recording" else 0)
        return RecorderStatus(
            run=self._run,
            course=self._course,
            recording=self._course == "recording",
            monotonic=now,
            utc=clock.stamp(self._clock.utc()),
            elapsed_s=round(recorded / NS, 3),
            course_s=round((now - self._course_since) / NS, 3),
            sources=self._lanes.states(),
            folders=self._space.states(),
        )


def _clock(plan: Plan) -> Clock:
    system = SystemClock()
    if not plan.fast:
        return system
    return TickClock(system.monotonic_ns(), clock.moment(plan.start_utc) if plan.start_utc else system.utc())


def _say(word: dict[str, Any]) -> None:
    """One line to whoever launched us; nobody listens after it."""
    try:
        sys.stdout.write(json.dumps(word) + "\n")
        sys.stdout.flush()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
    except OSError:
        pass  # they have left already


def _run(plan: Plan) -> int:
    recorder = Recorder(plan)
    signal.signal(signal.SIGTERM, recorder.end)
    signal.signal(signal.SIGINT, recorder.end)
    server = wire.Server(plan.address, recorder.handle)
    _say({"ready": True})
    try:
        code = recorder.run()
    except Trouble as trouble:  # both folders failed; a new recorder may find one of them again
        sys.stderr.write(f"{trouble.code}\n")
        code = CRASHED
    time.sleep(0.2)  # the last answer is on its way to the client
    server.close()
    return code


def main(arguments: list[str]) -> int:
    """``recorder PLAN``: record what the plan (a JSON file) says; see the exit codes above."""
    try:
        code = _run(Plan.model_validate_json(Path(arguments[0]).read_bytes()))
    except Trouble as trouble:
        _say({"trouble": trouble.to_json()})
        sys.stderr.write(f"{trouble.code}\n")
        code = CANNOT_START
    except Exception:
        traceback.print_exc()
        code = CRASHED
    sys.stderr.flush()
    # a frozen sound server must not keep a process alive that has done its work
    os._exit(code)
