"""Reading a package that is a folder; links and special files are refused: they could show something else tomorrow."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from app.protocol.verification.contents import MOST_FILES, allow, link, refuse_alike, too_many
from app.protocol.verification.report import Finding


class FolderContents:
    """A package as folder."""

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
                        allow(name)
                        waiting.append(name)
                    elif stat.S_ISREG(info.st_mode):
                        allow(name)
                        found[name] = info.st_size
                    else:
                        raise link(name)
                    if len(found) + len(waiting) > MOST_FILES:
                        raise too_many()
        self.files: Mapping[str, int] = dict(sorted(found.items()))
        refuse_alike(self.files)

    def open(self, path: str) -> BinaryIO:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(self.root / path, flags), "rb")

    def local(self, path: str) -> Path:
        return self.root / path
