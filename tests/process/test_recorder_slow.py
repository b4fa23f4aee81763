"""A recorder that hangs: what was reported as failed stays undone, and nobody waits long to learn it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import files
from app.capture import client
from app.capture import recorder as recorder_process
from app.capture.recorder import Recorder
from app.errors import Trouble
from tests.capture.recorders import Court, answer, court, noise_file, until


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Court]:
    with court(monkeypatch) as found:
        yield found


def test_a_command_that_was_reported_as_failed_is_not_carried_out_later(
    hall: Court, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_process, "ANSWER_S", 0.05)
    recorder = Recorder(hall.plan(f"judge=file:{noise_file(hall.root / '1.flac', 5)}"))
    with pytest.raises(Trouble) as slow:  # its loop does not come round
        recorder.handle({"do": "course", "course": "recording"})
    assert slow.value.code == "recorder-slow"
    recorder.end()
    assert recorder.run() == 0
    assert recorder.status.course == "not_started"


def _stopped(task: Path) -> bool:
    return (task / "stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_a_waiting_command_delays_no_status_and_a_hanging_recorder_is_noticed(hall: Court) -> None:
    recorder = hall.record(f"judge=file:{noise_file(hall.root / '1.flac', 60)}")
    process = hall.processes()["recorder"]
    os.kill(process, signal.SIGSTOP)
    until(lambda: all(_stopped(task) for task in Path(f"/proc/{process}/task").iterdir()))
    failed: list[str] = []

    def command() -> None:
        with pytest.raises(Trouble) as lost:
            recorder.course("break")
        failed.append(lost.value.code)

    commanding = threading.Thread(target=command)
    commanding.start()
    for _again in range(2):
        begun = time.monotonic()
        with pytest.raises(Trouble) as lost:
            recorder.status()
        assert lost.value.code == "peer-lost"
        assert time.monotonic() - begun < 3
    assert commanding.is_alive()
    recorder.close()
    commanding.join(2)
    assert failed == ["peer-lost"]
    os.kill(process, signal.SIGCONT)
    again = client.attach(hall.folder)
    assert again
    until(lambda: answer(again))
    assert again.course("stopped").run == 1


def test_a_launch_that_is_given_up_leaves_no_recorder_of_a_dead_guardian(hall: Court) -> None:
    plan = hall.plan(f"judge=file:{noise_file(hall.root / '1.flac', 60)}")
    path = files.make_folder(plan.folder) / client.PLAN
    client._write_plan(path, plan)
    started = client._start_guardian(plan, path)
    try:
        until(lambda: client.attach(hall.folder))
        started.kill()  # on Windows every end of a process is like this
        client._end(started, hall.folder, before={})
    finally:
        assert started.stdout
        started.stdout.close()
    until(lambda: hall.recording().stopped)
