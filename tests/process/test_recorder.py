"""Recording as a court does it: real processes that are killed, left alone, and found again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app import chain, clock, processes, wire
from app.capture import client
from app.capture.plan import Plan, parse_source
from app.clock import NS
from app.errors import Trouble
from app.media import facts, seconds
from tests.capture.recorders import (
    Court,
    answer,
    court,
    file_samples,
    noise_file,
    samples,
    source,
    until,
)

RATE = 16_000
START = "2026-11-23T04:00:00.000000Z"


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Court]:
    with court(monkeypatch) as found:
        yield found


def fast(hall: Court, seats: dict[str, Path], holds: tuple[float, ...] = ()) -> Plan:
    sources = [
        parse_source(f"{seat}=file:{path}").model_copy(update={"fast": True, "holds": holds})
        for seat, path in seats.items()
    ]
    return hall.plan(*sources, speed="fast", start_utc=START)


def test_a_fast_hearing_is_recorded_sample_by_sample(hall: Court) -> None:
    seats = {
        "судья": noise_file(hall.root / "1.flac", 71.3, seed=1),
        "куәгер/«1»": noise_file(hall.root / "2.flac", 71.3, rate=48_000, width=3, seed=2),
    }
    recorder = client.launch(fast(hall, seats))
    begun = recorder.course("recording")
    until(lambda: all(found.state == "ended" for found in recorder.status().sources))
    recorder.course("stopped")
    recording = hall.recording()
    assert recording.stopped
    assert begun.utc == START
    for seat, path in seats.items():
        segments = recording.of_track(1, seat)
        assert [segment.file.name for segment in segments] == ["1-1.wav", "1-2.wav"]
        assert np.array_equal(samples(segments), file_samples(path, segments[0].width))
        assert segments[0].utc(0) == clock.moment(START)
        logged = seconds.logged(recording)[1, seat]
        expected = dict(seconds.SecondHasher(segments[0].rate, segments[0].width).take(0, samples(segments)[:, 0]))
        assert {second: hashes[0] for second, hashes in logged.items() if second < 71} == expected
    assert hall.twice_the_same()
    assert hall.log_is_whole()
    until(lambda: not (hall.folder / "recorder.json").exists())
    assert client.attach(hall.folder) is None
    assert not client.interrupted(hall.folder)


def test_a_break_falls_where_the_script_holds(hall: Court) -> None:
    path = noise_file(hall.root / "1.flac", 30)
    recorder = client.launch(fast(hall, {"judge": path}, holds=(12.3456,)))
    recorder.course("recording")
    until(lambda: source(recorder, "judge").state == "holding")  # type: ignore[union-attr]
    paused = recorder.course("break")
    status = recorder.status()
    assert (status.course, status.recording) == ("break", False)
    assert status.elapsed_s == pytest.approx(12.3456, abs=0.11)
    resumed = recorder.course("recording", after_s=420)
    assert recorder.course("recording") == resumed, "asking again changes nothing"
    assert resumed.monotonic - paused.monotonic == 420 * NS
    until(lambda: source(recorder, "judge").state == "ended")  # type: ignore[union-attr]
    recorder.course("stopped")
    before, after = hall.recording().segments
    assert (before.last, after.first) == (round(12.3456 * RATE), round(12.3456 * RATE))
    assert after.anchors[0].monotonic == resumed.monotonic
    assert np.array_equal(samples([before, after]), file_samples(path))


def test_a_killed_recorder_comes_back_and_nothing_is_missing(hall: Court) -> None:
    path = noise_file(hall.root / "1.flac", 60)
    recorder = hall.record(f"judge=file:{path}")
    until(lambda: source(recorder, "judge").written_s > 1)  # type: ignore[union-attr]
    hall.kill_recorder()
    back = until(lambda: (status := answer(recorder)) and status.run == 2 and status)
    assert (back.course, back.recording) == ("recording", True)
    until(lambda: source(recorder, "judge").position > RATE)  # type: ignore[union-attr]
    recorder.course("stopped")
    recording = hall.recording()
    first, second = recording.of_track(1, "judge"), recording.of_track(2, "judge")
    heard = samples([*first, *second])
    assert np.array_equal(heard, file_samples(path)[: len(heard)])
    assert (second[0].anchors[0].monotonic - first[-1].monotonic(first[-1].last)) / NS < 3
    assert hall.twice_the_same()
    assert hall.log_is_whole()


def test_everybody_is_killed_and_the_sitting_goes_on(hall: Court) -> None:
    path = noise_file(hall.root / "1.flac", 60)
    recorder = hall.record(f"judge=file:{path}")
    until(lambda: source(recorder, "judge").written_s > 1)  # type: ignore[union-attr]
    assert not client.interrupted(hall.folder)
    for name in ("guardian", "recorder"):
        os.kill(hall.processes()[name], signal.SIGKILL)
    until(lambda: client.interrupted(hall.folder))
    assert client.attach(hall.folder) is None
    plan = client.read_plan(hall.folder)
    assert plan
    again = client.launch(plan)
    status = again.status()
    assert (status.run, status.course) == (2, "recording")
    assert status.elapsed_s > 1
    assert again.course("recording").run == 2
    again.course("stopped")
    assert hall.twice_the_same()


def test_a_dead_client_stops_nothing_and_the_next_sees_the_true_time(hall: Court) -> None:
    path = noise_file(hall.root / "1.flac", 60)
    plan = hall.root / "plan.json"
    plan.write_text(hall.plan(f"judge=file:{path}").model_dump_json(), encoding="utf-8")
    code = (
        "import sys, pathlib; from app.capture import client; from app.capture.plan import Plan\n"
        "recorder = client.launch(Plan.model_validate_json(pathlib.Path(sys.argv[1]).read_bytes()))\n"
        "recorder.course('recording'); print('recording', flush=True); sys.stdin.read()"
    )
    window = subprocess.Popen(
        [sys.executable, "-c", code, str(plan)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=processes.environment(),
        start_new_session=True,
    )
    assert window.stdin
    assert window.stdout
    assert window.stdout.readline() == b"recording\n"
    os.killpg(window.pid, signal.SIGKILL)
    window.wait()
    window.stdin.close()
    window.stdout.close()
    recorder = client.attach(hall.folder)
    assert recorder
    before = recorder.status().elapsed_s
    after = until(lambda: (now := recorder.status()).elapsed_s > before + 0.5 and now)
    assert after.sources[0].written_s > 0
    assert after.run == 1
    recorder.course("stopped")
    assert hall.recording().stopped


def test_an_orderly_end_without_a_command_closes_everything(hall: Court) -> None:
    path = noise_file(hall.root / "1.flac", 60)
    recorder = hall.record(f"judge=file:{path}")
    until(lambda: source(recorder, "judge").written_s > 0.5)  # type: ignore[union-attr]
    guardian = hall.processes()["guardian"]
    os.kill(guardian, signal.SIGTERM)
    until(lambda: not (hall.folder / "recorder.json").exists())
    recording = hall.recording()
    assert recording.stopped
    assert all(segment.closed for segment in recording.segments)
    assert client.interrupted(hall.folder), "the sitting itself was not stopped"


def test_a_second_recorder_is_refused(hall: Court) -> None:
    path = noise_file(hall.root / "1.flac", 60)
    hall.record(f"judge=file:{path}")
    with pytest.raises(Trouble) as refused:
        client.launch(hall.plan(f"judge=file:{path}"))
    assert refused.value.code == "sitting-busy"
    bare = subprocess.run(
        processes.command("app.capture.recorder", str(hall.folder / client.PLAN)),
        capture_output=True,
        env=processes.environment(),
        timeout=30,
        check=False,
    )
    assert bare.returncode == 3
    assert json.loads(bare.stdout)["trouble"]["code"] == "sitting-busy"
    recorder = client.attach(hall.folder)
    assert recorder
    assert recorder.status().recording


def test_rubbish_on_the_socket_harms_nothing(hall: Court) -> None:
    path = noise_file(hall.root / "1.flac", 60)
    recorder = hall.record(f"judge=file:{path}")
    stranger = wire.Client(client.socket_address("5f0c"))
    for rubbish in (
        {},
        {"do": "format"},
        {"do": "course", "course": "party"},
        {"do": "course", "course": "break", "after_s": "soon"},
        {"do": "course", "course": "break", "after_s": -1},
        {"do": ["status"]},
    ):
        with pytest.raises(Trouble) as refused:
            stranger.request(rubbish)
        assert refused.value.code == "request-unknown"
    stranger.close()
    before = recorder.status().elapsed_s
    until(lambda: recorder.status().elapsed_s > before + 0.3)
    assert recorder.course("deliberation").run == 1
    assert recorder.status().course == "deliberation"


def test_the_second_folder_may_vanish_even_between_two_runs(hall: Court) -> None:
    path = noise_file(hall.root / "1.flac", 60)
    recorder = hall.record(f"judge=file:{path}")
    until(lambda: source(recorder, "judge").written_s > 0.5)  # type: ignore[union-attr]
    hall.mirror.rename(hall.root / "taken away")
    hall.mirror.write_text("a file where a folder was", encoding="utf-8")
    hall.kill_recorder()
    status = until(lambda: (found := answer(recorder)) and found.run == 2 and found)
    assert [folder.state for folder in status.folders] == ["good", "failed"]
    until(lambda: source(recorder, "judge").position > 0)  # type: ignore[union-attr]
    recorder.course("stopped")
    types = [line.type for line in chain.read(hall.folder / facts.NAME).lines]
    assert types.count("FolderLost") == 1
    assert hall.log_is_whole()
