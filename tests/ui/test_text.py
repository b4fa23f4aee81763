"""Thousands of turns: appending measures what is new, the end stays in view, a correction happens in place."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.hearing import events as ev
from app.hearing.model import Hearing
from app.ui.ribbon import Levels
from app.ui.textview import TextView
from app.ui.turns import TurnsModel
from tests.ui.conftest import Opener
from tests.ui.standin import BEGIN, StandIn, state_of, under_way, utterance

WORDS = ["сот", "отырысы", "ашық", "деп", "жарияланады", "тараптарға", "құқықтары", "мен", "міндеттері", "түсінікті"]


def long_hearing(turns: int) -> Hearing:
    engine = under_way(60)
    said = {
        f"x{n}": utterance(f"x{n}", ("judge", "claimant")[n % 2], " ".join(WORDS[: 2 + n % 9] * (1 + n % 4)),
                           BEGIN + timedelta(seconds=n))
        for n in range(turns)
    }  # fmt: skip
    return engine.hearing.model_copy(update={"utterances": engine.hearing.utterances.update(said)})


@pytest.fixture(scope="module")
def hearing() -> Hearing:
    return long_hearing(20_000)


def test_appending_to_20_000_turns_measures_only_what_is_seen(qtbot: QtBot, hearing: Hearing) -> None:
    engine = StandIn(hearing)
    model = TurnsModel(engine.clock_of)
    view = TextView(model)
    qtbot.addWidget(view)
    view.resize(840, 540)
    view.show()
    began = time.monotonic()
    model.show_hearing(hearing)
    loading = time.monotonic() - began
    assert loading < 6, f"20,000 turns took {loading:.1f} s"
    qtbot.waitUntil(lambda: view.paper.measured > 0)
    measured, began = view.paper.measured, time.monotonic()
    for number in range(20):
        new = utterance(f"new{number}", "judge", "соңғы сөз", BEGIN + timedelta(hours=9, seconds=number))
        grown = hearing.model_copy(update={"utterances": hearing.utterances.set(new.id, new)})
        model.take([ev.UtteranceProposed(utterance=new)], grown)
    each = (time.monotonic() - began) / 20
    assert view.paper.measured - measured <= 20 * 3
    assert each < 0.033, f"appending took {each * 1000:.0f} ms"
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())


def test_who_reads_above_is_not_pulled_to_the_end(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(90)
    window = show(engine)
    assert window.sitting is not None
    view = window.sitting.text.view
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(0)
    rows = view.model().rowCount()
    engine.now += timedelta(seconds=4)
    engine.hear("judge", "жалғастырамыз")
    qtbot.waitUntil(lambda: view.model().rowCount() == rows + 1)
    assert bar.value() == 0
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())


def test_a_turn_is_corrected_in_place(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(30)
    engine.stop()
    engine.pulse()
    window = show(engine)
    assert window.sitting is not None
    view, turns = window.sitting.text.view, window.sitting.turns
    number = next(n for n in range(turns.rowCount()) if turns.row(n).kind == "turn")
    view.setCurrentIndex(turns.index(number))
    QTest.keyClick(view, Qt.Key.Key_Return)
    editor = view.findChild(QPlainTextEdit)
    assert editor is not None
    editor.setPlainText("as the\nsecretary heard it")
    view.setFocus()
    qtbot.waitUntil(lambda: turns.text(turns.row(number)) == "as the secretary heard it")
    assert "edit" in engine.asked
    assert "Machine text" in str(turns.data(turns.index(number), Qt.ItemDataRole.ToolTipRole))


def test_many_turns_at_once_arrive_in_one_go(qtbot: QtBot, show: Opener) -> None:
    engine = under_way(20)
    window = show(engine)
    assert window.sitting is not None
    turns = window.sitting.turns
    rows = turns.rowCount()
    for number in range(300):
        engine.now += timedelta(seconds=1)
        engine.hear("judge", f"сөз {number}")
    qtbot.waitUntil(lambda: turns.rowCount() == rows + 300)
    stamps = [turns.row(n).key for n in range(turns.rowCount())]
    assert stamps == sorted(stamps)


def test_the_ribbon_remembers_the_loudest_seat_of_each_half_second() -> None:
    levels = Levels()
    engine = under_way(20)
    for tenth in range(10):
        engine.now += timedelta(seconds=0.1)
        levels.take(5 + tenth / 10, state_of(engine.hearing, engine.now))
    assert set(levels.bins) == {10, 11}
    assert {seat for _level, seat in levels.bins.values()} <= set(engine.hearing.participants)
