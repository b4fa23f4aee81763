"""Passwords of network cameras: kept in a private file of this PC, never in the record, which others will read."""

from __future__ import annotations

import json
from urllib.parse import urlsplit, urlunsplit

from app import files, paths
from app.hearing.model import Source


def without_password(source: Source) -> Source:
    """The source as it may stand in the record; a password in its address is remembered here."""
    parts = urlsplit(source.device) if source.kind == "stream" else None
    if parts is None or "@" not in parts.netloc:
        return source
    plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    paths.config().mkdir(parents=True, exist_ok=True)
    known = _known() | {plain: source.device}
    files.replace(paths.config() / _NAME, json.dumps(known).encode(), private=True)
    return source.model_copy(update={"device": plain})


def with_password(device: str) -> str:
    """The address with which the camera is really opened."""
    return _known().get(device, device)


_NAME = "cameras.json"


def _known() -> dict[str, str]:
    try:
        found = json.loads((paths.config() / _NAME).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
