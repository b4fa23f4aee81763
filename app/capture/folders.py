"""The first and the second folder of a sitting: every byte goes to both, and one that fails is given up."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from app import files
from app.errors import Trouble
from app.i18n import _

Which = Literal["first", "second"]
LostFolder = Callable[[Which, str], None]
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def reason_of(error: OSError) -> str:
    """The stable English word for why a folder cannot be written."""
    return "full" if error.errno in _FULL else "failed"


class Folders:
    """Where the recording goes. ``on_lost(which, reason)`` is called once for each folder that is given up."""

    def __init__(self, first: Path, second: Path | None) -> None:
        self.places: dict[Which, Path] = {"first": first}
        if second is not None:
            self.places["second"] = second
        self.lost: dict[Which, str] = {}
        self.on_lost: LostFolder = lambda _which, _reason: None

    @property
    def alive(self) -> tuple[Which, ...]:
        """The folders that are still written, the first one first."""
        return tuple(which for which in self.places if which not in self.lost)

    def lose(self, which: Which, reason: str) -> None:
        """Give a folder up."""
        if which in self.places and which not in self.lost:
            self.lost[which] = reason
            self.on_lost(which, reason)

    def free(self, which: Which) -> int | None:
        """Bytes that may still be written there; None where it does not answer (writing will tell)."""
        try:
            return shutil.disk_usage(self.places[which]).free
        except OSError:
            return None

    def create(self, name: str) -> Twin:
        """A new file in each living folder; ``name`` is relative to the sitting's folder."""
        return Twin(self, name)


class Twin:
    """One file in both folders, written without buffering; also a seekable binary file, for the video muxer."""

    def __init__(self, folders: Folders, name: str) -> None:
        self._folders = folders
        self._descriptors: dict[Which, int] = {}
        self.name = name
        self.bytes = 0
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        for which in folders.alive:
            path = folders.places[which] / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._descriptors[which] = os.open(path, flags, 0o600)
                files.sync_folder(path.parent)
            except OSError as error:
                folders.lose(which, reason_of(error))
        self._need_one()

    def _need_one(self) -> None:
        if not self._descriptors:
            raise Trouble(
                "folders-lost",
                _("Neither folder can be written any more: the recording has stopped."),
                safe=_("Everything up to this moment is on disk."),
                remedy=_("Free space on the disk or connect it again, then start a new recording."),
            )

    def _each(self, act: Callable[[int], None]) -> None:
        for which, descriptor in list(self._descriptors.items()):
            try:
                if which in self._folders.lost:
                    raise OSError(errno.EIO, "given up")
                act(descriptor)
            except OSError as error:
                del self._descriptors[which]
                _close(descriptor)
                self._folders.lose(which, reason_of(error))
        self._need_one()

    def write(self, content: bytes) -> int:
        """Append (or write at the place that was sought) to both."""

        def act(descriptor: int) -> None:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]

        self._each(act)
        self.bytes += len(content)
        return len(content)

    def patch(self, place: int, content: bytes) -> None:
        """Overwrite at byte ``place``; the next :meth:`write` appends again."""

        def act(descriptor: int) -> None:
            os.lseek(descriptor, place, os.SEEK_SET)
            os.write(descriptor, content)
            os.lseek(descriptor, 0, os.SEEK_END)

        self._each(act)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        found = 0

        def act(descriptor: int) -> None:
            nonlocal found
            found = os.lseek(descriptor, place, whence)

        self._each(act)
        return found

    def tell(self) -> int:
        return self.seek(0, os.SEEK_CUR)

    def sync(self) -> None:
        """Return when everything written is on both disks."""
        self._each(os.fsync)

    def close(self) -> None:
        """May be called twice."""
        for descriptor in self._descriptors.values():
            _close(descriptor)
        self._descriptors.clear()


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:
        pass  # a disk that failed may fail here too; what matters was fsynced before
