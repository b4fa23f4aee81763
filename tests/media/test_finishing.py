"""Finishing: every sample kept, every microphone in its place, and nothing named that is not whole."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from app.errors import Trouble
from app.media.finishing import Finished, finish
from app.media.recording import Recording
from app.media.timeline import Timeline
from app.processes import environment
from tests.media.built import Device, Sitting, courtroom, film, grey_of, noise, tone


def heard(path: Path) -> tuple[NDArray[np.float64], int]:
    """The sound of a listening copy as a player would play it."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        parts = [frame.to_ndarray()[0] for frame in container.decode(stream)]
        return np.concatenate(parts).astype(np.float64), stream.rate


def offset_s(sound: NDArray[np.float64], reference: NDArray[np.float64], rate: int) -> float:
    """By how many seconds ``sound`` comes later than ``reference``."""
    size = 1 << (len(sound) + len(reference)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(reference, size)), size)
    best = int(np.argmax(likeness))
    return (best if best < size // 2 else best - size) / rate


def test_flac_files_hold_every_sample_as_it_was_recorded(tmp_path: Path) -> None:
    folder = courtroom(tmp_path / "sitting").close()
    finished = finish(folder, tmp_path / "out")
    timeline = Timeline(Recording(folder))

    assert len(finished.tracks) == len(timeline.spans) == 8
    for track, span in zip(finished.tracks, timeline.spans, strict=True):
        found, rate = soundfile.read(track.file, dtype="int32")
        wanted = span.take.read(span.first, span.last)[:, span.channel]
        assert rate == track.rate == (16000 if track.source == "room" else 44100)
        np.testing.assert_array_equal(found >> (16 if track.source == "room" else 8), wanted)
        assert soundfile.info(track.file).subtype == ("PCM_16" if track.source == "room" else "PCM_24")


def test_flac_files_say_where_they_come_from(tmp_path: Path) -> None:
    finished = finish(courtroom(tmp_path / "sitting").close(), tmp_path / "out")

    track = next(track for track in finished.tracks if track.file.name == "02-judge.flac")
    with av.open(str(track.file)) as container:
        tags = container.metadata
    assert tags["SEAT"] == "judge"
    assert (tags["SOURCE"], tags["RUN"], tags["CHANNEL"]) == ("room", "1", "0")
    assert (tags["FIRST"], tags["LAST"]) == (str(track.first), str(track.last))
    assert tags["BEGIN"] == track.begin_utc


def alone(folder: Path, seat: str, rate: int, ppm: float, seconds: float) -> Sitting:
    sitting = Sitting(folder, [Device("room", {seat: noise(5)}, rate=rate, ppm=ppm, jitter_s=0.002)])
    sitting.start()
    sitting.record(seconds)
    sitting.pause(30)
    sitting.record(seconds)
    sitting.stop()
    return sitting


@pytest.mark.parametrize(("rate", "ppm"), [(16000, 200), (16000, -200), (44100, 200)])
def test_the_mix_follows_the_world_and_not_the_crystal(tmp_path: Path, rate: int, ppm: float) -> None:
    seconds = 130.0  # 200 ppm are 26 ms by then
    finished = finish(alone(tmp_path / "sitting", "judge", rate, ppm, seconds).close(), tmp_path / "out")
    assert finished.listening is not None
    sound, mixed_rate = heard(finished.listening.file)

    for position, world in [(0.5, 0.5), (seconds - 4.5, seconds - 4.5), (seconds * 2 - 4.5, seconds * 2 + 25.5)]:
        part = sound[round(position * mixed_rate) : round((position + 4) * mixed_rate)]
        at = world + np.arange(len(part)) / mixed_rate
        assert abs(offset_s(part, noise(5)(at), mixed_rate)) <= 0.010


def test_two_devices_with_crystals_that_disagree_stay_together(tmp_path: Path) -> None:
    finished = finish(courtroom(tmp_path / "sitting").close(), tmp_path / "out")
    assert finished.listening is not None
    sound, rate = heard(finished.listening.file)

    assert rate == 44100
    for seed in (1, 2, 3):
        for position, world in [(1.0, 1.0), (21.0, 28.0)]:
            part = sound[round(position * rate) : round((position + 4) * rate)]
            assert abs(offset_s(part, noise(seed)(world + np.arange(len(part)) / rate), rate)) <= 0.010


def test_a_lost_device_is_silence_of_that_length_and_the_others_go_on(tmp_path: Path) -> None:
    room = Device("room", {"judge": tone(400)}, rate=16000)
    line = Device("line", {"witness": tone(1000)}, rate=16000)
    sitting = Sitting(tmp_path / "sitting", [room, line])
    sitting.start()
    sitting.record(4)
    sitting.record(3, without=["room"])
    sitting.record(4)
    sitting.stop()
    finished = finish(sitting.close(), tmp_path / "out")
    assert finished.listening is not None
    sound, rate = heard(finished.listening.file)

    def strength(hertz: float, begin: float) -> float:
        part = sound[round(begin * rate) : round((begin + 1) * rate)]
        return float(np.abs(np.fft.rfft(part))[round(hertz)]) / len(part)

    assert [strength(400, at) > 0.05 for at in (1, 5, 9)] == [True, False, True]
    assert [strength(1000, at) > 0.05 for at in (1, 5, 9)] == [True, True, True]
    assert [round(gap.seconds, 1) for gap in finished.gaps] == [3.0]


def test_with_a_camera_there_is_one_mp4_that_shows_what_is_heard(tmp_path: Path) -> None:
    folder = courtroom(tmp_path / "sitting", picture=True).close()
    chapters = [(0.0, "Сот отырысын ашу"), (12.3, "Дәлелдемелерді зерттеу")]
    finished = finish(folder, tmp_path / "out", chapters=chapters)

    assert finished.listening is not None
    assert finished.listening.file.name == "hearing.mp4"
    assert finished.listening.has_video
    container: Any
    with av.open(str(finished.listening.file)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert (picture.codec_context.name, picture.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert sound.codec_context.name == "aac"
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == [title for _at, title in chapters]
        assert container.duration / 1e6 == pytest.approx(27.0, abs=0.2)
        frames = [
            (float(frame.pts * picture.time_base), frame.to_ndarray(format="gray"))
            for frame in container.decode(picture)
        ]
    content = finished.listening.file.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # plays while it is still being fetched

    for position, shown in frames:
        world = position if position < 12.3 else position + 7
        assert abs(float(shown.mean()) - grey_of(world)) <= 4, position
    times = [position for position, _shown in frames]
    assert max(np.diff(times)) <= 0.25
    assert times == sorted(times)


def test_a_film_that_ran_through_the_break_is_cut_there(tmp_path: Path) -> None:
    sitting = courtroom(tmp_path / "sitting")
    sitting.picture(0.0, 34.0)
    finished = finish(sitting.close(), tmp_path / "out")

    assert finished.listening is not None
    container: Any
    with av.open(str(finished.listening.file)) as container:
        time_base = container.streams.video[0].time_base
        shown = [(float(frame.pts * time_base), frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]
    assert shown[-1][0] > 26
    for position, picture in shown:
        world = position if position < 12.31 else position + 7
        assert abs(float(picture.mean()) - grey_of(world)) <= 4, position
    # after the break the picture comes back with its next key picture, at most a second later
    assert max(np.diff([position for position, _picture in shown])) <= 1.2


def test_pictures_that_are_stored_out_of_order_are_shown_in_order(tmp_path: Path) -> None:
    sitting = courtroom(tmp_path / "sitting", picture=True)
    begin = 0.0
    for video, seconds in zip(
        sorted((sitting.folder / "capture" / "camera").glob("*.mkv")), (12.3, 5.2, 3.0, 6.5), strict=True
    ):
        film(video, begin if begin < 12.3 else begin + 7, round(seconds * 10), reordered=True)
        begin += seconds
    finished = finish(sitting.close(), tmp_path / "out")

    assert finished.listening is not None
    container: Any
    with av.open(str(finished.listening.file)) as container:
        time_base = container.streams.video[0].time_base
        shown = [(float(frame.pts * time_base), frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]
    assert len(shown) == pytest.approx(270, abs=4)
    for position, picture in shown:
        world = position if position < 12.3003 else position + 7
        assert abs(float(picture.mean()) - grey_of(world)) <= 4, position


def test_a_camera_of_another_kind_is_encoded_again(tmp_path: Path) -> None:
    sitting = courtroom(tmp_path / "sitting", picture=True)
    videos = sorted((sitting.folder / "capture" / "camera").glob("*.mkv"))
    film(videos[0], 0.0, 123, codec="mpeg4")
    finished = finish(sitting.close(), tmp_path / "out")

    assert finished.listening is not None
    with av.open(str(finished.listening.file)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _frame in container.decode(video=0)) == pytest.approx(270, abs=4)


def test_without_a_camera_the_copy_has_sound_alone(tmp_path: Path) -> None:
    finished = finish(courtroom(tmp_path / "sitting").close(), tmp_path / "out")

    assert finished.listening is not None
    assert finished.listening.file.name == "hearing.m4a"
    assert not finished.listening.has_video


@pytest.mark.parametrize("cut", [0, 1000, 6000])
def test_a_film_cut_off_anywhere_never_stops_finishing(tmp_path: Path, cut: int) -> None:
    sitting = courtroom(tmp_path / "sitting", picture=True)
    video = sorted((sitting.folder / "capture" / "camera").glob("*.mkv"))[-1]
    video.write_bytes(video.read_bytes()[:cut])

    finished = finish(sitting.close(), tmp_path / "out")

    assert finished.listening is not None
    assert finished.listening.seconds == pytest.approx(27.0, abs=0.2)


def test_a_crashed_recorders_files_are_finished_without_repair(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path / "sitting", [Device("room", {"judge": noise(1)})])
    sitting.start()
    sitting.record(10.25, closed=False, picture=True)
    sitting.wait(2.5)
    sitting.start()
    sitting.record(4, picture=True)
    sitting.stop()

    finished = finish(sitting.close(), tmp_path / "out")

    assert [track.seconds for track in finished.tracks] == pytest.approx([10.25, 4])
    assert [track.file.name for track in finished.tracks] == ["01-judge.flac", "02-judge.flac"]
    assert finished.damaged == ()


def test_a_second_call_makes_only_what_is_missing(tmp_path: Path) -> None:
    folder = courtroom(tmp_path / "sitting").close()
    first = finish(folder, tmp_path / "out")
    made = {track.file: track.file.stat().st_mtime_ns for track in first.tracks}
    first.tracks[2].file.unlink()
    first.tracks[3].file.write_bytes(first.tracks[3].file.read_bytes()[:-100])

    second = finish(folder, tmp_path / "out")

    again = {file for file, time in made.items() if file.stat().st_mtime_ns != time}
    assert again == {first.tracks[2].file, first.tracks[3].file}
    assert _content(second) == _content(first)


def _content(finished: Finished) -> list[tuple[str, str]]:
    files = [(track.file.name, track.sha256) for track in finished.tracks]
    return files + ([(finished.listening.file.name, finished.listening.sha256)] if finished.listening else [])


KILLED = """
import os, signal, sys
from pathlib import Path
from app.media.finishing import finish

def progress(done):
    if done >= float(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

finish(Path(sys.argv[1]), Path(sys.argv[2]), progress)
"""


def test_killed_in_the_middle_it_leaves_nothing_half_named_and_goes_on(tmp_path: Path) -> None:
    folder = courtroom(tmp_path / "sitting", picture=True).close()
    whole = finish(folder, tmp_path / "whole")

    for moment in ("0.2", "0.5", "0.95"):
        ended = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(tmp_path / "out"), moment], env=environment(), check=False
        )
        assert ended.returncode == -signal.SIGKILL
        wanted = dict(_content(whole))
        for file in (tmp_path / "out").iterdir():
            if not file.name.startswith("."):
                assert file.stat().st_size == (tmp_path / "whole" / file.name).stat().st_size
    finished = finish(folder, tmp_path / "out")

    assert dict(_content(finished)) == wanted
    assert not list((tmp_path / "out").glob(".*.part"))


def test_stopped_by_its_progress_it_leaves_nothing_half_made(tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def cancel(done: float) -> None:
        if done > 0.3:
            raise Cancelled

    folder = courtroom(tmp_path / "sitting").close()
    with pytest.raises(Cancelled):
        finish(folder, tmp_path / "out", cancel)

    assert not list((tmp_path / "out").glob(".*.part"))
    finish(folder, tmp_path / "out")


def test_a_second_that_is_not_what_was_heard_is_named(tmp_path: Path) -> None:
    sitting = courtroom(tmp_path / "sitting")
    segment = sitting.folder / "capture" / "room" / "1-1.wav"
    content = bytearray(segment.read_bytes())
    content[44 + (5 * 16000 + 7) * 4] ^= 1  # frame 7 of second 5, channel 0
    segment.write_bytes(content)

    finished = finish(sitting.close(), tmp_path / "out")

    (damaged,) = finished.damaged
    assert (damaged.seat, damaged.second) == ("judge", 5)
    assert damaged.begin.startswith("2026-11-20T04:30:0")


def test_a_missing_segment_is_a_sentence(tmp_path: Path) -> None:
    sitting = courtroom(tmp_path / "sitting")
    (sitting.folder / "capture" / "desk" / "1-1.wav").unlink()

    with pytest.raises(Trouble) as raised:
        finish(sitting.close(), tmp_path / "out")

    assert raised.value.code == "segment-missing"
    assert "desk" in str(raised.value)
    assert not list((tmp_path / "out").glob(".*.part"))


def test_nothing_recorded_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as raised:
        finish(tmp_path, tmp_path / "out")
    assert raised.value.code == "nothing-recorded"


LIMITED = """
import resource, signal, sys
from pathlib import Path
from app.errors import Trouble
from app.media.finishing import finish

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    finish(Path(sys.argv[1]), Path(sys.argv[2]))
except Trouble as trouble:
    print(trouble.code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    folder = courtroom(tmp_path / "sitting").close()

    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(folder), str(tmp_path / "out")],
        env=environment(), check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert ended.stdout.strip() == "finishing-failed", ended.stderr
    assert not [file for file in (tmp_path / "out").iterdir() if not file.name.startswith(".finishing")]


def test_seats_with_strange_names_get_files_of_their_own(tmp_path: Path) -> None:
    seats = {"судья/1": noise(1), "судья?1": noise(2), "../etc": noise(3), "CON": noise(4)}
    sitting = Sitting(tmp_path / "sitting", [Device("room", seats)])
    sitting.start()
    sitting.record(1)
    sitting.stop()

    finished = finish(sitting.close(), tmp_path / "out")

    names = [track.file.name for track in finished.tracks]
    assert len(set(names)) == 4
    assert {track.file.parent for track in finished.tracks} == {tmp_path / "out"}
    assert names[:2] == ["01-судья_1.flac", "02-судья_1.flac"]
