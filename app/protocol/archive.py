"""What a PDF needs for the archive (PDF/A-3b): XMP description, colour profile, dates that belong to the document."""

from __future__ import annotations

from reportlab.pdfgen.canvas import Canvas

from app.protocol.document import Document


def declare(canvas: Canvas, document: Document) -> None:
    """Describe ``document`` in the PDF that ``canvas`` draws."""
