"""The record's hash as it is printed at the foot of every page of a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.i18n import _
from app.protocol.verification.report import Finding, broken, ok

_PRINTED = re.compile(rb"SHA-256 ([0-9a-f]{64})")
_DEEPEST = 50


def check(path: str, local: Path, head: str) -> Finding:
    """Whether every page of the PDF carries ``head``; hashes of recordings may stand beside it."""
    try:
        pages = printed_hashes(local)
    except Exception:  # a damaged PDF can make its reader raise anything
        return broken("document-unreadable", _("{file} is not a PDF, or it is damaged.", file=path), path)
    if not pages or not all(head in page for page in pages):
        message = _("{file} does not carry the hash of this record: it was made of another state of it.", file=path)
        return broken("head-differs", message, path)
    return ok("head-printed", _("{file} carries the hash of the record.", file=path), path)


def printed_hashes(pdf: Path) -> list[set[str]]:
    """The SHA-256 sums printed on each page of a PDF: the record's in its foot, those of recordings in its text."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    found: list[set[str]] = []
    with open(pdf, "rb") as file:
        reader: Any = PdfFileReader(file, strict=False)
        for page in _pages(reader.root["/Pages"], 0):
            content = page["/Contents"]
            streams = content if isinstance(content, list) else [content]
            text = b"".join(stream.get_object().data for stream in streams)
            found.append({match.decode() for match in _PRINTED.findall(text)})
    return found


def _pages(node: Any, depth: int) -> Iterator[Any]:
    if depth > _DEEPEST:
        raise ValueError("pages nested too deeply")
    for kid in node.get("/Kids", ()):
        kid = kid.get_object()
        if "/Kids" in kid:
            yield from _pages(kid, depth + 1)
        else:
            yield kid
