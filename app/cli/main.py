"""``khatshy``: without a command it opens the window; every command says what it did, in the user's language."""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import RotatingFileHandler

import typer
from rich.console import Console

from app import __version__, i18n, paths, settings
from app.errors import Trouble
from app.i18n import _

errors = Console(stderr=True, highlight=False, soft_wrap=True)


def run() -> int:
    """Run a command; the exit status is 0 only if it did what it was asked to."""
    _choose_language()
    _log_to_file()
    # imported after the language is chosen, because help texts are made while the commands are declared
    from app.cli import commands

    try:
        code = commands.application()(standalone_mode=False)
    except Trouble as trouble:
        tell(trouble)
        return 1
    except typer.Exit as leaving:
        return leaving.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except Exception as error:
        return _mistake(error)
    return int(code or 0)


def tell(trouble: Trouble) -> None:
    """Say what happened, what is safe and what to do, on the error stream."""
    for number, sentence in enumerate(trouble.sentences()):
        errors.print(str(sentence), style="bold red" if number == 0 else None, markup=False)


def _mistake(error: Exception) -> int:
    shown = getattr(error, "show", None)
    if callable(shown):  # a wrong option or argument: the parser's own sentence
        shown()
        return int(getattr(error, "exit_code", 2))
    logging.getLogger(__name__).exception("command")
    tell(
        Trouble(
            "bug",
            _("A mistake in the program stopped this command: {kind}.", kind=type(error).__name__),
            safe=_("What was recorded is safe."),
            remedy=_("Details are in {path}.", path=str(paths.logs() / "khatshy.log")),
        )
    )
    return 70


def _choose_language() -> None:
    wanted = os.environ.get("KHATSHY_LANGUAGE", "")
    if wanted in i18n.LANGUAGES:
        i18n.use_language(wanted)
        return
    try:
        i18n.use_language(settings.load().language)
    except Trouble as trouble:
        tell(trouble)


def _log_to_file() -> None:
    """Bugs go to a file, at most 5 × 1 MB; a log that cannot be written is no reason not to work."""
    logging.captureWarnings(True)
    try:
        paths.logs().mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(paths.logs() / "khatshy.log", maxBytes=1 << 20, backupCount=4, encoding="utf-8")
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger(__name__).info("khatshy %s, Python %s, %s", __version__, sys.version.split()[0], sys.platform)
