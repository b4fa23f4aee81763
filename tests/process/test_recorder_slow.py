"""A recorder that hangs: what was reported as failed stays undone, and nobody waits long to learn it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

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
