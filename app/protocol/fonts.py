"""The one type family of court documents: IBM Plex Serif (OFL), which has every Kazakh letter and the tenge sign."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources as packages
from typing import Any, Literal

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

NO_BREAK = "\N{NO-BREAK SPACE}"
_PACKAGE = "fontpkg_ibm_plex_serif"
REGULAR, BOLD, ITALIC, BOLD_ITALIC = "Serif", "Serif-Bold", "Serif-Italic", "Serif-BoldItalic"
_FACES: dict[str, tuple[str, Literal[0, 1], Literal[0, 1]]] = {
    REGULAR: ("Regular", 0, 0),
    BOLD: ("Bold", 1, 0),
    ITALIC: ("Italic", 0, 1),
    BOLD_ITALIC: ("BoldItalic", 1, 1),
}


@cache
def register() -> None:
    """Make the family known to reportlab; needed once per process, costs about 0.1 s."""
    for name, (face, bold, italic) in _FACES.items():
        with packages.as_file(packages.files(_PACKAGE) / "files" / f"IBMPlexSerif-{face}.ttf") as file:
            pdfmetrics.registerFont(TTFont(name, str(file)))
        addMapping(REGULAR.lower(), bold, italic, name)


@cache
def letters() -> frozenset[int]:
    """Code points that the family can draw."""
    register()
    font: Any = pdfmetrics.getFont(REGULAR)
    return frozenset(font.face.charToGlyph)


def printable(text: str) -> str:
    """``text`` as it can be printed: composed letters, no control or direction marks, spaces made single.

    A character that the family does not have is spelled as ``[U+4E2D]``: seen by every reader, lost by none.
    """
    known = letters()
    shown: list[str] = []
    for letter in unicodedata.normalize("NFC", text):
        category = unicodedata.category(letter)
        if category in ("Cc", "Zl", "Zp", "Zs"):
            shown.append(NO_BREAK if letter == NO_BREAK else " ")
        elif category == "Cf" or category.startswith("Cn"):
            continue
        elif ord(letter) in known and category not in ("Cs", "Co"):
            shown.append(letter)
        else:
            shown.append(f"[U+{ord(letter):04X}]")
    return " ".join(filter(None, "".join(shown).split(" ")))


def unbroken(text: str) -> str:
    """``text`` as one word that stays on one line where it fits on one."""
    return text.replace(" ", NO_BREAK)


def width(text: str, font: str, size: float) -> float:
    """Width of one line in points."""
    found: float = pdfmetrics.stringWidth(text, font, size)
    return found


def fitted(text: str, font: str, size: float, room: float) -> str:
    """``text`` cut with an ellipsis so that it is at most ``room`` points wide."""
    text = printable(text)
    if width(text, font, size) <= room:
        return text
    while text and width(text + "…", font, size) > room:
        text = text[:-1]
    return text + "…"
