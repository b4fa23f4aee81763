"""What cannot be recorded is refused with a sentence, and nothing is left behind."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.capture import client
from app.errors import Trouble
from app.media import facts
from tests.capture.recorders import Court, answer, court, file_samples, noise_file, samples, source, until


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Court]:
    with court(monkeypatch) as found:
        monkeypatch.delenv("PULSE_SERVER", raising=False)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(found.root))
        yield found


def refused(hall: Court, *sources: str, **changes: Any) -> Trouble:
    """Launch in vain: the Trouble, after looking that nothing is left of it."""
    before = sorted(hall.root.rglob("*"))
    with pytest.raises(Trouble) as trouble:
        client.launch(hall.plan(*sources, **changes))
    left = [path for path in hall.root.rglob("*") if path not in before and path.is_file()]
    assert [path for path in left if "logs" not in path.parts and "run" not in path.parts] == []
    assert not (hall.folder / facts.NAME).exists()
    assert len(trouble.value.sentences()) >= 2
    return trouble.value


def test_what_is_not_there(hall: Court) -> None:
    good = noise_file(hall.root / "1.flac", 1)
    assert refused(hall).code == "no-source"
    assert refused(hall, f"judge=file:{good}", "claimant=file:/nowhere/2.flac").code == "file-missing"
    assert refused(hall, "judge=Focusrite:1").code == "no-microphone"
    assert refused(hall, f"judge=file:{good}", "camera=file:/nowhere/x.mp4").code == "file-missing"
    assert refused(hall, f"judge=file:{good}:2").code == "channel-unknown"
    assert refused(hall, f"judge=file:{good}", "camera=http://127.0.0.1:9/x", speed="fast").code == "plan-mixed"


def test_no_space(hall: Court) -> None:
    good = noise_file(hall.root / "1.flac", 1)
    trouble = refused(hall, f"judge=file:{good}", reserve_bytes=1 << 60)
    assert trouble.code == "no-space"
    assert str(hall.folder) in str(trouble)


def test_folders_that_cannot_be(hall: Court) -> None:
    good = noise_file(hall.root / "1.flac", 1)
    hall.folder.parent.parent.mkdir(parents=True, exist_ok=True)
    hall.folder.parent.write_text("a file where a folder should be", encoding="utf-8")
    assert refused(hall, f"judge=file:{good}").code == "folder-refused"
    hall.folder.parent.unlink()
    hall.mirror.parent.parent.mkdir(parents=True, exist_ok=True)
    hall.mirror.parent.write_text("and here too", encoding="utf-8")
    assert refused(hall, f"judge=file:{good}").code == "folder-refused"


def test_when_both_files_can_grow_no_more_a_new_recorder_begins_new_ones(hall: Court) -> None:
    path = noise_file(hall.root / "1.flac", 60)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        recorder = hall.record(f"judge=file:{path}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    until(lambda: (status := answer(recorder)) and status.run == 2 and status.sources[0].position)
    recorder.course("stopped")
    first, second = hall.recording().segments
    assert 0 < first.last <= 30_000
    heard = samples([first, second])
    assert np.array_equal(heard, file_samples(path)[: len(heard)])
    assert hall.log_is_whole()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can make a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=False)


def test_the_second_disk_is_full_and_the_first_goes_on(hall: Court, small_disk: Path) -> None:
    path = noise_file(hall.root / "1.wav", 60, rate=48_000, channels=4)
    hall.mirror = small_disk / "sitting"
    seats = [f"seat{channel}=file:{path}:{channel}" for channel in (1, 2, 3, 4)]
    recorder = hall.record(*seats, reserve_bytes=1000)
    name = recorder.status().sources[0].name
    until(lambda: recorder.status().folders[1].reason == "full")
    at = source(recorder, name).position  # type: ignore[union-attr]
    until(lambda: source(recorder, name).position > at + 48_000)  # type: ignore[union-attr]
    recorder.course("stopped")
    (segment,) = hall.recording().segments
    assert segment.closed
    assert hall.log_is_whole()
