"""The sheet under every page: header with the case number, notices, the record's hash and QR code, page x of y."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName
from reportlab.pdfgen.canvas import Canvas

from app.protocol import archive, seal
from app.protocol.document import Document
from app.protocol.fonts import BOLD, REGULAR, fitted, printable, width
from app.protocol.wording import Phrases

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 30 * mm, 15 * mm, 20 * mm, 20 * mm
_END = WIDTH - RIGHT
_ROOM = WIDTH - LEFT - RIGHT
_QR = 14 * mm
_QR_BOTTOM = 4.5 * mm
_FOOT = 18 * mm
_HEAD = HEIGHT - 12 * mm
_NOTICE = 7.5
_LINE = 9.5
TOTAL = "total"


def _wrapped(text: str, font: str, size: float, room: float) -> list[str]:
    lines = [""]
    for word in printable(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, font, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return [fitted(line, font, size, room) for line in lines]


@dataclass(frozen=True)
class Sheet:
    """Draws what is the same on all pages of one document."""

    document: Document

    @cached_property
    def notices(self) -> list[str]:
        """The notices, broken into lines."""
        return [line for text in self.document.notices for line in _wrapped(text, BOLD, _NOTICE, _ROOM - 4 * mm)]

    @property
    def top(self) -> float:
        """Where the text begins, in points from the upper edge."""
        return max(TOP, HEIGHT - _HEAD + 1 * mm + len(self.notices) * _LINE + 4 * mm)

    def draw(self, canvas: Canvas, page: int) -> None:
        """Header and footer of page number ``page``."""
        say = Phrases(self.document.language)
        canvas.saveState()
        canvas.setStrokeGray(0.55)
        canvas.setLineWidth(0.5)
        self._header(canvas, say)
        self._footer(canvas, say, page)
        canvas.restoreState()

    def _header(self, canvas: Canvas, say: Phrases) -> None:
        case = fitted(say("case_header", number=self.document.case_number), BOLD, 9, _ROOM * 0.45)
        canvas.setFont(BOLD, 9)
        canvas.drawString(LEFT, _HEAD + 1.6 * mm, case)
        title = fitted(self.document.title, REGULAR, 7.5, _ROOM - width(case, BOLD, 9) - 6 * mm)
        canvas.setFont(REGULAR, 7.5)
        canvas.drawRightString(_END, _HEAD + 1.6 * mm, title)
        canvas.line(LEFT, _HEAD, _END, _HEAD)
        if not self.notices:
            return
        height = len(self.notices) * _LINE + 1.2 * mm
        canvas.setFillGray(0.9)
        canvas.rect(LEFT, _HEAD - height, _ROOM, height, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.setFont(BOLD, _NOTICE)
        for number, line in enumerate(self.notices, 1):
            canvas.drawCentredString(LEFT + _ROOM / 2, _HEAD - number * _LINE + 0.5 * mm, line)

    def _footer(self, canvas: Canvas, say: Phrases, page: int) -> None:
        head = self.document.head
        canvas.line(LEFT, _FOOT, _END - _QR - 4 * mm, _FOOT)
        word = seal.check_word(head)
        room = _ROOM - _QR - 4 * mm - width(word, BOLD, 9) - 2 * mm
        record = fitted(say("record", sitting=self.document.sitting), REGULAR, 8, room)
        canvas.setFont(REGULAR, 8)
        canvas.drawString(LEFT, _FOOT - 3.6 * mm, record)
        canvas.setFont(BOLD, 9)
        canvas.drawString(LEFT + width(record, REGULAR, 8) + 1.5 * mm, _FOOT - 3.6 * mm, word)
        canvas.setFont(REGULAR, 7)
        canvas.drawString(LEFT, _FOOT - 7 * mm, f"SHA-256 {head}")
        canvas.setFont(REGULAR, 9)
        number = say("page", n=page)
        canvas.drawString(LEFT, _FOOT - 11.2 * mm, number)
        canvas.translate(LEFT + width(number, REGULAR, 9), _FOOT - 11.2 * mm)
        canvas.doForm(TOTAL)  # drawn when the number of pages is known
        canvas.translate(_END - _QR - LEFT - width(number, REGULAR, 9), _QR_BOTTOM - _FOOT + 11.2 * mm)
        canvas.doForm("code")


class NumberedCanvas(Canvas):
    """A canvas that knows in the end how many pages it has, without keeping them in memory."""

    document: Document
    _doc: Any
    _code: list[str]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.beginForm("code", 0, 0, _QR, _QR)
        _draw_code(self, seal.code_text(self.document.sitting, self.document.head))
        self.endForm()
        self._places: dict[str, PDFArray] = {}

    def mark_place(self, field: str, left: float, bottom: float, width: float, height: float) -> None:
        """Name a frame of the present page ``signature.<field>`` (a named destination of the PDF; points)."""
        frame = [left, bottom, left + width, bottom + height]
        self._places[f"signature.{field}"] = PDFArray([self._doc.thisPageRef(), PDFName("FitR"), *frame])

    def save(self) -> None:
        if self._code:
            self.showPage()
        self.beginForm(TOTAL, 0, -3, 60, 12)
        self.setFont(REGULAR, 9)
        self.drawString(0, 0, str(self.getPageNumber() - 1))
        self.endForm()
        archive.declare(self._doc, self.document)
        if self._places:
            self._doc.Catalog.Dests = PDFDictionary(self._places)
        super().save()


def numbered_canvas(document: Document) -> type[NumberedCanvas]:
    """The canvas of one document: its QR code is drawn once and shown on every page."""
    return type("DocumentCanvas", (NumberedCanvas,), {"document": document})


def _draw_code(canvas: Canvas, text: str) -> None:
    rows = list(segno.make(text, error="m", micro=False, boost_error=False).matrix)
    size = _QR / len(rows)
    canvas.setFillGray(0)
    for down, row in enumerate(rows, 1):
        start = None
        for across, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = across
            elif not dark and start is not None:
                canvas.rect(start * size, _QR - down * size, (across - start) * size, size, stroke=0, fill=1)
                start = None
