"""The window is killed while a real hearing is recorded: the recording goes on, a new window finds it again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.errors import Trouble
from app.hearing.model import Case, Course, Participant, Source, Track, Wording
from app.session import sittings
from app.session.engine import Engine
from app.ui import state
from app.ui.window import Window
from tests.ui.conftest import answer

WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from app.session.engine import Engine
from app.ui import application
from app.ui.window import Window

app = application.prepare("kk")
window = Window(lambda folder: Engine(folder, speech=False))
window.open_sitting(Path(sys.argv[1]))
window.show()

def go():
    if window.sitting is None:
        return
    status = window.sitting.status
    if status.recording and status.elapsed_s > 0.5:
        print("recording", flush=True)
    elif not window.sitting.engine.asked_once:
        window.sitting.engine.asked_once = True
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_F9)

Engine.asked_once = False
timer = QTimer(interval=50, timeout=go)
timer.start()
app.exec()
"""


@pytest.fixture
def sitting(tmp_path: Path) -> Iterator[Path]:
    """A sitting whose microphone is a long sound file; its recorder is stopped afterwards, whatever happened."""
    sound = tmp_path / "judge.wav"
    tone = 0.3 * np.sin(np.arange(16000 * 120) * 2 * np.pi * 300 / 16000)
    soundfile.write(sound, tone.astype(np.float32), 16000, subtype="PCM_16")
    folder = sittings.create(
        Case(number="7585-26-00-2/5", language="kk"),
        secretary=Wording.same("S"),
        participants=[Participant(id="judge", role="presiding_judge", name=Wording.same("J"), seat="judge")],
        sources=[Source(name="judge", kind="file", device=str(sound), tracks=(Track(channel=0, seat="judge"),))],
    )
    yield folder
    engine = Engine(folder, speech=False)
    try:
        if engine.hearing.now is not Course.STOPPED:
            engine.stop()
    except Trouble:
        pass
    finally:
        engine.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_window_is_found_again(qtbot: QtBot, sitting: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    first = subprocess.Popen([sys.executable, "-c", WINDOW, str(sitting)], stdout=subprocess.PIPE, text=True,
                             env=environment)  # fmt: skip
    assert first.stdout is not None
    with first:
        assert first.stdout.readline() == "recording\n"
        first.send_signal(signal.SIGKILL)
    killed = time.monotonic()

    window = Window(lambda folder: Engine(folder, speech=False))
    window.show_opening()
    window.show()
    assert window.opening is not None
    cards = window.opening.list
    qtbot.waitUntil(lambda: cards.count() == 1, timeout=10_000)
    assert "recording now" in cards.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    QTest.keyClick(cards, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.look() is state.RECORDING, timeout=10_000)
    assert window.sitting is not None
    page = window.sitting
    assert page.status.elapsed_s > 0.5
    away = time.monotonic() - killed
    qtbot.waitUntil(lambda: page.status.elapsed_s > 1.0 + away, timeout=10_000)
    assert page.top.elapsed.text() >= "00:00:01"

    answer(True)
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    QTest.keyClick(page.note, Qt.Key.Key_F9, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.hearing.now is Course.STOPPED, timeout=10_000)
    qtbot.waitUntil(lambda: window.look() is state.IDLE, timeout=10_000)
    window.close()
    assert not sittings.recent()[0].living


def test_closing_the_window_detaches_from_a_real_recording(qtbot: QtBot, sitting: Path) -> None:
    window = Window(lambda folder: Engine(folder, speech=False))
    window.open_sitting(sitting)
    window.show()
    qtbot.waitUntil(lambda: window.sitting is not None, timeout=10_000)
    assert window.sitting is not None
    window.sitting.start.button.click()
    qtbot.waitUntil(lambda: window.look() is state.RECORDING, timeout=15_000)
    answer(True)
    window.close()
    assert sittings.recent()[0].living
