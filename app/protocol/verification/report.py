"""What a verification found, in sentences and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from app.i18n import Message, _, _n

Outcome = Literal["ok", "broken", "unchecked"]
_MARKS = {"ok": "+", "broken": "!", "unchecked": "?"}


@dataclass(frozen=True)
class Finding:
    """One sentence: proved (``ok``), wrong (``broken``) or neither (``unchecked``); ``code`` for programs."""

    kind: Outcome
    code: str
    message: Message
    file: str = ""

    def __str__(self) -> str:
        return f"{_MARKS[self.kind]} {printable(str(self.message))}"

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "code": self.code, "message": str(self.message), "file": printable(self.file)
        }  # fmt: skip


def ok(code: str, message: Message, file: str = "") -> Finding:
    return Finding("ok", code, message, file)


def broken(code: str, message: Message, file: str = "") -> Finding:
    return Finding("broken", code, message, file)


def unchecked(code: str, message: Message, file: str = "") -> Finding:
    return Finding("unchecked", code, message, file)


class Refused(Exception):
    """The package cannot be read any further; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def printable(text: str) -> str:
    """Text from a package that does nothing to a terminal or a log: no control or direction characters."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)[:300]


@dataclass(frozen=True)
class Report:
    """The whole answer about one package."""

    path: str
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.kind == "broken")

    @property
    def unchecked(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.kind == "unchecked")

    @property
    def verified(self) -> bool:
        """Whether everything that was promised was checked and is whole."""
        return bool(self.findings) and not self.broken and not self.unchecked

    @property
    def exit_status(self) -> int:
        """0 whole, 1 broken, 3 whole as far as it could be checked."""
        if self.broken or not self.findings:
            return 1
        return 3 if self.unchecked else 0

    def conclusion(self) -> Message:
        """The one sentence that matters."""
        if self.broken:
            return _n("NOT WHOLE: {n} thing is wrong.", "NOT WHOLE: {n} things are wrong.", len(self.broken))
        if self.unchecked:
            return _("Whole as far as it could be checked, but not everything could be checked.")
        return _("Whole: everything that the package promises was checked.")

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "verified": self.verified,
            "exit_status": self.exit_status,
            "conclusion": str(self.conclusion()),
            "findings": [finding.to_json() for finding in self.findings],
        }


def sorted_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Broken first, then unchecked, then proved; otherwise as they were found."""
    order = {"broken": 0, "unchecked": 1, "ok": 2}
    return tuple(sorted(findings, key=lambda finding: order[finding.kind]))
