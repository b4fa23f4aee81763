"""The package's zip in its one canonical form: sorted, stored, without times, owners or anything else that varies.

Nothing is compressed: sound and PDF would not shrink, and a stored byte has one form only, so that every changed bit
of the file can be named. :func:`plan` computes every byte that is not content; the writer writes it, the verifier
compares it. Larger than 4 GiB is ZIP64 (APPNOTE 4.5.3).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_UTF8 = 0x0800
_DATE = 0x0021  # 1980-01-01, the first day of zip
_LARGE = 0xFFFFFFFF
_MODE = 0o100644 << 16
BLOCK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A file in a zip: its name, size in bytes and CRC-32."""

    name: str
    size: int
    crc: int


@dataclass(frozen=True)
class Plan:
    """``headers`` stand before the entries' contents (with their offsets), ``end`` after the last."""

    headers: tuple[tuple[int, bytes], ...]
    end: tuple[int, bytes]


def plan(entries: Sequence[Entry]) -> Plan:
    """All bytes of the canonical zip of ``entries`` (sorted by name) that are not their contents."""
    headers = []
    directory = b""
    offset = 0
    for entry in entries:
        name = entry.name.encode()
        size = min(entry.size, _LARGE)
        extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.size) if entry.size >= _LARGE else b""
        common = struct.pack("<HHHHIII", _UTF8, 0, 0, _DATE, entry.crc, size, size)
        header = b"PK\3\4" + struct.pack("<H", 45 if extra else 20) + common
        header += struct.pack("<HH", len(name), len(extra)) + name + extra
        headers.append((offset, header))
        # in the directory ZIP64 names only the fields that are too large, offset last
        wide = struct.pack("<QQ", entry.size, entry.size) if entry.size >= _LARGE else b""
        wide += struct.pack("<Q", offset) if offset >= _LARGE else b""
        more = struct.pack("<HH", 1, len(wide)) + wide if wide else b""
        directory += b"PK\1\2" + struct.pack("<HH", 0x0300 | 45 if more else 0x0300 | 20, 45 if more else 20) + common
        directory += struct.pack("<HHHHHII", len(name), len(more), 0, 0, 0, _MODE, min(offset, _LARGE)) + name + more
        offset += len(header) + entry.size
    return Plan(tuple(headers), (offset, directory + _end(len(entries), len(directory), offset)))


def _end(count: int, size: int, offset: int) -> bytes:
    found = b""
    if count >= 0xFFFF or size >= _LARGE or offset >= _LARGE:
        record = struct.pack("<QHHIIQQQQ", 44, 0x0300 | 45, 45, 0, 0, count, count, size, offset)
        found = b"PK\6\6" + record + b"PK\6\7" + struct.pack("<IQI", 0, offset + size, 1)
    few = min(count, 0xFFFF)
    return found + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, few, few, min(size, _LARGE), min(offset, _LARGE), 0)


def write(path: Path, entries: Sequence[Entry], root: Path, progress: Callable[[int], None]) -> None:
    """Write the zip of files under ``root`` (their names are the entries'), fsynced; ``progress`` gets bytes done."""
    planned = plan(entries)
    with open(path, "xb") as file:
        for entry, (_offset, header) in zip(entries, planned.headers, strict=True):
            file.write(header)
            with open(root / entry.name, "rb") as content:
                while block := content.read(BLOCK):
                    file.write(block)
                    progress(len(block))
        file.write(planned.end[1])
        file.flush()
        os.fsync(file.fileno())
