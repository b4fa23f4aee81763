"""``khatshy verify``: everything in a package checked offline, in sentences."""

from __future__ import annotations

from pathlib import Path

import typer

from app.cli import console
from app.cli.waiting import existing
from app.protocol import trust, verify


def run(package: Path, *, trusted: Path | None, json: bool) -> None:
    """Exit status 0: whole and signed; 1: something is wrong; 3: whole, but signatures could not be checked."""
    if trusted:
        trust.authorities(existing(trusted))
    report = verify.verify(existing(package), trusted)
    if json:
        console.give(report.to_json())
    else:
        for finding in report.findings:
            console.output.print(str(finding), markup=False)
        console.output.print(str(report.conclusion()), markup=False)
    raise typer.Exit(report.exit_status)
