"""What the window promises the house: thin, light, readable, spoken aloud, in three complete languages."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.i18n import LANGUAGES, Language
from app.ui import language, theme
from app.ui.opening import OpeningPage
from app.ui.theme import contrast
from app.ui.window import Window
from app.ui.words import Words
from tests.ui.conftest import Opener
from tests.ui.standin import opened, under_way
from tools import translations

HEAVY = ("cv2", "av", "vosk", "reportlab", "pyhanko")


def test_the_process_of_a_window_at_work_loads_no_heavy_workers() -> None:
    code = (
        "import sys; from app.ui import application, main; from app.ui.window import Window; "
        "from tests.ui.standin import under_way; app = application.prepare('kk'); engine = under_way(30); "
        "window = Window(lambda folder: engine); window.show_opening(); window.show_engine(engine); window.show(); "
        "window.grab(); window.close_quietly(); "
        f"print('heavy:', *[name for name in {HEAVY} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["heavy:"]


def test_calls_into_qt_do_not_eat_none() -> None:
    """PySide6 6.12 loses a reference of None at each void call on Python 3.11, until the process aborts."""
    thing = QObject()
    before = sys.getrefcount(None)
    for number in range(1000):
        thing.setObjectName(str(number))
    assert abs(sys.getrefcount(None) - before) < 100


@pytest.mark.parametrize("tokens", theme.THEMES.values(), ids=lambda tokens: tokens.name)
def test_text_is_readable(tokens: theme.Theme) -> None:
    grounds = ("panel", "ground", "selection", "frozen", "slip")
    for ground in grounds:
        assert contrast(tokens.ink, getattr(tokens, ground)) >= 7
    for ink, ground in product(("soft", "warning", "good", "accent", "alarm"), ("panel", "ground")):
        assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5, (ink, ground)
    assert contrast(tokens.soft, tokens.selection) >= 4.5
    assert contrast(tokens.warning, tokens.slip) >= 4.5
    assert contrast(tokens.on_colour, tokens.recording) >= 4.5
    assert contrast(tokens.panel, tokens.accent) >= 4.5
    for colour in tokens.speakers:
        assert contrast(colour, tokens.panel) >= 3


def test_catalogues_are_complete_and_compiled() -> None:
    assert translations.check() == []


def _words(root: QWidget) -> set[str]:
    """Every text that can be seen or heard under ``root``."""
    found: set[str] = set()
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisibleTo(root):
            continue
        found.add(widget.accessibleName())
        if isinstance(widget, QLabel | QAbstractButton | Words):
            found.add(widget.text())
        if isinstance(widget, QLineEdit):
            found.add(widget.placeholderText())
    return {text for text in found if text}


def _sentences(tongue: Language) -> dict[str, str]:
    """Sentences of a catalogue without fields: translation -> English."""
    catalogue = translations.existing(tongue)
    return {str(m.string): str(m.id) for m in catalogue if isinstance(m.id, str) and m.id and "{" not in m.id}


@pytest.mark.parametrize("place", ["opening", "before", "during", "after"])
def test_the_language_is_switched_live_in_every_visible_text(qtbot: QtBot, show: Opener, place: str) -> None:
    engine = opened() if place == "before" else under_way(40)
    if place == "after":
        engine.stop()
    window = show(engine)
    if place == "opening":
        window.show_opening()
    kk, ru = _sentences("kk"), _sentences("ru")
    english = _words(window)
    window.choose_language("kk")
    kazakh = _words(window)
    window.choose_language("ru")
    russian = _words(window)
    window.choose_language("en")
    assert len(kazakh & set(kk)) >= 8
    assert len(russian & set(ru)) >= 8
    stale = {text for text in russian if text in kk and text not in ru}
    assert not stale, "Kazakh words left in the Russian window"
    stale = {text for text in kazakh if text in ru and text not in kk}
    assert not stale, "Russian words left in the Kazakh window"
    untranslated = (russian | kazakh) & (set(kk.values()) - set(kk) - set(ru))
    assert not untranslated, "English words left in the window"
    assert _words(window) == english


def test_qt_s_own_buttons_follow_the_language(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QDialogButtonBox

    said = []
    for tongue in LANGUAGES:
        language.switch(tongue)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        qtbot.addWidget(box)
        said.append(box.button(QDialogButtonBox.StandardButton.Cancel).text().replace("&", ""))
    assert len(set(said)) == 3, said


@pytest.mark.parametrize("place", ["opening", "before", "during", "after"])
def test_every_control_has_a_name(show: Opener, place: str) -> None:
    engine = opened() if place == "before" else under_way(40)
    if place == "after":
        engine.stop()
    window = show(engine)
    if place == "opening":
        window.show_opening()
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in window.findChildren(QWidget)
        if widget.isVisibleTo(window) and widget.focusPolicy().value & 1 and not _name(widget)
    ]
    assert nameless == []


def _name(widget: QWidget) -> str:
    if widget.objectName().startswith("qt_") or widget.focusProxy() is not None:
        return widget.objectName() or "proxy"
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or text


def test_the_window_owns_nothing(show: Opener) -> None:
    """A page that is left forgets its sitting: nothing is drawn or kept of it."""
    engine = under_way(20)
    window = show(engine)
    window._leaving = True
    window.leave_sitting()
    assert engine.closed
    assert isinstance(window._stack.currentWidget(), OpeningPage)
    assert isinstance(window, Window)
    assert window.sitting is None
