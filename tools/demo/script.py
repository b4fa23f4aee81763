"""The demonstration hearing as it was written: case, participants and lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo"


@dataclass(frozen=True)
class Seat:
    """A participant's place: who sits there, with which synthetic voice, in the room or remote."""

    name: str
    variant: str
    speed: int
    pitch: int
    remote: bool


@dataclass(frozen=True)
class Script:
    """Seats by name, and the lines in order as they stand in the file."""

    seats: dict[str, Seat]
    lines: list[dict[str, Any]]


def load(folder: Path = FOLDER) -> Script:
    """Read script.json of a demonstration folder."""
    document = json.loads((folder / "script.json").read_text(encoding="utf-8"))
    seats = {
        entry["seat"]: Seat(
            name=entry["seat"],
            variant=entry["voice"]["variant"],
            speed=entry["voice"]["speed"],
            pitch=entry["voice"]["pitch"],
            remote=entry["presence"] == "remote",
        )
        for entry in document["participants"]
    }
    return Script(seats, document["lines"])
