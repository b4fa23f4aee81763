"""What all tests share: the figures of a trial."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.i18n import use_language

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

FIGURES = Path(__file__).resolve().parent.parent / "output" / "figures.jsonl"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Tests read sentences in English; those that switch the language leave no trace."""
    use_language("en")
    yield
    use_language("en")


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """``figure("seconds lost", 0.4)``: kept by ``make trial`` and written into docs/trials.md by tools/trials.py."""

    def keep(name: str, value: object) -> None:
        if os.environ.get("KHATSHY_TRIAL"):
            FIGURES.parent.mkdir(exist_ok=True)
            with open(FIGURES, "a", encoding="utf-8") as file:
                file.write(json.dumps({"test": request.node.nodeid, "figure": name, "value": value}) + "\n")

    return keep
