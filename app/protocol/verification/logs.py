"""Whether the record and the recorder's log are unbroken chains that end where the manifest says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app import chain
from app.chain import GENESIS, Tail
from app.hearing import events as ev
from app.i18n import _, _n
from app.protocol.manifest import LogEntry, Manifest
from app.protocol.verification.contents import Contents
from app.protocol.verification.report import Finding, Refused, broken, ok, unchecked

#: A day of sixteen microphones is a quarter of it (bytes).
_LARGEST = 1 << 29


@dataclass
class LogReading:
    """What a log held: the hash of each line, and its first line."""

    hashes: list[str]
    first: chain.Line | None
    whole: bool
    types: set[str] = field(default_factory=set)


def check(contents: Contents, entry: LogEntry, manifest: Manifest) -> tuple[LogReading, list[Finding]]:
    """Read a log; its chain, length and head against the manifest."""
    reading = LogReading([], None, False)
    if entry.path not in contents.files or entry.path not in {file.path for file in manifest.files}:
        return reading, [broken("file-missing", _("The file {file} is missing.", file=entry.path), entry.path)]
    if contents.files[entry.path] > _LARGEST:
        return reading, [broken("log-broken", _("The log {file} is too large.", file=entry.path), entry.path)]
    path = contents.local(entry.path)
    size = 0
    try:
        for line in Tail(path).new():
            reading.hashes.append(line.hash)
            reading.types.add(line.type)
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
    """The record's identity, and that it holds the prefix on which the documents rest."""
    if not record.whole or record.first is None:
        return
    opened = _opened(record.first)
    if opened is None:
        yield broken("record-foreign", _("The record does not begin as the record of a hearing."), manifest.record.path)
        return
    if (opened.sitting, opened.demonstration) != (manifest.sitting, manifest.demonstration):
        yield broken("record-foreign", _("The record is of another sitting than the manifest."), manifest.record.path)
    if "DamageFound" in record.types:
        yield unchecked(
            "record-was-damaged",
            _("The record itself says that a part of it could not be read any more and was set aside."),
            manifest.record.path,
        )
    seq, head = manifest.frozen.seq, manifest.frozen.head
    if not 1 <= seq <= len(record.hashes) or record.hashes[seq - 1] != head:
        yield broken("frozen-head", _("The record does not hold the state that the documents rest on."))


def _opened(line: chain.Line) -> ev.HearingOpened | None:
    try:
        event = ev.decode(line)
    except ValueError:
        return None
    return event if isinstance(event, ev.HearingOpened) else None
