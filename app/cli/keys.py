"""Keys for the demonstration: a throw-away authority made on the spot, named as such, trusted by nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.hearing.model import Hearing
from app.protocol import authority


@dataclass(frozen=True)
class PeopleKeys:
    """The authority's certificate and the two PKCS#12 files with their passwords."""

    authority: Path
    secretary: Path
    secretary_password: str
    judge: Path
    judge_password: str


def people_keys(folder: Path, hearing: Hearing) -> PeopleKeys:
    """Make new keys for the secretary and the judge of a demonstration."""
    raise NotImplementedError
