"""Pictures: a camera in the network, recorded as it shows, playable wherever the recorder dies."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from app import resources
from app.capture import client
from app.capture.mjpeg import MjpegCamera
from app.clock import NS
from app.errors import Trouble
from tests.capture.recorders import Court, answer, court, noise_file, source, until

CLIP = resources.folder("demo") / "camera.mp4"


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Court]:
    with court(monkeypatch) as found:
        yield found


@pytest.fixture
def camera() -> Iterator[MjpegCamera]:
    with MjpegCamera(CLIP) as found:
        yield found


def pictures(path: Path) -> list[float]:
    """Times of all pictures that can be decoded (s)."""
    with av.open(str(path)) as container:
        return [float(frame.time) for frame in container.decode(video=0) if frame.time is not None]


def test_a_camera_is_recorded_killed_and_recorded_on(hall: Court, camera: MjpegCamera) -> None:
    sound = noise_file(hall.root / "1.flac", 60)
    recorder = hall.record(f"judge=file:{sound}", f"camera={camera.url}")
    until(lambda: source(recorder, "camera").written_s > 2)  # type: ignore[union-attr]
    begun = time.monotonic()
    hall.kill_recorder()
    until(lambda: (status := answer(recorder)) and status.run == 2)
    until(lambda: source(recorder, "camera").position > 5)  # type: ignore[union-attr]
    recorder.course("break")
    assert time.monotonic() - begun < 15
    recorder.course("stopped")
    recording = hall.recording()
    killed, whole = recording.videos
    assert not killed.closed
    assert whole.closed
    seen = pictures(killed.file)
    assert seen[-1] >= max(2, killed.seconds)
    assert max(np.diff(seen)) < 0.5
    assert pictures(whole.file)[-1] == pytest.approx(whole.seconds, abs=0.1)
    sound_start = recording.segments[-1].anchors[0].monotonic
    assert abs(whole.monotonic - sound_start) < 2 * NS
    assert hall.twice_the_same()


def test_a_camera_that_freezes_is_lost_and_the_sound_is_not(hall: Court, camera: MjpegCamera) -> None:
    sound = noise_file(hall.root / "1.flac", 60)
    recorder = hall.record(f"judge=file:{sound}", f"camera={camera.url}")
    until(lambda: source(recorder, "camera").position > 3)  # type: ignore[union-attr]
    camera.freeze()
    lost = until(lambda: (found := source(recorder, "camera")) and found.state == "failed" and found)
    assert lost.reason == "lost"
    camera.freeze(False)
    until(lambda: source(recorder, "camera").state == "good")  # type: ignore[union-attr]
    recorder.course("stopped")
    recording = hall.recording()
    assert [type(loss).__name__ for loss in recording.losses] == ["SourceLost", "SourceReturned"]
    (segment,) = recording.segments
    assert segment.closed


def test_a_clip_of_odd_size_plays_in_a_fast_hearing(hall: Court) -> None:
    path = hall.root / "odd.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (161, 121))
    for number in range(20):
        writer.write(np.full((121, 161, 3), number * 10, np.uint8))
    writer.release()
    sound = noise_file(hall.root / "1.flac", 4)
    plan = hall.plan(f"judge=file:{sound}", f"camera=file:{path}", speed="fast")
    looped = tuple(found.model_copy(update={"loop": found.name == "camera"}) for found in plan.sources)
    recorder = client.launch(plan.model_copy(update={"sources": looped}))
    recorder.course("recording")
    until(lambda: source(recorder, "judge").state == "ended")  # type: ignore[union-attr]
    recorder.course("stopped")
    (video,) = hall.recording().videos
    assert (video.width, video.height) == (160, 120)
    seen = pictures(video.file)
    assert 41 <= len(seen) <= 43, "every picture of 4 s, and those until the stop"
    assert np.allclose(np.diff(seen), 0.1, atol=0.002)


def test_a_camera_that_is_not_there(hall: Court) -> None:
    sound = noise_file(hall.root / "1.flac", 1)
    with pytest.raises(Trouble) as refused:
        client.launch(hall.plan(f"judge=file:{sound}", "camera=http://secretary:pass@127.0.0.1:9/x"))
    assert refused.value.code == "camera-unreachable"
    assert "pass" not in str(refused.value)
    assert not hall.folder.exists()
