"""``khatshy doctor``: is this PC fit for a hearing? Each check is a sentence with a way out."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import typer

from app import __version__, clock, paths, settings
from app.capture.listing import devices
from app.cli import console
from app.errors import Trouble
from app.i18n import Message, _
from app.transcribe import models

ENOUGH_GB = 20.0


@dataclass(frozen=True)
class Finding:
    """``state`` is good, warning or failed."""

    check: str
    state: str
    message: Message


def run(*, json: bool) -> None:
    """Exit status 1 if a hearing could not be recorded here."""
    findings: list[Finding] = []
    for check in (_program, _folders, _microphones, _models, _clock, _keys):
        try:
            findings += check()
        except Trouble as trouble:
            findings.append(Finding(check.__name__.strip("_"), "failed", trouble.happened))
    if json:
        console.give({"findings": [{"check": f.check, "state": f.state, "message": str(f.message)} for f in findings]})
    else:
        shapes = {"good": "✓", "warning": "!", "failed": "✗"}
        colours = {"good": "green", "warning": "yellow", "failed": "bold red"}
        for finding in findings:
            console.output.print(
                f"{shapes[finding.state]} {finding.message}", style=colours[finding.state], markup=False
            )
    if any(finding.state == "failed" for finding in findings):
        raise typer.Exit(1)


def _program() -> Iterator[Finding]:
    version = sys.version.split()[0]
    yield Finding("program", "good", _("Khatshy {version} on Python {python}.", version=__version__, python=version))
    for package in ("PySide6", "sounddevice", "soundfile", "cv2", "av", "vosk", "reportlab", "pyhanko"):
        if importlib.util.find_spec(package) is None:
            yield Finding("program", "failed", _("The package {name} is missing: install Khatshy again.", name=package))


def _folders() -> Iterator[Finding]:
    chosen = settings.load()
    for path in filter(None, (paths.data(), chosen.second_folder)):
        yield _folder(path)
    if chosen.second_folder is None:
        yield Finding("folders", "warning", _("No second folder is set: a broken disk would lose the recording."))


def _folder(path: Path) -> Finding:
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as trial:
            trial.write(b"\0" * 4096)
    except OSError as error:
        return Finding(
            "folders", "failed", _("{path} cannot be written: {reason}.", path=str(path), reason=error.strerror or "")
        )
    free = shutil.disk_usage(path).free / 1e9
    state = "good" if free > ENOUGH_GB else "warning"
    return Finding("folders", state, _("{path}: {free} GB free.", path=str(path), free=round(free)))


def _microphones() -> Iterator[Finding]:
    found = devices()
    if not found.microphones:
        yield Finding("microphones", "warning", _("No microphone was found: connect one, then run this again."))
    for microphone in found.microphones:
        yield Finding("microphones", "good", _("Microphone: {name}.", name=microphone.name))


def _models() -> Iterator[Finding]:
    for language, name in (("kk", _("Kazakh")), ("ru", _("Russian"))):
        found = models.find(language)
        if found is None:
            yield Finding(
                "models",
                "warning",
                _(
                    "No {language} speech model is installed: hearings are recorded without text. "
                    "Put a Vosk model into {path}.",
                    language=name,
                    path=str(paths.models()),
                ),
            )
        else:
            yield Finding("models", "good", _("{language} speech model: {name}.", language=name, name=found.name))


def _clock() -> Iterator[Finding]:
    offset = clock.SystemClock().utc().astimezone().utcoffset() or timedelta()
    if offset != clock.KAZAKHSTAN:
        yield Finding(
            "clock",
            "warning",
            _(
                "The PC's time zone is UTC{offset:+g}; courts of Kazakhstan live by UTC+5. Protocols use UTC+5.",
                offset=offset.total_seconds() / 3600,
            ),
        )
    else:
        yield Finding("clock", "good", _("The time zone is UTC+5."))


def _keys() -> Iterator[Finding]:
    chosen = settings.load()
    for path in filter(None, (chosen.secretary_key, chosen.judge_key)):
        state = "good" if path.is_file() else "warning"
        happened = (
            _("Signing key: {path}.", path=str(path)) if path.is_file() else _("{path} is missing.", path=str(path))
        )
        yield Finding("keys", state, happened)
