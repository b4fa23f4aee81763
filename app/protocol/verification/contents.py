"""Reading a package, a folder or a zip, without believing it and without writing anywhere but to a private folder."""

from __future__ import annotations

import io
import os
import stat
import struct
import tempfile
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

from app.i18n import _
from app.protocol import container
from app.protocol.verification import names
from app.protocol.verification.report import Finding, Refused, broken, ok, printable

MOST_FILES = 20_000
#: A zip may unpack to this many times its size; speech logs shrink to a tenth, a bomb to a thousandth.
MOST_RATIO = 50
_SMALL = 1 << 20


class Contents(Protocol):
    """Files by their path in the package, with their size in bytes."""

    files: Mapping[str, int]
    findings: list[Finding]
    #: CRC-32 that the container claims, where it does
    sums: Mapping[str, int]

    def open(self, path: str) -> BinaryIO:
        """The file's bytes, seekable; OSError or Refused if it cannot be read."""
        ...

    def local(self, path: str) -> Path:
        """A real file with these bytes, for readers that need one; never written to by us."""
        ...


class FolderContents:
    """A package as folder. Links and special files are refused: they could show something else tomorrow."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.findings: list[Finding] = []
        self.sums: Mapping[str, int] = {}
        found: dict[str, int] = {}
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}" if folder else entry.name
                    info = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(info.st_mode):
                        _allow(name)
                        waiting.append(name)
                    elif stat.S_ISREG(info.st_mode):
                        _allow(name)
                        found[name] = info.st_size
                    else:
                        raise _link(name)
                    if len(found) + len(waiting) > MOST_FILES:
                        raise _too_many()
        self.files: Mapping[str, int] = dict(sorted(found.items()))
        _refuse_alike(self.files)

    def open(self, path: str) -> BinaryIO:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(self.root / path, flags), "rb")

    def local(self, path: str) -> Path:
        return self.root / path


class ZipContents:
    """A package as zip. Its container is compared byte by byte with the canonical one (app/protocol/container.py)."""

    def __init__(self, path: Path, private: Path) -> None:
        self.path = path
        self._private = private
        self._unpacked: dict[str, Path] = {}
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
            raise _too_many()
        if sum(entry.file_size for entry in entries) > MOST_RATIO * self.path.stat().st_size + _SMALL:
            raise Refused(broken("zip-bomb", _("The zip would unpack to far more than it can honestly hold.")))
        plain: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            # the name before zipfile cuts it at a zero byte or turns a system's separators
            name = entry.orig_filename
            kind = stat.S_IFMT(entry.external_attr >> 16)
            _allow(name.removesuffix("/"))
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _link(name)
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
        _refuse_alike(plain)
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
            target = self._private / str(len(self._unpacked)) / path.rsplit("/", 1)[-1]
            target.parent.mkdir()
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
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            ValueError,
            NotImplementedError,
            EOFError,
            RuntimeError,
        ) as error:
            raise Refused(broken("zip-unreadable", _("A file in the zip cannot be unpacked."), path)) from error
        except Exception as error:
            if type(error).__module__ in ("zlib", "lzma", "_lzma"):
                raise Refused(broken("zip-unreadable", _("A file in the zip cannot be unpacked."), path)) from error
            raise


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


class Opened:
    """``with Opened(path) as contents``: a private folder lives as long as the reading."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.private = tempfile.TemporaryDirectory(prefix="khatshy-verify-", ignore_cleanup_errors=True)

    def __enter__(self) -> Contents:
        try:
            if self._path.is_dir():
                return FolderContents(self._path)
            if self._path.is_file():
                return ZipContents(self._path, Path(self.private.name))
            raise Refused(broken("package-missing", _("There is no package in this place."), str(self._path)))
        except BaseException:
            self.private.cleanup()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.private.cleanup()


def _without_top(entries: Mapping[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Our zips hold one folder; the package is what is in it."""
    tops = {name.split("/")[0] for name in entries}
    if len(tops) == 1 and all("/" in name for name in entries):
        return {name.split("/", 1)[1]: entry for name, entry in sorted(entries.items())}
    return dict(sorted(entries.items()))


def _allow(name: str) -> None:
    reason = names.fault(name)
    if reason is not None:
        raise Refused(
            broken(
                "name-refused", _("A file's name is refused: {reason} ({name}).", reason=reason, name=printable(name))
            )
        )


def _refuse_alike(found: Mapping[str, object]) -> None:
    for first, second in names.alike(found):
        raise Refused(
            broken(
                "names-alike",
                _("Two files have names that look the same: {first} and {second}.", first=first, second=second),
                second,
            )
        )


def _link(name: str) -> Refused:
    return Refused(broken("link-refused", _("The package holds a link or a special file."), name))


def _too_many() -> Refused:
    return Refused(broken("too-many-files", _("There are more files than any package holds.")))


def _unreadable() -> Refused:
    return Refused(broken("zip-unreadable", _("This is not a zip file, or it was cut off or damaged.")))
