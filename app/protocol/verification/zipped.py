"""Reading a package that is a zip, without trusting its tables and without unpacking more than one file at a time."""

from __future__ import annotations

import io
import os
import shutil
import stat
import struct
import threading
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from app.i18n import _
from app.protocol import container
from app.protocol.verification.contents import MOST_FILES, allow, link, refuse_alike, too_many
from app.protocol.verification.report import Finding, Refused, broken, ok

#: A zip may unpack to this many times its size; logs shrink to a tenth, a bomb to a thousandth.
MOST_RATIO = 50
_SMALL = 1 << 20


class ZipContents:
    """A package as zip. Its container is compared byte by byte with the canonical one (app/protocol/container.py)."""

    def __init__(self, path: Path, private: Path) -> None:
        self.path = path
        self._private = private
        self._unpacked: dict[str, Path] = {}
        self._count = 0
        self._turn = threading.Lock()
        self.findings: list[Finding] = []
        try:
            with zipfile.ZipFile(path) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, EOFError, OverflowError) as error:
            raise _unreadable() from error
        self._entries = self._allowed(entries)
        self.sums: Mapping[str, int] = {name: entry.CRC for name, entry in self._entries.items()}
        self.files: Mapping[str, int] = {name: entry.file_size for name, entry in self._entries.items()}
        self.findings.append(self._container(entries))

    def _allowed(self, entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        if len(entries) > MOST_FILES:
            raise too_many()
        if sum(entry.file_size for entry in entries) > MOST_RATIO * self.path.stat().st_size + _SMALL:
            raise Refused(broken("zip-bomb", _("The zip would unpack to far more than it can honestly hold.")))
        plain: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            # the name before zipfile cuts it at a zero byte or turns a system's separators
            name = entry.orig_filename
            kind = stat.S_IFMT(entry.external_attr >> 16)
            allow(name.removesuffix("/"))
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise link(name)
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refused(broken("zip-method", _("A file in the zip is packed in an unusual way."), name))
            if entry.flag_bits & 1:
                raise Refused(broken("zip-encrypted", _("A file in the zip is encrypted."), name))
            if name in plain:
                raise Refused(broken("zip-duplicate", _("The zip holds two files of one name."), name))
            if name.endswith("/"):
                if entry.file_size:
                    raise _unreadable()
                continue
            plain[name] = entry
        self._refuse_overlaps(list(plain.values()))
        refuse_alike(plain)
        return _without_top(plain)

    def _refuse_overlaps(self, entries: list[zipfile.ZipInfo]) -> None:
        """Entries that share bytes are how a small zip holds a large one."""
        reached = 0
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < reached:
                raise Refused(broken("zip-bomb", _("Files in the zip overlap each other."), entry.filename))
            reached = entry.header_offset + 30 + entry.compress_size

    def _container(self, entries: list[zipfile.ZipInfo]) -> Finding:
        stored = [container.Entry(entry.orig_filename, entry.file_size, entry.CRC) for entry in entries]
        planned = container.plan(sorted(stored, key=lambda entry: entry.name.encode()))
        equal = 0
        with open(self.path, "rb") as file:
            for offset, header in planned.headers:
                file.seek(offset)
                equal += file.read(len(header)) == header
            file.seek(planned.end[0])
            end_equal = file.read(len(planned.end[1]) + 1) == planned.end[1]
        if end_equal and equal == len(entries):
            return ok("zip-canonical", _("The zip is, byte by byte, in the form in which it was written."))
        if equal or end_equal:
            return broken(
                "zip-altered",
                _("The zip's own tables were changed. Unpack it and check the folder to see whether files changed."),
            )
        return ok("zip-repacked", _("The zip was packed again by another program; its contents are what is checked."))

    def open(self, path: str) -> BinaryIO:
        entry = self._entries[path]
        if entry.compress_type != zipfile.ZIP_STORED:
            return open(self.local(path), "rb")
        if entry.compress_size != entry.file_size:
            raise _unreadable()
        with open(self.path, "rb") as file:
            file.seek(entry.header_offset)
            header = file.read(30)
        if len(header) < 30 or not header.startswith(b"PK\3\4"):
            raise _unreadable()
        begin = entry.header_offset + 30 + sum(struct.unpack("<HH", header[26:30]))
        return io.BufferedReader(_Window(self.path, begin, entry.file_size), container.BLOCK)

    def local(self, path: str) -> Path:
        with self._turn:
            return self._located(path)

    def _located(self, path: str) -> Path:
        if path not in self._unpacked:
            # a folder of its own for each: only the last part of the name, which is a plain one, reaches the disk
            self._count += 1
            target = self._private / str(self._count) / path.rsplit("/", 1)[-1]
            target.parent.mkdir()
            if self._entries[path].compress_type == zipfile.ZIP_STORED:
                with self.open(path) as content, open(target, "xb") as file:
                    shutil.copyfileobj(content, file, container.BLOCK)
            else:
                self._unpack(path, target)
            self._unpacked[path] = target
        return self._unpacked[path]

    def _unpack(self, path: str, target: Path) -> None:
        entry = self._entries[path]
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(entry) as content, open(target, "xb") as file:
                left = entry.file_size
                while left and (block := content.read(min(container.BLOCK, left))):
                    file.write(block)
                    left -= len(block)
        except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, RuntimeError) as error:
            raise Refused(broken("zip-unreadable", _("A file in the zip cannot be unpacked."), path)) from error


class _Window(io.RawIOBase):
    """A part of a file, read as if it were one."""

    def __init__(self, path: Path, begin: int, size: int) -> None:
        self._file = open(path, "rb")  # noqa: SIM115 - closed by close()
        self._begin = begin
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = max(0, min(len(buffer), self._size - self._at))
        self._file.seek(self._begin + self._at)
        found = self._file.read(wanted)
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._file.close()
        super().close()


def _without_top(entries: Mapping[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Our zips hold one folder; the package is what is in it."""
    tops = {name.split("/")[0] for name in entries}
    if len(tops) == 1 and all("/" in name for name in entries):
        return {name.split("/", 1)[1]: entry for name, entry in sorted(entries.items())}
    return dict(sorted(entries.items()))


def _unreadable() -> Refused:
    return Refused(broken("zip-unreadable", _("This is not a zip file, or it was cut off or damaged.")))
