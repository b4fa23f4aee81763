"""Whether a package holds exactly the files that its manifest names, byte by byte, and the bag that follows."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from app.i18n import _, _n
from app.protocol import bag
from app.protocol.container import BLOCK
from app.protocol.manifest import NAME, SIGNATURE, Manifest, decode
from app.protocol.verification.contents import Contents
from app.protocol.verification.report import Finding, Refused, broken, ok

_LARGEST_MANIFEST = 16 << 20
#: Reading and hashing of several files at once: the hash is counted without the interpreter.
_AT_ONCE = 2


@dataclass(frozen=True)
class _Sums:
    size: int
    sha256: str
    crc: int


def read_manifest(contents: Contents) -> Manifest:
    """The manifest; Refused if there is none or if it cannot be read."""
    if NAME not in contents.files:
        raise Refused(broken("manifest-missing", _("The list of files (manifest.json) is missing."), NAME))
    if contents.files[NAME] > _LARGEST_MANIFEST:
        raise Refused(broken("manifest-unreadable", _("The list of files (manifest.json) is too large."), NAME))
    try:
        with contents.open(NAME) as file:
            return decode(file.read())
    except (ValueError, OSError) as error:
        raise Refused(
            broken("manifest-unreadable", _("The list of files (manifest.json) was changed or is damaged."), NAME)
        ) from error


def check(contents: Contents, manifest: Manifest) -> Iterator[Finding]:
    """Every file present, equal, and nothing added; the bag's own files exactly as they must be."""
    named = {entry.path: entry for entry in manifest.files}
    if len(named) != len(manifest.files):
        yield broken("manifest-unreadable", _("The list of files names a file twice."), NAME)
    expected = {*named, *bag.DERIVED, NAME, SIGNATURE}
    for path in sorted(named.keys() - contents.files.keys()):
        yield broken("file-missing", _("The file {file} is missing.", file=path), path)
    for path in contents.files:
        if path not in expected:
            yield broken("file-added", _("The file {file} was added.", file=path), path)
    present = [path for path in contents.files if path in expected]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        sums = dict(zip(present, pool.map(lambda path: _sums(contents, path), present), strict=True))
    whole = 0
    for path, found in sums.items():
        claimed = contents.sums.get(path)
        if found is None:
            yield broken("file-unreadable", _("The file {file} cannot be read.", file=path), path)
        elif path in named and (found.size, found.sha256) != (named[path].bytes, named[path].sha256):
            yield broken("file-altered", _("The file {file} was changed.", file=path), path)
        elif claimed is not None and claimed != found.crc:
            yield broken("zip-altered", _("The zip's check sum of {file} was changed.", file=path), path)
        else:
            whole += path in named
    if whole == len(named):
        yield ok(
            "files-whole", _n("The file is present and unchanged.", "All {n} files are present and unchanged.", whole)
        )
    yield from _bag(contents, manifest, {path: found.sha256 for path, found in sums.items() if found})


def _sums(contents: Contents, path: str) -> _Sums | None:
    digest, crc, size = hashlib.sha256(), 0, 0
    try:
        with contents.open(path) as file:
            while block := file.read(BLOCK):
                digest.update(block)
                crc = zlib.crc32(block, crc) if path in contents.sums else 0
                size += len(block)
    except (OSError, Refused):
        return None
    return _Sums(size, digest.hexdigest(), crc) if size == contents.files[path] else None


def _bag(contents: Contents, manifest: Manifest, found: dict[str, str]) -> Iterator[Finding]:
    payload = {entry.path: entry.sha256 for entry in manifest.files if entry.path.startswith(bag.PAYLOAD)}
    wanted = {
        bag.DECLARATION: bag.declaration(),
        bag.INFO: bag.info(manifest),
        bag.PAYLOAD_MANIFEST: bag.listing(payload),
    }
    tags = {entry.path: entry.sha256 for entry in manifest.files if not entry.path.startswith(bag.PAYLOAD)}
    tags |= {path: hashlib.sha256(content).hexdigest() for path, content in wanted.items()}
    tags |= {path: found[path] for path in (NAME, SIGNATURE) if path in found}
    wanted[bag.TAG_MANIFEST] = bag.listing(tags)
    whole = True
    for path, content in wanted.items():
        if path not in contents.files:
            whole = False
            yield broken("file-missing", _("The file {file} is missing.", file=path), path)
        elif found.get(path) != hashlib.sha256(content).hexdigest():
            whole = False
            yield broken("file-altered", _("The file {file} was changed.", file=path), path)
    if whole:
        yield ok("bag-whole", _("The package is a valid bag (BagIt, RFC 8493)."))
