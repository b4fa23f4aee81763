"""Where the course changes the sound is cut to the sample, whenever it arrives; losses end a segment."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from av import open as av_open

from app.capture.folders import Folders
from app.capture.lane import Lane
from app.capture.plan import SourcePlan
from app.capture.source import Block, Format, Loss, State
from app.clock import NS, TickClock
from app.media import facts
from app.media.facts import SeatChannel
from app.media.seconds import SecondHasher

RATE = 48_000
FORMAT = Format(RATE, 3, 2)


class Desk:
    """A microphone that this test speaks into; frames carry their own number."""

    def __init__(self, clock: TickClock) -> None:
        self._clock = clock
        self._pieces: list[Block | Loss] = []
        self.frame = 0
        self.state: State = "delivering"
        self.reason = ""

    def speak(self, frames: int, late_ns: int = 0) -> None:
        """Frames heard from now on, which arrive ``late_ns`` after they were heard."""
        numbers = np.arange(self.frame, self.frame + frames, dtype="<i4")
        wide = np.stack([numbers, -numbers], axis=1).astype("<i4")
        pcm = wide.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        self._pieces.append(Block(pcm, frames, self._clock.now_ns))
        self.frame += frames
        self._clock.advance(frames * NS // RATE + late_ns)

    def lose(self, reason: str) -> None:
        self._pieces.append(Loss(reason))

    def open(self) -> Format:
        return FORMAT

    def read(self) -> list[Block | Loss]:
        found, self._pieces = self._pieces, []
        return found

    def follow(self, recording: bool, at: int) -> None:
        pass

    def close(self) -> None:
        pass


class Bench:
    """A lane with its desk and its folders."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = TickClock(7 * NS, datetime(2026, 11, 23, 4, tzinfo=UTC))
        self.desk = Desk(self.clock)
        tracks = (SeatChannel(channel=0, seat="judge"), SeatChannel(channel=1, seat="claimant"))
        plan = SourcePlan(name="Үстел/1", kind="microphone", device="desk", tracks=tracks)
        self.folders = Folders(root / "first", root / "second")
        self.lane = Lane(plan, self.desk, FORMAT, "Үстел_1", 1, self.folders, self.clock)
        self.facts: list[facts.Fact] = []

    def speak(self, frames: int, late_ns: int = 0) -> None:
        self.desk.speak(frames, late_ns)
        self.pull()

    def pull(self) -> None:
        self.lane.pull()
        self.lane.sync()
        self.facts += self.lane.take_facts()

    def files(self, which: str = "first") -> list[np.ndarray]:
        paths = sorted((self.root / which / "capture" / "Үстел_1").glob("*.wav"))
        return [soundfile.read(path, dtype="int32", always_2d=True)[0] >> 8 for path in paths]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_the_course_cuts_at_the_sample_although_sound_comes_late(bench: Bench) -> None:
    bench.speak(RATE)  # only metered
    begin = bench.clock.now_ns - NS // 4  # the key was pressed 0.25 s before its sound arrived
    bench.lane.turn(begin, True)
    bench.desk._pieces.append(Block(b"", 0, begin))
    bench.speak(RATE)
    end = bench.clock.now_ns + NS // 3
    bench.lane.turn(end, False)
    assert not bench.lane.settled
    bench.speak(RATE // 2)
    assert bench.lane.settled
    (kept,) = bench.files()
    assert kept[0, 0] == RATE, "the block that had arrived before the key was not kept"
    assert kept[-1, 0] + 1 == RATE + RATE + -(-RATE // 3)
    opened = next(fact for fact in bench.facts if isinstance(fact, facts.SegmentOpened))
    assert opened.anchor.frame == 0


def test_frames_before_the_turn_in_one_block_with_those_after(bench: Bench) -> None:
    bench.lane.turn(bench.clock.now_ns + NS // 10, True)
    bench.lane.turn(bench.clock.now_ns + NS // 5, False)
    bench.speak(RATE)
    (kept,) = bench.files()
    assert (kept[0, 0], kept[-1, 0]) == (4_800, 9_599)
    assert np.array_equal(kept[:, 0], -kept[:, 1])
    assert np.array_equal(kept, bench.files("second")[0])


def test_sixty_seconds_a_file_and_every_second_hashed_per_seat(bench: Bench) -> None:
    bench.lane.turn(bench.clock.now_ns, True)
    for _block in range(123):
        bench.speak(RATE // 2)
    bench.lane.finish()
    bench.facts += bench.lane.take_facts()
    files = bench.files()
    assert [len(file) for file in files] == [60 * RATE, RATE * 3 // 2]
    whole = np.concatenate(files)
    seconds = {k: v for fact in bench.facts if isinstance(fact, facts.Written) for k, v in fact.seconds.items()}
    assert sorted(seconds) == list(range(62))
    for channel in (0, 1):
        expected = dict(SecondHasher(RATE, 3).take(0, whole[:, channel]))
        assert {k: v[channel] for k, v in seconds.items() if k < 61} == expected
    assert bench.files("second")[1].shape == files[1].shape


def test_a_growing_file_plays_as_far_as_it_goes(bench: Bench) -> None:
    bench.lane.turn(bench.clock.now_ns, True)
    bench.speak(RATE * 3 + 17)
    (path,) = (bench.root / "first" / "capture" / "Үстел_1").glob("*.wav")
    assert soundfile.info(path).frames == RATE * 3 + 17
    with av_open(str(path)) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) == RATE * 3 + 17


def test_a_loss_ends_the_segment_and_tells_where_it_goes_on(bench: Bench) -> None:
    bench.lane.turn(bench.clock.now_ns, True)
    bench.speak(RATE)
    bench.desk.lose("lost")
    bench.pull()
    gone = bench.clock.now_ns
    bench.clock.advance(5 * NS)
    bench.speak(RATE)
    lost = next(fact for fact in bench.facts if isinstance(fact, facts.SourceLost))
    back = next(fact for fact in bench.facts if isinstance(fact, facts.SourceReturned))
    assert (lost.anchor.frame, lost.anchor.monotonic, lost.reason) == (RATE, gone, "lost")
    assert (back.anchor.frame, back.anchor.monotonic) == (RATE, gone + 5 * NS)
    assert [len(file) for file in bench.files()] == [RATE, RATE]
    kinds = [type(fact).__name__ for fact in bench.facts]
    assert kinds.index("SegmentClosed") < kinds.index("SourceLost") < kinds.index("SourceReturned")


def test_levels_tell_silence_sound_and_clipping(bench: Bench) -> None:
    assert all(level.peak == -120 for level in bench.lane.state().levels)
    full = np.full((4800, 2), [0x7FFFFF, 0x7FFFFF // 2], "<i4")
    pcm = full.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    bench.desk._pieces.append(Block(pcm, 4800, bench.clock.now_ns))
    bench.pull()
    judge, claimant = bench.lane.state().levels
    assert (judge.peak, judge.clipped) == (0.0, True)
    assert (claimant.peak, claimant.rms, claimant.clipped) == (-6.0, -6.0, False)
    assert bench.lane.state().reason == "clipping"


def test_one_folder_that_fails_does_not_stop_the_other(bench: Bench) -> None:
    lost: list[tuple[str, str]] = []
    bench.folders.on_lost = lambda which, reason: lost.append((which, reason))
    bench.lane.turn(bench.clock.now_ns, True)
    bench.speak(RATE)
    bench.folders.lose("second", "failed")
    bench.speak(RATE)
    assert lost == [("second", "failed")]
    assert len(bench.files()[0]) == 2 * RATE
