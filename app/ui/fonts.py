"""IBM Plex, shipped with the program: every Kazakh letter and ₸ on any PC, and the same pictures everywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import fontpkg_ibm_plex_mono
import fontpkg_ibm_plex_sans
from PySide6.QtGui import QFont, QFontDatabase

SANS = "IBM Plex Sans"
MONO = "IBM Plex Mono"
BASE, SECOND, SMALL, TEXT, TIMER = 14, 13, 12, 16, 28


@cache
def load() -> None:
    """Give the fonts to Qt, once."""
    folder = Path(fontpkg_ibm_plex_sans.ROOT) / "files"
    for file in sorted(folder.glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(file))
    folder = Path(fontpkg_ibm_plex_mono.ROOT) / "files"
    for weight in ("Regular", "Medium", "SemiBold"):
        QFontDatabase.addApplicationFont(str(folder / f"IBMPlexMono-{weight}.ttf"))


def sans(pixels: int = BASE, weight: int = 400) -> QFont:
    """The interface's font; ``weight`` 100…700 is set on the variable axis, because Qt would smear a bold instead."""
    font = QFont(SANS)
    font.setPixelSize(pixels)
    if weight != 400:
        font.setVariableAxis(QFont.Tag.fromString("wght"), weight)
    return font


def caps(pixels: int = SMALL, spacing: float = 1.0) -> QFont:
    """For headings in capitals, slightly spaced (pixels)."""
    font = sans(pixels, 600)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
    return font


def mono(pixels: int = SECOND) -> QFont:
    """For times and hashes."""
    font = QFont(MONO)
    font.setPixelSize(pixels)
    return font
