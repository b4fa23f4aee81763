"""Whether the record and the recorder's log are unbroken chains that end where the manifest says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import chain
from app.chain import GENESIS, Tail
from app.hearing import events as ev
from app.i18n import Message, _, _n
from app.protocol.manifest import LogEntry, Manifest
from app.protocol.verification.contents import Contents
from app.protocol.verification.report import Finding, Refused, broken, ok, unchecked

#: The record's head as it is printed at the foot of every page.
_PRINTED = re.compile(rb"SHA-256 ([0-9a-f]{64})")


@dataclass
class LogReading:
    """What a log held: the hash of each line, and its first line."""

    hashes: list[str]
    first: chain.Line | None
    whole: bool


def check(contents: Contents, entry: LogEntry, manifest: Manifest) -> tuple[LogReading, list[Finding]]:
    """Read a log; its chain, length and head against the manifest."""
    reading = LogReading([], None, False)
    if entry.path not in contents.files or entry.path not in {file.path for file in manifest.files}:
        return reading, [broken("file-missing", _("The file {file} is missing.", file=entry.path), entry.path)]
    path = contents.local(entry.path)
    size = 0
    try:
        for line in Tail(path).new():
            reading.hashes.append(line.hash)
            reading.first = reading.first or line
            size += len(line.encoded())
    except (OSError, ValueError, RecursionError) as error:
        raise Refused(broken("log-broken", _("The log {file} cannot be read.", file=entry.path), entry.path)) from error
    if size != contents.files[entry.path]:
        message = _("The chain of {file} breaks at line {line}.", file=entry.path, line=len(reading.hashes) + 1)
        return reading, [broken("log-broken", message, entry.path)]
    head = reading.hashes[-1] if reading.hashes else GENESIS
    if (len(reading.hashes), head) != (entry.lines, entry.head):
        message = _("{file} is not the log that the manifest tells of: its end is another.", file=entry.path)
        return reading, [broken("log-head", message, entry.path)]
    reading.whole = True
    message = _n(
        "{file}: the line is chained.", "{file}: all {n} lines are chained.", len(reading.hashes), file=entry.path
    )
    return reading, [ok("log-chained", message, entry.path)]


def check_record(contents: Contents, record: LogReading, manifest: Manifest) -> Iterator[Finding]:
    """The record's identity, and the prefix on which the documents rest, as it is printed on them."""
    if not record.whole or record.first is None:
        return
    opened = _opened(record.first)
    if opened is None:
        yield broken("record-foreign", _("The record does not begin as the record of a hearing."), manifest.record.path)
        return
    if (opened.sitting, opened.demonstration) != (manifest.sitting, manifest.demonstration):
        yield broken("record-foreign", _("The record is of another sitting than the manifest."), manifest.record.path)
    seq, head = manifest.frozen.seq, manifest.frozen.head
    if not 1 <= seq <= len(record.hashes) or record.hashes[seq - 1] != head:
        yield broken("frozen-head", _("The record does not hold the state that the documents rest on."))
        return
    for entry in (*manifest.of_kind("protocol"), *manifest.of_kind("transcript")):
        if entry.path in contents.files:
            yield _printed(contents, entry.path, head)


def _opened(line: chain.Line) -> ev.HearingOpened | None:
    try:
        event = ev.decode(line)
    except ValueError:
        return None
    return event if isinstance(event, ev.HearingOpened) else None


def _printed(contents: Contents, path: str, head: str) -> Finding:
    try:
        heads = printed_heads(contents.local(path))
    except ImportError:
        return unchecked("head-unchecked", _no_reader(path), path)
    except Exception:  # a damaged PDF can make its reader raise anything
        return broken("document-unreadable", _("{file} is not a PDF, or it is damaged.", file=path), path)
    if not heads or not all(head in page for page in heads):
        message = _("{file} does not carry the hash of this record: it was made of another state of it.", file=path)
        return broken("head-differs", message, path)
    return ok("head-printed", _("{file} carries the hash of the record.", file=path), path)


def _no_reader(path: str) -> Message:
    return _("{file} cannot be read here: the PDF library is not installed on this PC.", file=path)


def printed_heads(pdf: Path) -> list[set[str]]:
    """The hashes printed on each page of a PDF: the record's in its foot, those of recordings in its text."""
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
    if depth > 50:
        raise ValueError("pages nested too deeply")
    for kid in node.get("/Kids", ()):
        kid = kid.get_object()
        if "/Kids" in kid:
            yield from _pages(kid, depth + 1)
        else:
            yield kid
