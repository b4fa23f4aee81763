"""What a recorder that died left behind, and what the next one makes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.capture import history
from app.capture.adopt import adopt
from app.capture.folders import Folders
from app.capture.journal import Journal
from app.capture.plan import Plan
from app.capture.segments import SegmentWriter
from app.capture.source import Format
from app.chain import ChainLog
from app.clock import NS, TickClock
from app.media import facts
from app.media.facts import SeatChannel

RATE = 16_000
FORMAT = Format(RATE, 2, 1)
FILE = "capture/judge/1-1.wav"


class Left:
    """A run that wrote 2 s, logged 1.5 s of them, and died."""

    def __init__(self, root: Path) -> None:
        self.first, self.second = root / "first", root / "second"
        for place in (self.first, self.second):
            place.mkdir()
        self.clock = TickClock(NS, datetime(2026, 11, 23, 4, tzinfo=UTC))
        self.log = ChainLog(self.first / facts.NAME, self.second / facts.NAME, clock=self.clock)
        utc = "2026-11-23T04:00:00.000000Z"
        opened = facts.SourceOpened(
            run=1, source="judge", kind="microphone", device="desk", rate=RATE, width=2, channels=1,
            tracks=(SeatChannel(channel=0, seat="judge"),),
        )  # fmt: skip
        self._write(
            facts.RecorderStarted(run=1, pid=1, program="khatshy", boot="b", monotonic=NS, utc=utc),
            opened,
            facts.CourseChanged(run=1, course="recording", monotonic=NS, utc=utc),
        )
        self.sound = np.arange(2 * RATE, dtype="<i2")
        writer = SegmentWriter("judge", "judge", FORMAT, 1, Folders(self.first, self.second), self.clock)
        writer.write(self.sound[: RATE * 3 // 2].tobytes(), NS)
        self.clock.advance(NS * 3 // 2)
        writer.sync()
        self._write(*writer.take_facts())
        writer.write(self.sound[RATE * 3 // 2 :].tobytes(), NS + NS * 3 // 2)
        self.log.close()

    def _write(self, *told: facts.Fact) -> None:
        self.log.extend([(type(fact).__name__, fact.model_dump(mode="json")) for fact in told], actor="x")

    def past(self) -> history.History:
        with ChainLog(self.first / facts.NAME) as log:
            return history.read(log.reading.lines)


@pytest.fixture
def left(tmp_path: Path) -> Left:
    return Left(tmp_path)


def test_the_past_is_known_from_the_log(left: Left) -> None:
    past = left.past()
    assert (past.run, past.course, past.going_on, past.ended) == (1, "recording", True, False)
    assert past.recorded_ns == NS * 3 // 2
    assert past.frames == {"judge": RATE * 3 // 2}
    assert past.unclosed[FILE].durable == RATE * 3 // 2


def test_after_a_kill_everything_written_is_taken_in(left: Left) -> None:
    past = left.past()
    shorter = left.second / FILE
    with open(shorter, "r+b") as file:
        file.truncate(44 + 2 * RATE * 2 - 333)
    (closed,) = adopt(past, left.first, left.second, same_boot=True)
    assert closed == facts.SegmentClosed(run=1, source="judge", file=FILE, last=2 * RATE)
    assert past.frames == {"judge": 2 * RATE}
    assert shorter.read_bytes() == (left.first / FILE).read_bytes()
    assert np.array_equal(soundfile.read(left.first / FILE, dtype="int16")[0], left.sound)


def test_after_a_power_cut_only_what_was_durable_counts(left: Left) -> None:
    (closed,) = adopt(left.past(), left.first, left.second, same_boot=False)
    assert isinstance(closed, facts.SegmentClosed)
    assert closed.last == RATE * 3 // 2
    assert soundfile.info(left.first / FILE).frames == RATE * 3 // 2
    assert (left.first / FILE).stat().st_size == 44 + 4 * RATE, "nothing is thrown away"


def test_a_missing_copy_or_a_missing_file_stops_nothing(left: Left) -> None:
    (left.second / FILE).unlink()
    (closed,) = adopt(left.past(), left.first, left.second, same_boot=True)
    assert isinstance(closed, facts.SegmentClosed)
    assert closed.last == 2 * RATE
    (left.first / FILE).unlink()
    (closed,) = adopt(left.past(), left.first, None, same_boot=True)
    assert isinstance(closed, facts.SegmentClosed)
    assert closed.last == 0


def test_the_number_of_a_run_is_never_used_twice(left: Left) -> None:
    (left.first / "capture" / "judge" / "7-1.wav").touch()
    assert history.next_run(left.past(), left.first) == 8


def test_the_journal_begins_with_what_was_left(left: Left, tmp_path: Path) -> None:
    plan = Plan(sitting="x", folder=left.first, mirror=left.second, address=tmp_path / "s", actor="x", sources=())
    journal = Journal(plan, Folders(left.first, left.second), left.clock)
    assert journal.run == 2
    assert [type(fact).__name__ for fact in journal.taken_in] == ["SegmentClosed"]
    journal.close()
    assert journal._log.reading.lines == (), "hours of lines are not kept"


def _told(left: Left, course: str) -> None:
    utc = "2026-11-23T04:00:00.000000Z"
    left.log.append("CourseChanged", {"run": 1, "course": course, "monotonic": NS, "utc": utc}, actor="x")


def _course(left: Left) -> str:
    last = history.last_course(left.first)
    return last.course if last else ""


def test_the_last_course_is_found_from_the_end_of_the_log(left: Left, tmp_path: Path) -> None:
    assert history.last_course(tmp_path / "nowhere") is None
    left.log = ChainLog(left.first / facts.NAME, clock=left.clock)
    for course in ("recording", "break"):
        _told(left, course)
    for _line in range(100):
        left.log.append("Other", {"words": '"type":"CourseChanged" ' + "x" * 1500}, actor="x")
    assert _course(left) == "break"
    left.log.close()
    with open(left.first / facts.NAME, "ab") as file:
        file.write(b'{"hash":"","header":{"type":"CourseChanged"')
    assert _course(left) == "break", "a line that was cut off does not count"
    with open(left.first / facts.NAME, "ab") as file:
        file.write(b"}}\n")
    assert _course(left) == "break", "neither does one that is damaged"
