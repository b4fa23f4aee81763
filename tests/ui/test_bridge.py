"""Between engine and window: all in order, states only the latest, commands one by one, no thread left behind."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from app.errors import Trouble
from app.hearing import events as ev
from app.hearing.model import Hearing
from app.i18n import _
from app.session.changes import HearingChanged, StatusChanged, TroubleArose
from app.session.status import Status
from app.ui.bridge import Bridge
from tests.ui.standin import opened


def test_events_come_in_order_and_states_only_the_latest(qtbot: QtBot) -> None:
    engine = opened()
    bridge = Bridge(engine)
    events: list[ev.Event] = []
    states: list[Status] = []
    bridge.hearing_changed.connect(lambda some, _hearing: events.extend(some))
    bridge.status_changed.connect(states.append)

    def speak() -> None:
        for number in range(500):
            engine.tell(HearingChanged(ev.MarkDeleted(id=str(number)), Hearing()))
            engine.tell(StatusChanged(Status(elapsed_s=number)))

    thread = threading.Thread(target=speak)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(events) == 500)
    assert [event.id for event in events if isinstance(event, ev.MarkDeleted)] == [str(n) for n in range(500)]
    assert len(states) < 100
    assert states[-1].elapsed_s == 499
    bridge.close()


def test_commands_run_in_order_off_the_gui_thread(qtbot: QtBot) -> None:
    bridge = Bridge(opened())
    here = threading.get_ident()
    ran: list[tuple[int, bool]] = []
    done: list[int] = []
    for number in range(20):
        bridge.order(
            lambda n=number: ran.append((n, threading.get_ident() == here)) or n,  # type: ignore[func-returns-value, misc]
            done=done.append,
        )
    qtbot.waitUntil(lambda: len(done) == 20)
    assert ran == [(n, False) for n in range(20)]
    assert done == list(range(20))
    bridge.close()


def test_a_trouble_becomes_a_sentence_and_a_mistake_too(qtbot: QtBot) -> None:
    engine = opened()
    bridge = Bridge(engine)
    troubles: list[Trouble] = []
    bridge.trouble_arose.connect(troubles.append)
    engine.refuse = Trouble("not-recording", _("This sitting is not being recorded."))
    bridge.order(engine.pause)
    bridge.order(lambda: 1 / 0)
    engine.tell(TroubleArose(Trouble("third", _("Nothing comes from the device."))))
    qtbot.waitUntil(lambda: len(troubles) == 3)
    assert {trouble.code for trouble in troubles} == {"not-recording", "bug", "third"}
    bridge.close()


def test_a_closed_bridge_leaves_nothing_behind(qtbot: QtBot) -> None:
    before = set(threading.enumerate())
    engine = opened()
    bridge = Bridge(engine)
    bridge.order(lambda: None)
    bridge.close()
    assert engine.closed
    engine.tell(StatusChanged(Status()))
    bridge.order(lambda: None)
    assert set(threading.enumerate()) <= before


def test_a_bridge_to_somebody_else_s_engine_leaves_it_running(qtbot: QtBot) -> None:
    engine = opened()
    Bridge(engine, owner=False).close()
    assert not engine.closed
