"""Files that survive: replaced whole or not at all, fsynced before anybody is told, named safely."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from pathlib import Path

from app.errors import Trouble
from app.i18n import _

_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable (a no-op on Windows, which has no such call)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> Path:
    """Create the folder and its parents durably; Trouble ``folder-refused`` where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)
    except OSError as error:
        raise Trouble(
            "folder-refused",
            _("The folder {path} cannot be created: {reason}.", path=str(folder), reason=error.strerror or str(error)),
            remedy=_("Choose another folder or ask IT for the right to write there."),
        ) from error
    return folder


def replace(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write ``content`` to ``path`` so that a crash leaves either the old file or the new one, never half of it.

    ``private``: readable by this user alone.
    """
    half = path.with_name(path.name + ".part")
    half.unlink(missing_ok=True)
    with open(half, "wb", opener=_private if private else None) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, path)
    sync_folder(path.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes as lower-case hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def safe_name(text: str, longest: int = 60) -> str:
    """A file name made of any text: slashes, quotes, dots in front and names that Windows reserves are defused.

    Letters of every alphabet stay. Different texts may meet in one name, so callers add an id of their own.
    """
    plain = unicodedata.normalize("NFC", text)
    plain = re.sub(r"[^\w.\-]+", "_", plain, flags=re.UNICODE).strip("._-")
    while len(plain.encode()) > longest * 2 or len(plain) > longest:
        plain = plain[:-1]
    plain = plain.rstrip("._- ")
    if not plain or plain.split(".")[0].lower() in _RESERVED:
        plain = f"_{plain}"
    return plain
