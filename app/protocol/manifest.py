"""``manifest.json``: everything that a package promises, in one signed, language-neutral, canonical JSON file."""

from __future__ import annotations

import json
from typing import Any, Literal

from app.chain import canonical
from app.values import Frozen

NAME = "manifest.json"
SIGNATURE = "manifest.json.p7s"
FORMAT = "khatshy-package"
VERSION = 1

Kind = Literal[
    "protocol", "transcript", "document", "signature", "track", "listening", "subtitles", "text", "log", "authority",
    "readme",
]  # fmt: skip


class FileEntry(Frozen):
    """A file of the package: path with forward slashes, size in bytes, SHA-256, and what it is."""

    path: str
    bytes: int
    sha256: str
    kind: Kind


class LogEntry(Frozen):
    """A chained log: number of lines and hash of the last one."""

    path: str
    lines: int
    head: str


class RecordPrefix(Frozen):
    """The prefix of the record that documents and signatures rest on: its number of lines and the last one's hash."""

    seq: int
    head: str


class TrackEntry(Frozen):
    """A FLAC file: frames ``first`` to ``last`` (excluded) of ``channel`` of ``source`` in ``run``.

    ``rate`` in Hz, ``width`` in bytes a sample, ``begin`` the UTC stamp of the first frame.
    """

    path: str
    seat: str
    run: int
    source: str
    channel: int
    first: int
    last: int
    rate: int
    width: int
    begin: str


class ListeningEntry(Frozen):
    """The copy for listening: breaks cut out, all microphones mixed."""

    path: str
    seconds: float
    video: bool


class GapEntry(Frozen):
    """Sound that is missing: which source (empty: all), from when until when (UTC stamps), why."""

    source: str
    begin: str
    end: str
    reason: str


class SecondHashes(Frozen):
    """Where the hash of every second of every track is written, and of what it is made."""

    log: str
    type: str = "Written"
    algorithm: str = "sha256"


class SignatureEntry(Frozen):
    """A signature that the record tells of: in which file, by whom (role id), how."""

    path: str
    role: str
    name: str
    method: str
    at: str


class Manifest(Frozen):
    """The whole promise."""

    format: Literal["khatshy-package"] = "khatshy-package"
    version: int = VERSION
    program: str
    created: str
    sitting: str
    case: str
    language: Literal["kk", "ru"]
    demonstration: bool
    record: LogEntry
    capture: LogEntry
    frozen: RecordPrefix
    second_hashes: SecondHashes
    files: tuple[FileEntry, ...]
    tracks: tuple[TrackEntry, ...]
    listening: ListeningEntry | None = None
    gaps: tuple[GapEntry, ...] = ()
    signatures: tuple[SignatureEntry, ...] = ()
    omitted: tuple[str, ...] = ()

    def encoded(self) -> bytes:
        """The one form in which it is written and signed."""
        return canonical(self.model_dump(mode="json"))

    def of_kind(self, kind: Kind) -> tuple[FileEntry, ...]:
        """The files that are ``kind``."""
        return tuple(entry for entry in self.files if entry.kind == kind)


def decode(content: bytes) -> Manifest:
    """Read a manifest; ValueError for anything that :meth:`Manifest.encoded` would not have written."""
    try:
        raw: Any = json.loads(content)
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            raise ValueError("not a manifest of this kind")
        found = Manifest.model_validate_json(content)
        if found.encoded() != content:
            raise ValueError("not in the canonical form")
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return found
