"""The first screen: a hearing is created by keyboard, the list shows what there is, mistakes are said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app import paths, settings
from app.hearing import record
from app.hearing.model import Case, Source, Track, Wording
from app.session import sittings
from app.ui import application
from app.ui.form import HearingForm
from app.ui.opening import OpeningPage
from app.ui.person import Inlet
from app.ui.window import Window
from tests.ui.standin import StandIn

KEY = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    found = Window(lambda folder: StandIn(record.load(folder)[0], folder))
    found.show_opening()
    found.show()
    found.activateWindow()
    qtbot.waitUntil(found.isActiveWindow)
    yield found
    found.close_quietly()
    found.deleteLater()


def opening(window: Window) -> OpeningPage:
    assert window.opening is not None
    return window.opening


def fill_in(form: HearingForm, sound: Path) -> None:
    QTest.keyClicks(form.number, "7585-26-00-2/7")
    QTest.keyClicks(form.name, "debt")
    QTest.keyClicks(form.secretary, "S. Khatshy")
    for row in form.rows:
        row.choose(Inlet("file", str(sound), 0, "sound"))


def test_a_hearing_is_created_and_opened(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    form = opening(window).form
    fill_in(form, tmp_path / "a.wav")
    form.rows[1].choose(Inlet("file", str(tmp_path / "b.wav"), 0, "other"))
    form.rows[2].choose(Inlet("file", str(tmp_path / "b.wav"), 1, "its second channel"))
    QTest.keyClick(form.number, KEY.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.sitting is not None)
    assert window.sitting is not None
    hearing = window.sitting.hearing
    assert hearing.case is not None
    assert hearing.case.number == "7585-26-00-2/7"
    assert [p.role for p in hearing.participants.values()].count("claimant") == 1
    tracks = {(s.device, t.channel): t.seat for s in hearing.sources for t in s.tracks}
    assert tracks == {
        (str(tmp_path / "a.wav"), 0): "presiding_judge",
        (str(tmp_path / "b.wav"), 0): "claimant",
        (str(tmp_path / "b.wav"), 1): "respondent",
    }
    assert settings.load().secretary == "S. Khatshy", "remembered for the next hearing"


def test_what_is_missing_is_said_and_the_cursor_put_there(window: Window, tmp_path: Path) -> None:
    form = opening(window).form
    form.submit()
    assert form._said.text() == "The case number is missing."
    assert form.number.hasFocus()
    fill_in(form, tmp_path / "a.wav")
    form.secretary.clear()
    form.submit()
    assert "secretary's name is missing" in form._said.text()
    form.secretary.setText("S")
    for row in form.rows:
        row.inlets.setCurrentIndex(0)
    form.submit()
    assert "No participant has a microphone" in form._said.text()


def test_participants_come_and_go_by_keyboard(window: Window) -> None:
    form = opening(window).form
    form.number.setFocus()
    QTest.keyClick(form.number, KEY.Key_Insert)
    assert [row.role.currentData() for row in form.rows][-1] == "witness"
    assert form.rows[-1].name.hasFocus()
    form.rows[-1].remove.setFocus()
    QTest.keyClick(form.rows[-1].remove, KEY.Key_Space)
    assert len(form.rows) == 3


def test_the_list_shows_hearings_and_enter_opens_one(qtbot: QtBot, window: Window) -> None:
    source = Source(name="m", kind="file", device="x.wav", tracks=(Track(channel=0, seat="judge"),))
    for number in ("1", "../../2 “quoted”"):
        sittings.create(Case(number=number, name=Wording.same("about")), secretary=Wording.same("S"), sources=(source,))
    page = opening(window)
    page.refresh()
    qtbot.waitUntil(lambda: page.list.count() == 2)
    said = [page.list.item(n).data(Qt.ItemDataRole.AccessibleTextRole) for n in range(2)]
    assert any("../../2 “quoted”" in text and "not yet recorded" in text for text in said)
    page.list.setFocus()
    QTest.keyClick(page.list, KEY.Key_Return)
    qtbot.waitUntil(lambda: window.sitting is not None)


def test_language_and_appearance_are_remembered(qtbot: QtBot, window: Window) -> None:
    window.choose_language("kk")
    window.choose_theme("dark")
    qtbot.waitUntil(lambda: settings.load().theme == "dark" and settings.load().language == "kk")


def test_broken_settings_are_said_and_the_window_opens_all_the_same(window: Window) -> None:
    file = paths.config() / "settings.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"language": "xx"')
    chosen, trouble = application.chosen()
    assert chosen == settings.Settings()
    assert trouble is not None
    window.show_trouble(trouble)
    assert "settings.json has a mistake" in window.band.sentences()
    assert "Correct the file or delete it" in window.band.sentences()
