"""The BagIt files (RFC 8493) of a package. All of them follow from the manifest and the files' hashes."""

from __future__ import annotations

from collections.abc import Mapping

from app.protocol.manifest import Manifest

PAYLOAD = "data/"
DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
PAYLOAD_MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
#: The files that only repeat what manifest.json says, and are not named in it.
DERIVED = (DECLARATION, INFO, PAYLOAD_MANIFEST, TAG_MANIFEST)


def declaration() -> bytes:
    """``bagit.txt``."""
    return b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def info(manifest: Manifest) -> bytes:
    """``bag-info.txt``: what an archive shows of the bag."""
    payload = [entry for entry in manifest.files if entry.path.startswith(PAYLOAD)]
    rows = {
        "Bag-Software-Agent": manifest.program,
        "Bagging-Date": manifest.created[:10],
        "External-Identifier": manifest.sitting,
        "External-Description": f"Court hearing, case {' '.join(manifest.case.split())}",
        "Payload-Oxum": f"{sum(entry.bytes for entry in payload)}.{len(payload)}",
    }
    return "".join(f"{label}: {value}\n" for label, value in rows.items()).encode()


def listing(hashes: Mapping[str, str]) -> bytes:
    """``manifest-sha256.txt`` or ``tagmanifest-sha256.txt`` of path -> SHA-256, sorted."""
    return "".join(f"{digest}  {_encoded(path)}\n" for path, digest in sorted(hashes.items())).encode()


def _encoded(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
