"""The append-only, hash-chained log behind both ``events.jsonl`` and ``capture.jsonl``.

A line is one JSON object::

    {"header": {"seq", "utc", "monotonic", "actor", "type", "version", "access", "commitment", "previous"},
     "hash": SHA-256 of the canonical header, "salt": hex, "payload": {...}}

``commitment`` is SHA-256(salt ‖ canonical payload) and ``previous`` the hash of the line before, so a copy may leave
out ``salt`` and ``payload`` of a line that its reader may not see, and the chain still verifies. Canonical means
UTF-8 JSON with sorted keys and no spaces (close to RFC 8785; numbers here are integers or short decimals).
Truth is the longest valid prefix: what follows is reported, never repaired silently.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from app.clock import Clock, SystemClock, stamp
from app.errors import Trouble
from app.files import sync_folder
from app.i18n import Message, _

Access = Literal["court", "parties", "public"]
GENESIS = "0" * 64
_log = logging.getLogger(__name__)


def canonical(value: Any) -> bytes:
    """The one byte string that stands for a JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log. ``payload`` is None where it was left out of this copy."""

    seq: int
    utc: str
    monotonic: int
    actor: str
    type: str
    version: int
    access: Access
    commitment: str
    previous: str
    hash: str
    salt: str | None
    payload: Mapping[str, Any] | None

    def header(self) -> dict[str, Any]:
        """What the chain covers."""
        return {
            "seq": self.seq, "utc": self.utc, "monotonic": self.monotonic, "actor": self.actor, "type": self.type,
            "version": self.version, "access": self.access, "commitment": self.commitment, "previous": self.previous,
        }  # fmt: skip

    def encoded(self, *, without_payload: bool = False) -> bytes:
        """The line as bytes, newline included; ``without_payload`` for a copy whose reader may not see it."""
        whole: dict[str, Any] = {"header": self.header(), "hash": self.hash}
        if self.payload is not None and not without_payload:
            whole |= {"salt": self.salt, "payload": self.payload}
        return canonical(whole) + b"\n"


@dataclass(frozen=True)
class Damage:
    """Where the valid prefix of a log ends, and why (line numbers from 1, byte offset of the line)."""

    path: Path
    line: int
    offset: int
    reason: Message

    def message(self) -> Message:
        return _("{file}, line {line}: {reason}", file=self.path.name, line=self.line, reason=self.reason)


@dataclass(frozen=True)
class Reading:
    """The longest valid prefix of a log, the byte where it ends, and what is wrong after it."""

    lines: tuple[Line, ...]
    end: int
    damage: Damage | None

    @property
    def head(self) -> str:
        """Hash of the last valid line (:data:`GENESIS` for an empty log)."""
        return self.lines[-1].hash if self.lines else GENESIS


class _Broken(Exception):
    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason


def _parse(raw: bytes, seq: int, previous: str) -> Line:
    try:
        return _checked(raw, seq, previous)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _Broken(_("the line cannot be read")) from error


def _checked(raw: bytes, seq: int, previous: str) -> Line:
    whole = json.loads(raw)
    header = dict(whole["header"])
    line = Line(**header, hash=whole["hash"], salt=whole.get("salt"), payload=whole.get("payload"))
    if _digest(canonical(header)) != line.hash:
        raise _Broken(_("the header was changed"))
    if line.seq != seq or line.previous != previous:
        raise _Broken(_("the line does not follow the one before it"))
    if line.payload is not None and _digest(bytes.fromhex(line.salt or ""), canonical(line.payload)) != line.commitment:
        raise _Broken(_("the content was changed"))
    if raw != line.encoded().rstrip(b"\n"):
        raise _Broken(_("the line is not written in the one permitted way"))
    return line


def parse(content: bytes, path: Path, *, after: Reading | None = None) -> Reading:
    """Read log bytes (from ``after.end`` on, if given); never raises for damaged content."""
    lines: list[Line] = []
    offset = after.end if after else 0
    seq = len(after.lines) if after else 0
    previous = after.head if after else GENESIS
    for raw in content.splitlines(keepends=True):
        try:
            if not raw.endswith(b"\n"):
                raise _Broken(_("the line was cut off"))
            line = _parse(raw[:-1], seq + 1, previous)
        except _Broken as broken:
            return Reading(tuple(lines), offset, Damage(path, seq + 1, offset, broken.reason))
        lines.append(line)
        offset += len(raw)
        seq, previous = line.seq, line.hash
    return Reading(tuple(lines), offset, None)


def read(path: Path) -> Reading:
    """Read a log file; a missing file is an empty log."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Reading((), 0, None)
    return parse(content, path)


class Tail:
    """Reads a growing log without ever blocking its writer: each :meth:`new` returns the lines that came since."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._end = 0
        self._seq = 0
        self._head = GENESIS

    def new(self) -> Iterator[Line]:
        """Complete valid lines that were appended since the last call; a half line is left for the next call."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self._end)
                content = file.read()
        except FileNotFoundError:
            return
        for raw in content.splitlines(keepends=True):
            if not raw.endswith(b"\n"):
                return
            try:
                line = _parse(raw[:-1], self._seq + 1, self._head)
            except _Broken:
                return
            self._end += len(raw)
            self._seq, self._head = line.seq, line.hash
            yield line


def _common(one: bytes, other: bytes) -> int:
    """Length of the common beginning, by halving: logs of a long day have hundreds of megabytes."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _set_aside(path: Path, content: bytes) -> None:
    """Keep what cannot stay in a log in a file of its own beside it, durably, readable by this user alone."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(aside.parent)


class ChainLog:
    """The one writer of a log, with a mirror in a second folder.

    A line is acknowledged when it is fsynced in the first folder (or, while that one fails, in the second). A folder
    that fails is given up with ``on_lost(path, error)``; only when both are lost does :meth:`append` raise Trouble
    ``log-lost``. A second writer is refused with Trouble ``log-busy``.
    """

    def __init__(
        self,
        path: Path,
        mirror: Path | None = None,
        *,
        clock: Clock | None = None,
        on_lost: Callable[[Path, OSError], None] | None = None,
    ) -> None:
        self.path = path
        self._clock = clock or SystemClock()
        self._on_lost = on_lost
        self._files: dict[Path, int] = {}
        self._lock = self._locked([path] if mirror is None else [path, mirror])
        try:
            #: What was found at opening: the longer of the two valid prefixes; ``damage`` is the first folder's.
            self.reading = self._united([path] if mirror is None else [path, mirror])
        except BaseException:
            self.close()
            raise
        self._head = self.reading.head
        self._seq = len(self.reading.lines)

    def _locked(self, paths: Sequence[Path]) -> FileLock:
        """The lock beside the first log; beside the second one where the first folder cannot be written."""
        refused: OSError | None = None
        for path in paths:
            lock = FileLock(str(path) + ".lock")
            try:
                lock.acquire(timeout=0)
            except Timeout as error:
                raise Trouble(
                    "log-busy",
                    _("Another window already writes to {file}.", file=path.name),
                    safe=_("What was recorded is safe."),
                    remedy=_("Go on in the other window, or close it first; here the hearing can only be read."),
                ) from error
            except OSError as error:
                refused = error
            else:
                return lock
        assert refused is not None
        raise self._refused(refused) from refused

    def _refused(self, error: OSError) -> Trouble:
        return Trouble(
            "folder-refused",
            _(
                "The folder {path} cannot be written: {reason}.",
                path=str(self.path.parent), reason=error.strerror or str(error),
            ),
            remedy=_("Choose another folder or ask IT for the right to write there."),
        )  # fmt: skip

    def _united(self, paths: Sequence[Path]) -> Reading:
        """Make all logs the same: the longest valid prefix wins, what differs from it is set aside, never lost."""
        readings: dict[Path, Reading] = {}
        lost: OSError | None = None
        for path in paths:
            try:
                readings[path] = read(path)
            except OSError as error:
                lost = error
                self._lose(path, error)
        if not readings:
            assert lost is not None
            raise self._refused(lost) from lost
        source, truth = max(readings.items(), key=lambda found: len(found[1].lines))  # the first one where equal
        content = source.read_bytes()[: truth.end] if truth.lines else b""
        for path in readings:
            try:
                self._complete(path, content)
            except OSError as error:
                lost = error
                self._lose(path, error)
        if not self._files:
            assert lost is not None
            raise self._refused(lost) from lost
        #: Whether the first folder's log was made good from the second one.
        self.restored = source != self.path and self.path in readings
        first = readings.get(self.path)
        return Reading(truth.lines, truth.end, first.damage if first else truth.damage)

    def _complete(self, path: Path, content: bytes) -> None:
        """Open a log for appending and bring it to ``content``."""
        have = path.read_bytes() if path.exists() else b""
        common = _common(have, content)
        if have[common:]:
            _set_aside(path, have[common:])
        created = not path.exists()
        self._files[path] = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        if created:
            sync_folder(path.parent)
        if have[common:]:
            os.ftruncate(self._files[path], common)
        self._write(path, content[common:])

    def _write(self, path: Path, content: bytes) -> None:
        descriptor = self._files[path]
        while content:
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)

    def _lose(self, path: Path, error: OSError) -> None:
        """Give a folder up; whatever else fails on the way, the line stands in the other folder."""
        descriptor = self._files.pop(path, None)
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        if self._on_lost:
            try:
                self._on_lost(path, error)
            except Exception:
                _log.exception("on_lost")

    @property
    def head(self) -> str:
        """Hash of the last line."""
        return self._head

    @property
    def seq(self) -> int:
        """Number of lines."""
        return self._seq

    def append(
        self, type: str, payload: Mapping[str, Any], *, actor: str, access: Access = "court", version: int = 1
    ) -> Line:
        """Chain and write one line; returns when it is fsynced."""
        return self.extend([(type, payload)], actor=actor, access=access, version=version)[0]

    def extend(
        self,
        entries: Iterable[tuple[str, Mapping[str, Any]]],
        *,
        actor: str,
        access: Access = "court",
        version: int = 1,
    ) -> list[Line]:
        """Chain and write several (type, payload) as one write; returns when all of them are fsynced."""
        lines: list[Line] = []
        seq, previous = self._seq, self._head
        for type, payload in entries:
            salt = secrets.token_hex(16)
            seq += 1
            header: dict[str, Any] = {
                "seq": seq, "utc": stamp(self._clock.utc()), "monotonic": self._clock.monotonic_ns(),
                "actor": actor, "type": type, "version": version, "access": access,
                "commitment": _digest(bytes.fromhex(salt), canonical(payload)), "previous": previous,
            }  # fmt: skip
            lines.append(Line(**header, hash=_digest(canonical(header)), salt=salt, payload=dict(payload)))
            previous = lines[-1].hash
        self._commit(b"".join(line.encoded() for line in lines))
        self._seq, self._head = seq, previous
        return lines

    def _commit(self, encoded: bytes) -> None:
        for path in list(self._files):
            try:
                self._write(path, encoded)
            except OSError as error:
                self._lose(path, error)
        if not self._files:
            raise Trouble(
                "log-lost",
                _("Neither folder can be written any more; {file} cannot go on.", file=self.path.name),
                safe=_("Everything up to this moment is on disk."),
                remedy=_("Free space on the disk or connect it again, then start a new recording."),
            )

    def close(self) -> None:
        """Let go of the files and of the lock; may be called twice."""
        for descriptor in self._files.values():
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._files.clear()
        self._lock.release()

    def __enter__(self) -> ChainLog:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
