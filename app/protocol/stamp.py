"""The picture of a signature on paper: role, name, time and certificate, drawn in the document's language."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Paragraph

from app import clock
from app.hearing.model import RecordLanguage
from app.protocol import fonts
from app.protocol.certificates import Holder
from app.protocol.fonts import BOLD, REGULAR, printable
from app.protocol.wording import Phrases, second

_HEADING = ParagraphStyle("stamp heading", fontName=BOLD, fontSize=7, leading=9, spaceAfter=2)
_NAME = ParagraphStyle("stamp name", fontName=BOLD, fontSize=9, leading=11)
_LINE = ParagraphStyle("stamp line", fontName=REGULAR, fontSize=7.5, leading=9.5, splitLongWords=1)
_MARGIN = 2.2 * mm


def draw(
    size: tuple[float, float], *, role: str, name: str, holder: Holder, at: datetime, language: RecordLanguage
) -> bytes:
    """A PDF page of ``size`` (points) with the appearance of a signature made at ``at`` (aware)."""
    fonts.register()
    say, wall = Phrases(language), clock.local(at)
    width, height = size
    lines = [
        (say("signed"), _HEADING),
        (f"{role}", _LINE),
        (name, _NAME),
        (say("signed_at", date=say.date(wall), time=second(wall)), _LINE),
        (say("certificate", name=holder.name), _LINE),
        (say("certificate_issuer", name=holder.issuer), _LINE),
        (say("certificate_number", serial=holder.serial), _LINE),
    ]
    if holder.demonstration:
        lines.append((say("demonstration_key"), _HEADING))
    stream = io.BytesIO()
    first: Any = REGULAR  # the stubs want a number here
    canvas = Canvas(stream, pagesize=size, invariant=1, initialFontName=first, pageCompression=1)
    canvas.setFillGray(1)
    canvas.rect(0, 0, width, height, stroke=0, fill=1)  # covers the empty frame
    canvas.setFillGray(0)
    canvas.setLineWidth(0.8)
    canvas.rect(0.4, 0.4, width - 0.8, height - 0.8)
    story: list[Flowable] = [Paragraph(_escaped(text), style) for text, style in lines]
    inner = (width - 2 * _MARGIN, height - 2 * _MARGIN)
    frame = KeepInFrame(*inner, content=story, mode="shrink")
    _wide, high = frame.wrapOn(canvas, *inner)
    frame.drawOn(canvas, _MARGIN, height - _MARGIN - high)
    canvas.save()
    return stream.getvalue()


def _escaped(text: str) -> str:
    return printable(text).replace("&", "&amp;").replace("<", "&lt;")
