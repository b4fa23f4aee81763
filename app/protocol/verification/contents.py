"""What a package holds, seen without believing it: files by name, and the names and kinds that are refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

from app.i18n import _
from app.protocol.verification import names
from app.protocol.verification.report import Finding, Refused, broken, printable

MOST_FILES = 20_000


class Contents(Protocol):
    """Files by their path in the package, with their size in bytes."""

    files: Mapping[str, int]
    findings: list[Finding]
    #: CRC-32 that the container claims, where it does
    sums: Mapping[str, int]

    def open(self, path: str) -> BinaryIO:
        """The file's bytes, seekable; OSError or Refused if it cannot be read."""
        ...

    def local(self, path: str) -> Path:
        """A real file with these bytes, for readers that need one; never written to by us."""
        ...


def allow(name: str) -> None:
    """Refuse a name that is more than a plain path."""
    reason = names.fault(name)
    if reason is not None:
        raise Refused(
            broken(
                "name-refused", _("A file's name is refused: {reason} ({name}).", reason=reason, name=printable(name))
            )
        )


def refuse_alike(found: Mapping[str, object]) -> None:
    """Refuse names that could be taken for each other."""
    for first, second in names.alike(found):
        raise Refused(
            broken(
                "names-alike",
                _("Two files have names that look the same: {first} and {second}.", first=first, second=second),
                second,
            )
        )


def link(name: str) -> Refused:
    """For anything that is not a plain file or folder."""
    return Refused(broken("link-refused", _("The package holds a link or a special file."), name))


def too_many() -> Refused:
    """For more files than could be listed."""
    return Refused(broken("too-many-files", _("There are more files than any package holds.")))
