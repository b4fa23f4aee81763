"""What all tests share: the figures of a trial."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.capture import guardian
from app.i18n import use_language

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

FIGURES = Path(__file__).resolve().parent.parent / "output" / "figures.jsonl"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Tests read sentences in English; those that switch the language leave no trace."""
    use_language("en")
    yield
    use_language("en")


@pytest.fixture(autouse=True)
def no_recorder_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """A recorder outlives its client by design; after the test it is ended all the same."""
    place: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    for state in place.rglob(guardian.STATE) if place else ():
        pids = json.loads(state.read_bytes())
        for name in ("guardian", "recorder"):  # the guardian first, or it would start another recorder
            if b"app.capture" in _command_line(pids.get(name, 0)):
                os.kill(pids[name], signal.SIGKILL)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() if pid else b""
    except OSError:
        return b""


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """``figure("seconds lost", 0.4)``: kept by ``make trial`` and written into docs/trials.md by tools/trials.py."""

    def keep(name: str, value: object) -> None:
        if os.environ.get("KHATSHY_TRIAL"):
            FIGURES.parent.mkdir(exist_ok=True)
            with open(FIGURES, "a", encoding="utf-8") as file:
                file.write(json.dumps({"test": request.node.nodeid, "figure": name, "value": value}) + "\n")

    return keep
