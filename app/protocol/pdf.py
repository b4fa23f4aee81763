"""Drawing a document as PDF: A4, embedded fonts, searchable text, outline; the same document gives the same bytes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from app import files
from app.protocol import archive, fonts
from app.protocol.document import Document
from app.protocol.flow import ROOM, Heading, story
from app.protocol.sheet import BOTTOM, HEIGHT, LEFT, Sheet, numbered_canvas
from app.protocol.wording import Phrases


class _Template(BaseDocTemplate):
    """A4 pages with the sheet under the text; headings go to the outline."""

    frame: Any

    def __init__(self, stream: io.BytesIO, document: Document) -> None:
        super().__init__(
            stream,
            title=archive.title(document),
            author="",
            subject=fonts.printable(document.sitting),
            creator=archive.tool(),
            lang=document.language,
            initialFontName=fonts.REGULAR,  # else Helvetica stays in the file, not embedded
            invariant=1,
            pageCompression=1,
        )
        self._sheet = Sheet(document)
        self._headings = 0
        height = HEIGHT - BOTTOM - self._sheet.top
        frame = Frame(LEFT, BOTTOM, ROOM, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
        self.addPageTemplates(PageTemplate("page", [frame], onPage=self._under))

    def _under(self, canvas: Canvas, _template: BaseDocTemplate) -> None:
        self._sheet.draw(canvas, canvas.getPageNumber())

    def afterFlowable(self, flowable: Flowable) -> None:
        if not isinstance(flowable, Heading):
            return
        self._headings += 1
        key = f"heading.{self._headings}"
        height = self.frame._y + flowable.height  # top of what was just drawn
        self.canv.bookmarkPage(key, fit="XYZ", left=0, top=height + 6, zoom=0)
        self.canv.addOutlineEntry(fonts.printable(flowable.outline), key, level=0 if self._headings == 1 else 1)


def render(document: Document, path: Path) -> None:
    """Write ``document`` to ``path`` as PDF/A-3b, whole or not at all.

    The places for signatures are marked in it; :func:`app.protocol.signing.prepare` makes fields of them.
    """
    fonts.register()
    stream = io.BytesIO()
    template = _Template(stream, document)
    caption = Phrases(document.language)("signature_place")
    template.build(list(story(document, caption)), canvasmaker=numbered_canvas(document))
    files.replace(path, stream.getvalue())
