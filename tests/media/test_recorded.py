"""The real recorder's work, finished: the demonstration hearing as fast as it can be, with its break and camera."""

from __future__ import annotations

import json
import time
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from app import clock, resources
from app.capture import client
from app.capture.plan import Plan, SourcePlan
from app.media.facts import SeatChannel
from app.media.finishing import finish
from app.media.recording import Recording
from app.media.timeline import Timeline

SEATS = ("judge", "claimant", "respondent", "witness", "third_party")
DEADLINE_S = 60.0
BREAK_S = 4.0


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the demonstration hearing, recorded by the recorder process with a break at its hold."""
    for variable in ("KHATSHY_RUNTIME", "KHATSHY_LOGS"):
        monkeypatch.setenv(variable, str(tmp_path / "r"))
    demo = resources.folder("demo")
    hold = json.loads((demo / "cues.json").read_bytes())["holds"][0]
    sources = [
        SourcePlan(
            name=seat, kind="file", device=str(demo / f"{seat}.flac"), tracks=(SeatChannel(channel=0, seat=seat),),
            fast=True, holds=(hold,),
        )
        for seat in SEATS
    ]  # fmt: skip
    sources.append(
        SourcePlan(
            name="camera", kind="video-file", device=str(demo / "camera.mp4"), fast=True, holds=(hold,), loop=True
        )
    )
    plan = Plan(
        sitting="finishing", folder=tmp_path / "sitting", address=client.socket_address(str(tmp_path)), actor="test",
        sources=tuple(sources), reserve_bytes=0, start_utc="2026-11-20T04:30:00.000000Z", speed="fast",
    )  # fmt: skip
    recorder = client.launch(plan)
    try:
        recorder.course("recording")
        _wait(recorder, "holding")
        recorder.course("break")
        recorder.course("recording", after_s=BREAK_S)
        _wait(recorder, "ended")
    finally:
        recorder.course("stopped")
        recorder.close()
    return plan.folder


def _wait(recorder: client.RecorderClient, state: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        states = [source.state for source in recorder.status().sources if source.name in SEATS]
        if all(found == state for found in states):
            return
        assert time.monotonic() < deadline, states
        time.sleep(0.02)


def test_the_demonstration_hearing_is_finished_whole(recorded: Path, tmp_path: Path) -> None:
    timeline = Timeline(Recording(recorded))
    finished = finish(recorded, tmp_path / "out")

    assert finished.damaged == ()
    assert finished.gaps == ()
    whole = json.loads((resources.folder("demo") / "cues.json").read_bytes())["seconds"]
    assert timeline.seconds == pytest.approx(whole, abs=0.3)
    first, second = timeline.stretches
    assert (second.utc - first.utc).total_seconds() == pytest.approx(first.seconds + BREAK_S, abs=0.2)
    for seat in SEATS:
        original, _rate = soundfile.read(resources.folder("demo") / f"{seat}.flac", dtype="int16")
        own = [soundfile.read(track.file, dtype="int16")[0] for track in finished.tracks if track.seat == seat]
        kept = np.concatenate(own)
        np.testing.assert_array_equal(kept, original[: len(kept)])
        assert len(original) - len(kept) <= 1600
    assert finished.listening is not None
    assert finished.listening.has_video
    with av.open(str(finished.listening.file)) as container:
        assert (container.duration or 0) / 1e6 == pytest.approx(timeline.seconds, abs=0.3)
    assert clock.moment(finished.tracks[0].begin_utc).year == 2026
