"""Packing a sitting: one folder and one zip that a court can hand out, keep for years and check without us.

The layout is a BagIt bag (docs/package.md). Everything is written under temporary names and renamed when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import textwrap
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from filelock import FileLock, Timeout

from app import __version__, clock, files, resources
from app.chain import GENESIS, Tail
from app.clock import SystemClock
from app.errors import Trouble
from app.hearing import record
from app.hearing.model import Hearing, RecordLanguage
from app.i18n import _
from app.media import facts
from app.media.finishing import Finished
from app.media.recording import Recording
from app.media.timeline import Timeline
from app.protocol import bag, container, subtitles
from app.protocol.manifest import (
    NAME,
    SIGNATURE,
    FileEntry,
    GapEntry,
    Kind,
    ListeningEntry,
    LogEntry,
    Manifest,
    RecordPrefix,
    SecondHashes,
    SignatureEntry,
    TrackEntry,
)

DOCUMENTS = "data/documents"
RECORDINGS = "data/recordings"
TRANSCRIPT = "data/transcript"
LOGS = "data/logs"
TRUST = "data/trust"
_LOCK = ".packing.lock"
_SIGNATURES = (".p7s", ".cms", ".sig")
_LANGUAGES: tuple[RecordLanguage, ...] = ("kk", "ru")

Sign = Callable[[Path], Path]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Package:
    """What was packed: the same as folder and as zip."""

    folder: Path
    zip: Path
    manifest: Path


def pack(
    sitting: Path,
    out: Path,
    documents: Sequence[Path],
    finished: Finished,
    *,
    language: RecordLanguage,
    frozen: tuple[int, str] | None = None,
    authorities: Sequence[Path] = (),
    sign: Sign | None = None,
    kinds: Mapping[str, Kind] | None = None,
    progress: Progress = lambda done: None,
) -> Package:
    """Pack the sitting in the folder ``sitting`` into ``out``.

    ``frozen`` is the prefix of the record (number of lines, hash of the last) that the documents rest on: by default
    the one that was signed, else all of it. ``kinds`` says of documents by their file name what they are, where the
    record does not. ``authorities`` are certificates that are packed for a demonstration only. ``sign`` makes a
    detached signature beside the file it is given and returns its path. ``progress`` gets 0…1; an exception that it
    raises stops the work. Nothing half-made is left. Trouble ``record-empty``, ``packing-busy``, ``packing-failed``.
    """
    hearing, _reading = record.load(sitting)
    files.make_folder(out)
    lock = FileLock(str(out / _LOCK))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Trouble(
            "packing-busy",
            _("A package of this hearing is already being made."),
            remedy=_("Wait until the other program is done."),
        ) from error
    try:
        _clear(out)
        packing = _Packing(sitting, out, hearing, language, progress)
        packing.gather(documents, finished, authorities if hearing.demonstration else (), kinds or {})
        return packing.close(finished, frozen, sign)
    except OSError as error:
        raise Trouble(
            "packing-failed",
            _("The package cannot be written to {path}: {reason}.", path=str(out), reason=error.strerror or str(error)),
            safe=_("The record, the recordings and the documents are untouched; nothing half-written was left."),
            remedy=_("Free space on the disk or choose another folder, then try again."),
        ) from error
    finally:
        _clear(out)
        lock.release()


def _clear(out: Path) -> None:
    """Remove what an interrupted packing left."""
    for half in out.glob(".*.part"):
        if half.is_dir() and not half.is_symlink():
            shutil.rmtree(half, ignore_errors=True)
        else:
            half.unlink(missing_ok=True)


class _Packing:
    def __init__(
        self, sitting: Path, out: Path, hearing: Hearing, language: RecordLanguage, progress: Progress
    ) -> None:
        self.sitting = sitting
        self.out = out
        self.hearing = hearing
        self.language = language
        self.timeline = Timeline(Recording(sitting))
        self.name = _free_name(out, _name(hearing, self.timeline))
        self.root = out / f".{self.name}.part" / self.name
        self.root.mkdir(parents=True)
        self._entries: dict[str, FileEntry] = {}
        self._sums: dict[str, container.Entry] = {}
        self._logs: dict[str, tuple[tuple[str, ...], LogEntry]] = {}
        self._progress = progress
        self._done = 0
        self._total = 1

    def gather(
        self, documents: Sequence[Path], finished: Finished, authorities: Sequence[Path], kinds: Mapping[str, Kind]
    ) -> None:
        """Copy and write everything that the manifest will name."""
        named = {output.name: output.kind for output in self.hearing.outputs} | dict(kinds)
        copies: list[tuple[Path, str, Kind]] = []
        copies += [(path, f"{DOCUMENTS}/{path.name}", _document_kind(path, named)) for path in documents]
        copies += [(track.file, f"{RECORDINGS}/{track.file.name}", "track") for track in finished.tracks]
        if finished.listening:
            file = finished.listening.file
            copies.append((file, f"{RECORDINGS}/{file.name}", "listening"))
        copies += [(path, f"{TRUST}/{path.name}", "authority") for path in authorities]
        # what is copied is read again for the zip
        self._total = max(1, 2 * sum(path.stat().st_size for path, _target, _kind in copies))
        for log in (record.NAME, facts.NAME):
            self._log(log)
        for path, target, kind in copies:
            if target in self._entries:
                raise ValueError(f"two files would be {target}")
            self._add(target, kind, _blocks(path))
        text = subtitles.transcript(self.hearing, self.timeline, self.language)
        encoded = json.dumps(text, ensure_ascii=False, indent=1).encode() + b"\n"
        self._add(f"{TRANSCRIPT}/transcript.json", "text", [encoded])
        captions = subtitles.vtt(self.hearing, self.timeline, self.language).encode()
        self._add(f"{TRANSCRIPT}/transcript.vtt", "subtitles", [captions])
        for language in _LANGUAGES:
            self._add(f"README-{language}.txt", "readme", [_readme(self.hearing, self.timeline, finished, language)])

    def _log(self, name: str) -> None:
        """A log's valid prefix, byte by byte; what a crash left behind it is no part of the log."""
        path = self.sitting / name
        hashes: list[str] = []
        size = 0
        for line in Tail(path).new():
            hashes.append(line.hash)
            size += len(line.encoded())
        target = f"{LOGS}/{name}"
        self._logs[name] = (
            tuple(hashes),
            LogEntry(path=target, lines=len(hashes), head=hashes[-1] if hashes else GENESIS),
        )
        self._add(target, "log", _blocks(path, size) if size else [])

    def _add(self, target: str, kind: Kind | None, content: Iterator[bytes] | Sequence[bytes]) -> FileEntry:
        """Write a file of the package, fsynced; a ``kind`` puts it into the manifest."""
        path = self.root / target
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, crc, size = hashlib.sha256(), 0, 0
        with open(path, "xb") as file:
            for block in content:
                file.write(block)
                digest.update(block)
                crc = zlib.crc32(block, crc)
                size += len(block)
                self._advance(len(block))
            file.flush()
            os.fsync(file.fileno())
        entry = FileEntry(path=target, bytes=size, sha256=digest.hexdigest(), kind=kind or "document")
        if kind is not None:
            self._entries[target] = entry
        self._sums[target] = container.Entry(f"{self.name}/{target}", size, crc)
        return entry

    def _advance(self, size: int) -> None:
        self._done += size
        self._progress(min(0.99, self._done / self._total))

    def close(self, finished: Finished, frozen: tuple[int, str] | None, sign: Sign | None) -> Package:
        """Write and sign the manifest, the bag's files and the zip; then give both their names."""
        manifest = self._manifest(finished, frozen)
        tags = {entry.path: entry.sha256 for entry in manifest.files if not entry.path.startswith(bag.PAYLOAD)}
        tags[NAME] = self._add(NAME, None, [manifest.encoded()]).sha256
        if sign is not None:
            signature = sign(self.root / NAME)
            content = signature.read_bytes()
            signature.unlink()
            tags[SIGNATURE] = self._add(SIGNATURE, None, [content]).sha256
        payload = {entry.path: entry.sha256 for entry in manifest.files if entry.path.startswith(bag.PAYLOAD)}
        for name, content in (
            (bag.DECLARATION, bag.declaration()),
            (bag.INFO, bag.info(manifest)),
            (bag.PAYLOAD_MANIFEST, bag.listing(payload)),
        ):
            tags[name] = self._add(name, None, [content]).sha256
        self._add(bag.TAG_MANIFEST, None, [bag.listing(tags)])
        for folder in {path.parent for path in self.root.rglob("*")}:
            files.sync_folder(folder)
        zipped = self.out / f".{self.name}.zip.part"
        entries = sorted(self._sums.values(), key=lambda entry: entry.name.encode())
        container.write(zipped, entries, self.root.parent, self._advance)
        final = Package(self.out / self.name, self.out / f"{self.name}.zip", self.out / self.name / NAME)
        os.replace(self.root, final.folder)
        os.replace(zipped, final.zip)
        files.sync_folder(self.out)
        self._progress(1.0)
        return final

    def _manifest(self, finished: Finished, frozen: tuple[int, str] | None) -> Manifest:
        hashes, events = self._logs[record.NAME]
        _hashes, capture = self._logs[facts.NAME]
        if frozen is None:
            seq = self.hearing.frozen_at or events.lines
            frozen = seq, hashes[seq - 1]
        if frozen[0] > len(hashes) or hashes[frozen[0] - 1] != frozen[1]:
            raise ValueError("the documents rest on another record")
        listening = finished.listening
        return Manifest(
            program=f"khatshy {__version__}",
            created=clock.stamp(SystemClock().utc()),
            sitting=self.hearing.sitting,
            case=self.hearing.case.number if self.hearing.case else "",
            language=self.language,
            demonstration=self.hearing.demonstration,
            record=events,
            capture=capture,
            frozen=RecordPrefix(seq=frozen[0], head=frozen[1]),
            second_hashes=SecondHashes(log=capture.path),
            files=tuple(sorted(self._entries.values(), key=lambda entry: entry.path)),
            tracks=tuple(
                TrackEntry(
                    path=f"{RECORDINGS}/{track.file.name}", seat=track.seat, run=track.run, source=track.source,
                    channel=track.channel, first=track.first, last=track.last, rate=track.rate, width=track.width,
                    begin=track.begin_utc,
                )
                for track in finished.tracks
            ),
            listening=ListeningEntry(
                path=f"{RECORDINGS}/{listening.file.name}", seconds=round(listening.seconds, 3),
                video=listening.has_video,
            ) if listening else None,
            gaps=tuple(
                GapEntry(source=gap.source, begin=gap.begin, end=gap.end, reason=gap.reason) for gap in finished.gaps
            ),
            signatures=tuple(
                SignatureEntry(
                    path=f"{DOCUMENTS}/{made.document}", role=made.role, name=made.name, method=made.method, at=made.at
                )
                for made in self.hearing.signatures
            ),
        )  # fmt: skip


def _name(hearing: Hearing, timeline: Timeline) -> str:
    begun = hearing.course[0].begin if hearing.course else ""
    moment = clock.moment(begun) if begun else timeline.moment(0) if timeline.stretches else None
    case = files.safe_name(hearing.case.number) if hearing.case else "hearing"
    day = f"_{clock.local(moment):%Y-%m-%d}" if moment else ""
    return f"{case}{day}_{files.safe_name(hearing.sitting)}"


def _free_name(out: Path, wanted: str) -> str:
    """A name that is not taken: an earlier package may already be in somebody's hands and is never replaced."""
    found, number = wanted, 1
    while (out / found).exists() or (out / f"{found}.zip").exists():
        number += 1
        found = f"{wanted}-{number}"
    return found


def _document_kind(path: Path, named: Mapping[str, str]) -> Kind:
    if path.suffix.lower() in _SIGNATURES:
        return "signature"
    kind = named.get(path.name, "document")
    if kind in ("protocol", "short_protocol"):
        return "protocol"
    return "transcript" if kind == "transcript" else "document"


def _blocks(path: Path, size: int | None = None) -> Iterator[bytes]:
    """The file's bytes, or its first ``size``."""
    left = path.stat().st_size if size is None else size
    with open(path, "rb") as file:
        while left and (block := file.read(min(container.BLOCK, left))):
            left -= len(block)
            yield block


def _readme(hearing: Hearing, timeline: Timeline, finished: Finished, language: RecordLanguage) -> bytes:
    """A page for somebody who never heard of us; with a mark and line ends that old Windows editors understand."""
    template = (resources.folder("templates") / "package" / f"README-{language}.txt").read_text(encoding="utf-8")
    moment = clock.local(timeline.moment(0)) if timeline.stretches else None
    warning = textwrap.fill(subtitles.wording("demonstration", language), 98)
    text = Template(template).substitute(
        case=hearing.case.number if hearing.case else "–",
        court=(hearing.case.court.in_(language) if hearing.case else "") or "–",
        begun=f"{moment:%d.%m.%Y %H:%M}" if moment else "–",
        sitting=hearing.sitting,
        demonstration=f"\n{warning}\n" if hearing.demonstration else "",
        listening=finished.listening.file.name if finished.listening else "–",
    )
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
