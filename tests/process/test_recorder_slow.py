"""A recorder that hangs: what was reported as failed stays undone, and nobody waits long to learn it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

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


def test_a_waiting_command_delays_no_status_and_a_hanging_recorder_is_noticed(hall: Court) -> None:
    recorder = hall.record(f"judge=file:{noise_file(hall.root / '1.flac', 60)}")
    process = hall.processes()["recorder"]
    os.kill(process, signal.SIGSTOP)
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
