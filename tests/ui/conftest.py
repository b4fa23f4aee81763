"""A dressed application, private folders, and windows that are closed without a question."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.ui import application, language, theme
from app.ui.window import Window
from tests.ui.standin import StandIn


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    """Folders of this test alone, English, light."""
    for name in ("DATA", "CONFIG", "RUNTIME", "LOGS"):
        monkeypatch.setenv(f"KHATSHY_{name}", str(tmp_path / name.lower()))
    application.prepare("en")
    language.switch("en")
    theme.use(theme.LIGHT)


Opener = Callable[[StandIn], Window]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Opener]:
    """Open the window on a stand-in."""
    opened: list[Window] = []

    def open_(engine: StandIn) -> Window:
        window = Window(lambda _folder: engine)
        opened.append(window)
        window.show_engine(engine)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield open_
    for window in opened:
        window.close_quietly()
        window.deleteLater()


def answer(agree: bool) -> list[str]:
    """Answer the next question (a modal dialog) by keyboard; returns its words as soon as it was asked."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    asked: list[str] = []

    deadline = time.monotonic() + 3

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog):
            if time.monotonic() < deadline:
                QTimer.singleShot(20, look)
            return
        asked.append(dialog.windowTitle())
        if agree:
            QTest.keyClick(dialog, Qt.Key.Key_Backtab)
            focus = dialog.focusWidget()
            assert focus is not None
            QTest.keyClick(focus, Qt.Key.Key_Space)
        else:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)

    QTimer.singleShot(20, look)
    return asked
