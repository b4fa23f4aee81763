"""Opening the window: on the list of hearings, on a folder, or on an engine that somebody else conducts."""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer

from app.errors import Trouble
from app.i18n import LANGUAGES, Language, _, current_language
from app.session.engine import Engine
from app.ui import application
from app.ui.port import EnginePort
from app.ui.window import OpenEngine, Window

_log = logging.getLogger(__name__)


def main(arguments: list[str]) -> int:
    """Open the window; the first argument may be a sitting's folder. Returns the exit status."""
    return show(Engine, Path(arguments[0]) if arguments else None)


def show(open_engine: OpenEngine, folder: Path | None = None) -> int:
    """The window with engines made by ``open_engine``, until it is closed."""
    chosen, trouble = application.chosen()
    app = application.prepare(_language(chosen.language), chosen.theme)
    window = Window(open_engine)
    _catch_mistakes(window)
    window.show_opening()
    if folder is not None:
        window.open_sitting(folder)
    if trouble is not None:
        window.show_trouble(trouble)
    window.show()
    return app.exec()


def _language(chosen: Language) -> Language:
    """KHATSHY_LANGUAGE speaks louder than the settings, as it does on the command line."""
    return current_language() if os.environ.get("KHATSHY_LANGUAGE") in LANGUAGES else chosen


def watch(engine: EnginePort, done: threading.Event) -> None:
    """Show an engine that another thread conducts; closes by itself when ``done`` is set (or before, by the user)."""
    app = application.prepare(current_language(), application.chosen()[0].theme)
    window = Window(Engine)
    _catch_mistakes(window)
    window.show_engine(engine, owner=False)
    window.show()
    timer = QTimer()
    timer.setInterval(200)
    timer.timeout.connect(lambda: window.close_quietly() if done.is_set() else None)
    timer.start()
    app.exec()
    timer.stop()


def _catch_mistakes(window: Window) -> None:
    """A mistake in the window is logged and said in one sentence; the window goes on."""

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close_quietly()
            return
        _log.error("window", exc_info=(kind, error, trace))
        window.show_trouble(
            Trouble(
                "bug",
                _("Something unexpected went wrong in the program."),
                safe=_("A running recording goes on: it does not depend on this window."),
                remedy=_("Try again; if it happens again, tell IT and name the time."),
            )
        )

    sys.excepthook = caught
