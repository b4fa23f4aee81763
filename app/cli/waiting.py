"""Waiting for an engine's long work on the command line."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import Any

from app.cli import console
from app.cli.console import Steps
from app.errors import Trouble
from app.hearing.model import RecordLanguage
from app.i18n import _
from app.session.changes import Change, TaskEnded, TaskProgressed, TroubleArose
from app.session.engine import Engine


def record_language(text: str) -> RecordLanguage:
    """``kk`` or ``ru``; Trouble for anything else."""
    match text:
        case "kk" | "ru":
            return text
        case _:
            raise Trouble(
                "language-unknown",
                _("A protocol is written in Kazakh (kk) or Russian (ru), not in “{language}”.", language=text),
            )


def finish_export(engine: Engine, show: Steps, *, language: RecordLanguage, **keys: Any) -> dict[str, Any]:
    """Export and wait; returns the result or raises its Trouble. Ctrl-C cancels and leaves nothing half-written."""
    heard: queue.Queue[Change] = queue.Queue()
    end = engine.subscribe(heard.put)
    try:
        task = engine.export(language, **keys)
        try:
            while True:
                change = heard.get()
                if isinstance(change, TroubleArose):
                    for sentence in change.trouble.sentences():
                        console.say(sentence)
                if isinstance(change, TaskProgressed) and change.task == task:
                    show(change.done, change.message)
                if isinstance(change, TaskEnded) and change.task == task:
                    if change.trouble:
                        raise change.trouble
                    return change.result or {}
        except KeyboardInterrupt:
            engine.cancel(task)
            raise
    finally:
        end()


def existing(path: Path) -> Path:
    """The path, if there is something; Trouble ``path-missing`` otherwise."""
    if not path.exists():
        raise Trouble("path-missing", _("There is no file or folder {path}.", path=str(path)))
    return path
