"""Where the files that ship with the program are: beside app/ in a checkout, inside app/ in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PLACES = (_PACKAGE / "_resources", _PACKAGE.parent / "resources")


def root() -> Path:
    """The folder of shipped resources; FileNotFoundError if the installation is incomplete."""
    for place in _PLACES:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"resources are missing: looked in {', '.join(map(str, _PLACES))}")


def folder(name: str) -> Path:
    """A folder of resources, for instance ``demo`` or ``translations``."""
    return root() / name
