"""Opening whatever was given as a package, with a private folder that lives as long as the reading."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType

from app.i18n import _
from app.protocol.verification.contents import Contents
from app.protocol.verification.folder import FolderContents
from app.protocol.verification.report import Refused, broken
from app.protocol.verification.zipped import ZipContents


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
