"""The demonstration hearing held in the window: its script is conducted beside the user, on a thread of its own."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app import paths
from app.errors import Trouble
from app.session import demonstration
from app.session.engine import Engine


def open_rehearsal() -> Engine:
    """A new sitting of the demonstration, its sound files as microphones."""
    play = demonstration.script()
    folder: Path = demonstration.open_sitting(play, demonstration.file_sources(play), paths.data(), None)
    return Engine(folder)


class Rehearsal(QObject):
    """Conducts until the script ends, or until :meth:`leave`; the recording then goes on like any other."""

    trouble_arose = Signal(object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._conduct, name="rehearsal", daemon=True)
        self._thread.start()

    def _conduct(self) -> None:
        try:
            demonstration.conduct(self._engine, demonstration.script(), cancelled=self._left.is_set)
        except Trouble as trouble:
            if not self._left.is_set():
                self.trouble_arose.emit(trouble)

    def leave(self) -> None:
        """Conduct no further."""
        self._left.set()
        self._thread.join()
