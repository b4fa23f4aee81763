"""A small court for tests of the recorder: folders of its own, real processes, conditions that are waited for."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from app import chain
from app.capture import client
from app.capture.client import RecorderClient
from app.capture.guardian import STATE
from app.capture.plan import Plan, SourcePlan, merge_sources, parse_source
from app.capture.status import RecorderStatus, SourceState
from app.errors import Trouble
from app.media import facts
from app.media.recording import Recording, Segment

SITTING = "5f0c"


def until(condition: Callable[[], Any], timeout_s: float = 15.0) -> Any:
    """Wait for a condition; what it returned."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.01)
    return found


class Court:
    """One sitting with its two folders."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "сот отырысы" / "sitting"
        self.mirror = root / "second" / "sitting"

    def plan(self, *sources: str | SourcePlan, **changes: Any) -> Plan:
        """A plan from sources as they are typed (or made)."""
        typed = [parse_source(source) if isinstance(source, str) else source for source in sources]
        return Plan(
            sitting=SITTING, folder=self.folder, mirror=self.mirror, address=client.socket_address(SITTING),
            actor="Тестова А.", sources=merge_sources(typed),
        ).model_copy(update=changes)  # fmt: skip

    def record(self, *sources: str | SourcePlan, **changes: Any) -> RecorderClient:
        """Launch a recorder and begin to record."""
        recorder = client.launch(self.plan(*sources, **changes))
        recorder.course("recording")
        return recorder

    def processes(self) -> dict[str, int]:
        """Numbers of the guardian and of the recorder."""
        found: dict[str, int] = json.loads((self.folder / STATE).read_bytes())
        return found

    def kill_recorder(self) -> float:
        """kill -9; returns the monotonic time (s)."""
        os.kill(self.processes()["recorder"], signal.SIGKILL)
        return time.monotonic()

    def recording(self) -> Recording:
        return Recording(self.folder)

    def log_is_whole(self) -> bool:
        return chain.read(self.folder / facts.NAME).damage is None

    def twice_the_same(self) -> bool:
        """Whether the second folder holds exactly what the first one does."""
        first, second = (
            {path.relative_to(root): path.read_bytes() for path in (root / facts.FOLDER).rglob("*") if path.is_file()}
            for root in (self.folder, self.mirror)
        )
        return first == second and (self.folder / facts.NAME).read_bytes() == (self.mirror / facts.NAME).read_bytes()

    def end(self) -> None:
        """Leave no process behind."""
        try:
            found = self.processes()
        except (OSError, ValueError):
            return
        for name in ("guardian", "recorder"):
            try:
                os.kill(found[name], signal.SIGKILL)
            except (OSError, KeyError):
                pass


@contextmanager
def court(patch: pytest.MonkeyPatch) -> Iterator[Court]:
    """Folders with short names, because the socket's address is among them."""
    root = Path(tempfile.mkdtemp(prefix="kh-"))
    patch.setenv("KHATSHY_RUNTIME", str(root / "run"))
    patch.setenv("KHATSHY_LOGS", str(root / "logs"))
    found = Court(root)
    try:
        yield found
    finally:
        found.end()
        shutil.rmtree(root, ignore_errors=True)


def answer(recorder: RecorderClient) -> RecorderStatus | None:
    """The status, or None while no recorder answers."""
    try:
        return recorder.status()
    except Trouble:
        return None


def source(recorder: RecorderClient, name: str) -> SourceState | None:
    """One source's state, or None while no recorder answers."""
    status = answer(recorder)
    return next((found for found in status.sources if found.name == name), None) if status else None


def samples(segments: Sequence[Segment]) -> NDArray[np.int32]:
    """All frames of segments in order."""
    return np.concatenate([segment.read(segment.first, segment.last) for segment in segments])


def noise_file(
    path: Path, seconds: float, rate: int = 16_000, width: int = 2, channels: int = 1, seed: int = 1
) -> Path:
    """A file in which no second is like another."""
    wide = np.random.default_rng(seed).integers(-(2**30), 2**30, (round(seconds * rate), channels), dtype=np.int32)
    soundfile.write(path, wide, rate, subtype="PCM_16" if width == 2 else "PCM_24")
    return path


def file_samples(path: Path, width: int = 2) -> NDArray[np.int32]:
    """What the file holds, as integers of ``width`` bytes."""
    wide, _rate = soundfile.read(path, dtype="int32", always_2d=True)
    return np.asarray(wide >> (32 - 8 * width), np.int32)
