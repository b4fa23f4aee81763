"""Blocks of a document as flowing text: what each kind of block looks like on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import singledispatch
from html import escape
from typing import Any

from reportlab.lib.colors import black, grey, lightgrey
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, KeepTogether, LongTable, Paragraph, Spacer

from app.protocol import document as doc
from app.protocol.fonts import BOLD, BOLD_ITALIC, ITALIC, REGULAR, printable, unbroken
from app.protocol.sheet import LEFT, RIGHT, WIDTH, NumberedCanvas

ROOM = WIDTH - LEFT - RIGHT
_GREY = "#555555"


def _style(size: float, leading: float, font: str = REGULAR, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(f"{font}{size}", fontName=font, fontSize=size, leading=leading, splitLongWords=1, **more)


# 14 pt at one and a half lines is what the courts' office rules ask of text; tables and the transcript are denser.
_TEXT = _style(14, 21, allowOrphans=0, allowWidows=0)
_TITLE = _style(14, 20, BOLD, alignment=TA_CENTER, spaceBefore=2)
_UNDER = _style(12, 17, alignment=TA_CENTER)
_HEADING = _style(14, 20, BOLD, spaceBefore=9)
_ENTRY = _style(14, 20, leftIndent=14, bulletIndent=2, bulletFontName=REGULAR)
_LEAD = _style(14, 21, keepWithNext=1)
_MISSING = _style(
    14, 20, BOLD_ITALIC, borderWidth=0.6, borderColor=black, borderPadding=(2, 4, 4, 4), backColor=lightgrey,
    leftIndent=5, rightIndent=5, spaceBefore=5, spaceAfter=7,
)  # fmt: skip
_CELL = _style(9.5, 12.5)
_CELL_HEADING = _style(9.5, 12, BOLD)
_HASH = _style(7.5, 9.5, textColor=_GREY)
_NOTE = _style(9.5, 13, ITALIC, spaceBefore=8, spaceAfter=4)
_RULE = _style(10, 13, BOLD, spaceBefore=1, spaceAfter=3)
_SPEAKER = _style(9.5, 13, spaceBefore=5)
_WORDS = _style(11.5, 16.5, leftIndent=10, allowOrphans=0, allowWidows=0)
_PLACE = _style(10.5, 13)
_PLACE_CAPTION = _style(7.5, 10, textColor=_GREY)


def _text(text: str) -> str:
    return escape(printable(text), quote=False)


class Heading(Paragraph):
    """A paragraph that also stands in the outline of the PDF."""

    def __init__(self, text: str, style: ParagraphStyle, outline: str) -> None:
        super().__init__(text, style)
        self.outline = outline


class Places(Flowable):
    """Places for signatures, two in a row: role, name, and a frame that the signature's picture will fill.

    Each frame is also a named destination ``signature.<field>`` of the PDF, so that the fields can be made later,
    and on another PC, from the PDF alone.
    """

    height_of_box = 32 * mm
    gap = 7 * mm

    def __init__(self, places: Iterable[doc.SignaturePlace], caption: str) -> None:
        super().__init__()
        self.places = tuple(places)
        self.box = (ROOM - self.gap) / 2
        self.rows = [self.places[start : start + 2] for start in range(0, len(self.places), 2)]
        self.names = {
            place.field: Paragraph(f"<b>{_text(place.role)}</b><br/>{_text(place.name)}", _PLACE)
            for place in self.places
        }
        self.caption = Paragraph(_text(caption), _PLACE_CAPTION)

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        self.heights = [
            max(self.names[place.field].wrap(self.box, 1000)[1] for place in row) + self.height_of_box + 8 * mm
            for row in self.rows
        ]
        return available, sum(self.heights) + 4 * mm

    def draw(self) -> None:
        top = sum(self.heights)
        for row, height in zip(self.rows, self.heights, strict=True):
            for column, place in enumerate(row):
                self._draw(place, column * (self.box + self.gap), top - height, top)
            top -= height

    def _draw(self, place: doc.SignaturePlace, left: float, bottom: float, top: float) -> None:
        name = self.names[place.field]
        name.drawOn(self.canv, left, top - name.wrap(self.box, 1000)[1])
        self.canv.setStrokeGray(0.6)
        self.canv.setLineWidth(0.5)
        self.canv.setDash(2, 2)
        self.canv.rect(left, bottom, self.box, self.height_of_box)
        self.canv.setDash()
        self.caption.wrap(self.box, 1000)  # above the frame: text beneath the picture would be found by searches
        self.caption.drawOn(self.canv, left, bottom + self.height_of_box + 1)
        assert isinstance(self.canv, NumberedCanvas)
        corner = self.canv.absolutePosition(left - 1, bottom - 1)  # a little larger, to cover the frame
        self.canv.mark_place(place.field, *corner, self.box + 2, self.height_of_box + 2)


def story(document: doc.Document, caption: str) -> Iterator[Flowable]:
    """All blocks of a document, in order; ``caption`` stands in the empty places for signatures."""
    blocks = document.blocks
    for block, following in zip(blocks, (*blocks[1:], None), strict=True):
        if isinstance(block, doc.SignaturePlaces):
            continue
        if isinstance(following, doc.SignaturePlaces):  # nobody signs a page that holds nothing but signatures
            kept = [part for part in flow(block) if not isinstance(part, CondPageBreak)]
            yield KeepTogether([*kept, Spacer(1, 5 * mm), Places(following.places, caption)])
        else:
            yield from flow(block)


@singledispatch
def flow(block: doc.Block) -> Iterator[Flowable]:
    """One block as flowables."""
    raise TypeError(f"no form for {type(block).__name__}")


@flow.register
def _(block: doc.Title) -> Iterator[Flowable]:
    yield Heading(_text(block.text), _TITLE, block.text)
    for line in block.lines:
        yield Paragraph(_text(line), _UNDER)
    yield Spacer(1, 3 * mm)


@flow.register
def _(block: doc.Item) -> Iterator[Flowable]:
    number = f"{block.number}."
    article = f'<font name="{REGULAR}" size="8.5" color="{_GREY}">{_text(unbroken(block.article))}</font>'
    heading = Heading(f"{number} {_text(block.heading)}  {article}", _HEADING, f"{number} {block.heading}")
    yield CondPageBreak(32 * mm)  # a heading stays with what follows, yet a long table may begin on this page
    yield heading
    for content in block.content:
        yield from flow(content)


@flow.register
def _(block: doc.Paragraph) -> Iterator[Flowable]:
    yield Paragraph(_text(block.text), _MISSING if block.missing else _TEXT)


@flow.register
def _(block: doc.Entries) -> Iterator[Flowable]:
    if block.lead:
        yield Paragraph(_text(block.lead), _LEAD)
    for entry in block.entries:
        detail = f'<br/><font size="11.5" color="{_GREY}">{_text(entry.detail)}</font>' if entry.detail else ""
        yield Paragraph(_text(entry.text) + detail, _ENTRY, bulletText="•")


def _grid(table: doc.Table, under: tuple[str, ...] = ()) -> LongTable:
    """A table whose rows may each have a line of small text ``under`` them, over the whole width."""
    rows: list[list[Flowable | str]] = [[Paragraph(_text(cell), _CELL_HEADING) for cell in table.headings]]
    marks: list[Any] = [
        ("FONTNAME", (0, 0), (-1, -1), REGULAR),  # else empty cells bring Helvetica, not embedded
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, black),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    for number, row in enumerate(table.rows):
        rows.append([Paragraph(_text(cell), _CELL) for cell in row])
        if under:
            rows.append([Paragraph(_text(under[number]), _HASH), *[""] * (len(row) - 1)])
            last = len(rows) - 1
            marks += [("SPAN", (0, last), (-1, last)), ("TOPPADDING", (0, last), (-1, last), 0)]
            marks += [("NOSPLIT", (0, last - 1), (-1, last))]
        marks.append(("LINEBELOW", (0, len(rows) - 1), (-1, len(rows) - 1), 0.3, grey))
    widths = [ROOM * share for share in table.shares]
    return LongTable(rows, widths, repeatRows=1, splitInRow=1, style=marks, hAlign="LEFT", spaceBefore=4)


@flow.register
def _(block: doc.Table) -> Iterator[Flowable]:
    yield _grid(block)


@flow.register
def _(block: doc.FileList) -> Iterator[Flowable]:
    yield _grid(block.table, tuple(f"SHA-256 {file.sha256}" for file in block.files))


@flow.register
def _(block: doc.Note) -> Iterator[Flowable]:
    if block.heading:
        yield Paragraph(_text(block.heading), _RULE)
    yield Paragraph(_text(block.text), _NOTE)


@flow.register
def _(block: doc.Rule) -> Iterator[Flowable]:
    yield CondPageBreak(34 * mm)
    yield HRFlowable(width="100%", thickness=0.6, color=grey, spaceBefore=9, spaceAfter=0)
    yield Heading(_text(block.text), _RULE, block.text)


@flow.register
def _(block: doc.Turn) -> Iterator[Flowable]:
    speaker = f"<b>{_text(block.role)}</b>" + (f" – {_text(block.name)}" if block.name else "")
    tags = ", ".join(dict.fromkeys(reading.tag for reading in block.readings))
    yield CondPageBreak(20 * mm)
    yield Paragraph(
        f'<b>{block.clock}</b>  <font color="{_GREY}">[{block.position}]</font>  {speaker}'
        f'  <font color="{_GREY}">({_text(tags)})</font>',
        _SPEAKER,
    )
    several = len({reading.tag for reading in block.readings}) > 1
    said = [f"({_text(r.tag)}) {_text(r.text)}" if several else _text(r.text) for r in block.readings]
    yield Paragraph(" ".join(said), _WORDS)
