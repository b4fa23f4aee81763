"""The time of a sitting: positions in the listening copy, spans and gaps, whatever the recorder went through."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.clock import stamp
from app.media.recording import Recording
from app.media.timeline import Timeline
from tests.media.built import BEGIN, Device, Sitting, courtroom, noise


def timeline(folder: Path) -> Timeline:
    return Timeline(Recording(folder))


@pytest.mark.parametrize("counts_breaks", [True, False])
def test_a_break_is_cut_out_of_positions(tmp_path: Path, counts_breaks: bool) -> None:
    found = timeline(courtroom(tmp_path, counts_breaks=counts_breaks).close())

    assert found.seconds == pytest.approx(27.0, abs=0.01)
    assert found.position(BEGIN + timedelta(seconds=5)) == pytest.approx(5, abs=0.005)
    assert found.position(BEGIN + timedelta(seconds=15)) == pytest.approx(12.3, abs=0.005)  # in the break
    assert found.position(stamp(BEGIN + timedelta(seconds=20.3))) == pytest.approx(13.3, abs=0.005)
    assert found.position(BEGIN - timedelta(hours=1)) == 0
    assert found.position(BEGIN + timedelta(hours=1)) == pytest.approx(found.seconds)


def test_positions_and_moments_are_each_others_reverse(tmp_path: Path) -> None:
    found = timeline(courtroom(tmp_path).close())

    for tenth in range(int(found.seconds * 10)):
        assert found.position(found.moment(tenth / 10)) == pytest.approx(tenth / 10, abs=0.005)


def test_a_seat_has_one_span_for_every_time_it_was_heard_without_interruption(tmp_path: Path) -> None:
    found = timeline(courtroom(tmp_path).close())

    assert [span.seat for span in found.spans].count("judge") == 3  # a break and a lost device
    assert [span.seat for span in found.spans].count("witness") == 2  # a break
    (gap,) = found.gaps
    assert (gap.source, gap.reason) == ("room", "device-lost")
    assert gap.seconds == pytest.approx(3.0, abs=0.02)
    assert gap.position == pytest.approx(17.5, abs=0.02)


def test_segments_of_a_minute_join_into_one_span(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path, [Device("room", {"judge": noise(1)}, rate=8000)])
    sitting.start()
    sitting.record(150)
    sitting.stop()

    (span,) = timeline(sitting.close()).spans

    assert len(span.take.segments) == 3
    assert (span.first, span.last) == (0, 150 * 8000)


def test_a_dead_recorder_ends_a_stretch_where_it_last_wrote(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path, [Device("room", {"judge": noise(1)})])
    sitting.start()
    sitting.record(10, closed=False)
    sitting.wait(2.5)
    sitting.start()
    sitting.record(4)
    sitting.stop()

    found = timeline(sitting.close())

    assert [stretch.seconds for stretch in found.stretches] == pytest.approx([10, 4])
    (gap,) = found.gaps
    assert (gap.source, gap.reason) == ("", "recorder")
    assert gap.seconds == pytest.approx(2.5)
    assert found.at(2, found.stretches[1].begin) == pytest.approx(10)
    assert found.position(BEGIN + timedelta(seconds=11)) == pytest.approx(10)  # while it was dead
    assert found.of_frame(2, "room", 16000) == pytest.approx(11)


def test_another_boot_with_an_earlier_monotonic_clock_does_not_confuse_positions(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path, [Device("room", {"judge": noise(1)})])
    sitting.start()
    sitting.record(10, closed=False)
    sitting.wait(60)
    sitting.clock.now_ns = 3_000_000_000
    sitting.start(boot="boot-2")
    sitting.record(0)
    sitting.course("break")

    found = timeline(sitting.close())

    assert found.seconds == pytest.approx(10)
    assert found.position(BEGIN + timedelta(seconds=70)) == pytest.approx(10)


def test_a_growing_recording_has_positions_up_to_what_is_on_disk(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path, [Device("room", {"judge": noise(1)})])
    sitting.start()
    sitting.record(3, closed=False)

    assert timeline(tmp_path).seconds == pytest.approx(3)
    sitting.record(2, closed=False)
    assert timeline(tmp_path).seconds == pytest.approx(5)
    sitting.close()


def test_a_frame_that_was_never_recorded_has_no_position(tmp_path: Path) -> None:
    found = timeline(courtroom(tmp_path).close())

    with pytest.raises(ValueError, match="not in run"):
        found.of_frame(1, "room", 200_000)
    with pytest.raises(ValueError, match="not in run"):
        found.of_frame(9, "room", 0)


def test_an_empty_folder_has_no_time(tmp_path: Path) -> None:
    found = timeline(tmp_path)

    assert found.seconds == 0
    assert found.position(BEGIN) == 0
    assert found.gaps == ()
    with pytest.raises(ValueError, match="nothing"):
        found.moment(0)
