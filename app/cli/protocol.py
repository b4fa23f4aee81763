"""``khatshy protocol``: protocol, transcript, signatures and package of a sitting that was recorded."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Any

import typer

from app.cli import console
from app.cli.waiting import existing, finish_export, record_language
from app.errors import Trouble
from app.i18n import Message, _
from app.protocol import trust
from app.session.engine import GOING_ON, Engine


def run(
    sitting: Path,
    *,
    language: str,
    secretary_key: Path | None,
    judge_key: Path | None,
    trusted: Path | None,
    end: bool,
    json: bool,
) -> None:
    """Make and pack; without keys the documents stay unsigned and are said to be so."""
    existing(sitting)
    if trusted:
        trust.authorities(existing(trusted))
    engine = Engine(sitting.resolve(), speech=False)
    try:
        if engine.read_only:
            raise Trouble(
                "log-busy",
                _("This hearing is open in another window."),
                remedy=_("Make the protocol there, or close that window."),
            )
        if end and engine.hearing.now in GOING_ON:
            engine.stop()
        case = engine.hearing.case
        tongue = record_language(language or (case.language if case else "ru"))
        with console.progress(_("Protocol, signatures, package")) as show:
            made = finish_export(
                engine,
                show,
                language=tongue,
                secretary_key=secretary_key,
                secretary_password=_password("SECRETARY", secretary_key),
                judge_key=judge_key,
                judge_password=_password("JUDGE", judge_key),
                trusted=trusted,
            )
    finally:
        engine.close()
    if json:
        console.give(made)
    else:
        tell(made)
    if made["exit_status"] == 1:
        raise typer.Exit(1)


def tell(made: dict[str, Any]) -> None:
    """Where everything is, and the verification's conclusion with whatever is not in order."""
    rows = (
        (_("Protocol"), made["protocol_pdf"]),
        (_("Transcript"), made["transcript"]),
        (_("Recordings"), Path(made["recordings"][0]).parent),
        (_("Package"), made["package"]),
        (_("Package, zip"), made["zip"]),
        (_("Verification"), Message.from_json(made["status"])),
    )
    for name, value in rows:
        console.row(name, value)
    for finding in made["findings"]:
        if finding["kind"] != "ok":
            console.say(Message.from_json(finding["message"]))


def _password(role: str, key: Path | None) -> str:
    """From KHATSHY_<ROLE>_PASSWORD or typed unseen; never from an argument, which other users could read."""
    if key is None:
        return ""
    existing(key)
    known = os.environ.get(f"KHATSHY_{role}_PASSWORD")
    if known is not None:
        return known
    if not sys.stdin.isatty():
        raise Trouble(
            "password-missing",
            _("The password of {path} is missing.", path=str(key)),
            remedy=_("Set KHATSHY_{role}_PASSWORD or run the command in a terminal.", role=role),
        )
    return getpass.getpass(str(_("Password of {path}: ", path=key.name)))
