"""A hearing under way, by keyboard alone: what is said appears, what is done happens, what is refused is not lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.errors import Trouble
from app.hearing.model import Course
from app.i18n import _
from app.ui import state
from app.ui.sitting import SittingPage
from app.ui.window import Window
from tests.ui.conftest import Opener, answer
from tests.ui.standin import StandIn, opened, under_way

KEY = Qt.Key


def page(window: Window) -> SittingPage:
    assert window.sitting is not None
    return window.sitting


def texts(window: Window) -> list[str]:
    turns = page(window).turns
    return [turns.spoken(turns.row(number)) for number in range(turns.rowCount())]


def press(window: Window, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    window.activateWindow()  # no window manager gives the activity back after a dialog
    QTest.qWaitForWindowActive(window)
    QTest.keyClick(window.focusWidget() or window, key, modifier)


def until(qtbot: QtBot, engine: StandIn, asked: str) -> None:
    qtbot.waitUntil(lambda: asked in engine.asked, timeout=3000)


def test_one_key_starts_the_recording(qtbot: QtBot, show: Opener) -> None:
    engine = opened()
    window = show(engine)
    assert page(window).start.isVisible()
    press(window, KEY.Key_F9)
    until(qtbot, engine, "start")
    engine.pulse()
    qtbot.waitUntil(lambda: window.look() is state.RECORDING)
    assert page(window).note.hasFocus()
    assert not page(window).start.isVisible()


def test_a_second_start_does_nothing(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    press(window, KEY.Key_F9)
    press(window, KEY.Key_F2)
    until(qtbot, engine, "stage")
    assert engine.asked.count("start") == 1


def test_a_turn_appears_with_time_and_speaker(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    engine.now += timedelta(seconds=5)
    engine.whisper("witness", "мен")
    qtbot.waitUntil(lambda: "not yet final" in texts(window)[-1])
    engine.hear("witness", "мен тек шындықты айтамын", seconds=3)
    engine.whisper("witness", "")
    qtbot.waitUntil(lambda: texts(window)[-1].endswith("Witness, мен тек шындықты айтамын"))
    assert texts(window)[-1].startswith("10:00:1")


def test_late_text_finds_its_place_before_what_happened_since(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    engine.now += timedelta(seconds=2)
    engine.note("written at once")
    engine.hear("claimant", "сұрақ", seconds=10)
    qtbot.waitUntil(lambda: any("сұрақ" in text for text in texts(window)))
    said = [n for n, text in enumerate(texts(window)) if "сұрақ" in text]
    noted = [n for n, text in enumerate(texts(window)) if "written at once" in text]
    assert said < noted


def test_the_other_language_wears_a_tag(show: Opener) -> None:
    engine = under_way(20)
    engine.hear("respondent", "да", language="ru")
    turns = page(show(engine)).turns
    spoken = {turns.text(turns.row(n)): turns.tongue(turns.row(n)) for n in range(turns.rowCount())}
    assert spoken["да"] == "ru"
    assert set(spoken.values()) == {"", "ru"}


def test_text_of_a_demonstration_model_is_called_so(qtbot: QtBot, show: Opener) -> None:
    window = show(opened())
    assert not page(window).text.strip.isVisible()
    window.close_quietly()
    window = show(under_way(20))
    assert page(window).text.strip.isVisible()
    assert "demonstration model" in page(window).text.strip.text()


def test_a_note_by_keyboard(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    QTest.keyClicks(page(window).note, "the witness is late")
    press(window, KEY.Key_Return)
    qtbot.waitUntil(lambda: texts(window)[-1].endswith("the witness is late"))
    assert page(window).note.text() == ""
    assert page(window).note.hasFocus()


def test_letters_typed_elsewhere_go_to_the_note_line(show: Opener) -> None:
    window = show(under_way(20))
    page(window).text.view.setFocus()
    QTest.keyClick(page(window).text.view, KEY.Key_Q)
    assert page(window).note.text() == "q"
    assert page(window).note.hasFocus()


def test_a_note_that_is_refused_stays_in_the_line(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    engine.refuse = Trouble("log-lost", _("The connection to the recorder was lost."))
    QTest.keyClicks(page(window).note, "important")
    press(window, KEY.Key_Return)
    qtbot.waitUntil(lambda: page(window).note.text() == "important")
    assert "connection to the recorder was lost" in window.band.sentences()
    press(window, KEY.Key_Escape)
    assert window.band.isHidden()


def test_a_digit_chooses_whom_the_note_concerns(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    press(window, KEY.Key_2)
    assert page(window).seats.chosen == "claimant"
    assert "Claimant" in page(window).note.placeholderText()
    QTest.keyClicks(page(window).note, "agrees 2 times")
    press(window, KEY.Key_Return)
    qtbot.waitUntil(lambda: "Claimant, agrees 2 times" in texts(window)[-1])
    assert page(window).seats.chosen == ""


def test_f2_enters_the_next_stage_of_the_law(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    before = engine.hearing.stages[-1].stage
    assert before == "appearance"
    press(window, KEY.Key_F2)
    qtbot.waitUntil(lambda: engine.hearing.stages[-1].stage == "interpreter")
    qtbot.waitUntil(lambda: texts(window)[-1].startswith(texts(window)[-1][:8]) and "Interpreter" in texts(window)[-1])


def test_shift_f2_goes_to_any_stage(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    press(window, KEY.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert page(window).chooser.isVisible()
    QTest.keyClicks(window.focusWidget(), "debat")
    press(window, KEY.Key_Return)
    qtbot.waitUntil(lambda: engine.hearing.stages[-1].stage == "debates")
    assert page(window).note.hasFocus()


def test_f4_makes_a_mark_with_the_words_of_the_line(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    QTest.keyClicks(page(window).note, "to attach a receipt")
    press(window, KEY.Key_F4)
    press(window, KEY.Key_1)
    qtbot.waitUntil(lambda: [m.kind for m in engine.hearing.marks.values()] == ["motion"])
    assert next(iter(engine.hearing.marks.values())).text.en == "to attach a receipt"
    assert page(window).note.text() == ""


def test_escape_leaves_the_palette(show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    press(window, KEY.Key_F4)
    press(window, KEY.Key_Escape)
    assert not page(window).chooser.isVisible()
    assert page(window).note.hasFocus()
    assert not engine.hearing.marks


@pytest.mark.parametrize(
    ("key", "look", "asked"),
    [(KEY.Key_F8, state.BREAK, "pause"), (KEY.Key_F12, state.DELIBERATION, "deliberate")],
)
def test_a_pause_and_its_end_by_the_same_key(
    qtbot: QtBot, show: Opener, key: Qt.Key, look: state.Look, asked: str
) -> None:
    engine = under_way(20)
    window = show(engine)
    press(window, key)
    until(qtbot, engine, asked)
    engine.now += timedelta(seconds=65)
    engine.pulse()
    qtbot.waitUntil(lambda: window.look() is look)
    assert page(window).top.elapsed.text() == "00:01:05"
    press(window, key)
    until(qtbot, engine, "resume")
    engine.pulse()
    qtbot.waitUntil(lambda: window.look() is state.RECORDING)


def test_stop_asks_and_no_is_the_answer_of_enter(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    asked = answer(False)
    press(window, KEY.Key_F9, Qt.KeyboardModifier.ControlModifier)
    assert asked == ["Finish the hearing?"]
    assert "stop" not in engine.asked
    answer(True)
    press(window, KEY.Key_F9, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, engine, "stop")
    engine.pulse()
    qtbot.waitUntil(lambda: page(window).outcome.isVisible())
    assert not page(window).seats.isVisible()
    assert window.look() is state.IDLE


def test_closing_asks_while_it_is_recorded_and_detaches(show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    asked = answer(False)
    window.close()
    assert asked == ["Leave this screen?"]
    assert window.isVisible()
    assert not engine.closed
    answer(True)
    window.close()
    assert not window.isVisible()
    assert engine.closed
    assert "stop" not in engine.asked
    assert engine.hearing.now is Course.RECORDING


def test_red_means_recording_and_nothing_else(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    engine.pulse(recording=False)
    qtbot.waitUntil(lambda: window.look() is state.STARTING)
    engine.pulse(recording=False, in_trouble=_("The recorder is not running: nothing is being recorded."))
    qtbot.waitUntil(lambda: window.look() is state.TROUBLE)
    assert "nothing is being recorded" in window.band.sentences()
    press(window, KEY.Key_Escape)
    assert not window.band.isHidden(), "an alarm lasts as long as its cause"
    engine.pulse()
    qtbot.waitUntil(lambda: window.band.isHidden())
    assert window.look() is state.RECORDING


def test_a_closed_hearing_looks_closed(show: Opener) -> None:
    engine = opened(open_=False)
    engine.start()
    engine.pulse()
    assert show(engine).look() is state.CLOSED
