"""The one bridge between engine and Qt: changes become signals, commands go to one ordered worker thread."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.errors import Trouble
from app.i18n import _
from app.session import changes as ch
from app.session.status import Status
from app.ui.port import EnginePort

Answer = TypeVar("Answer")
_log = logging.getLogger(__name__)


class Worker(QObject):
    """Runs calls one after another off the GUI thread; answers come back on it, as ``done(answer)`` or a signal."""

    trouble_arose = Signal(object)
    _answered = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="window-worker")
        self._closed = False
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)

    def order(
        self,
        call: Callable[[], Answer],
        done: Callable[[Answer], None] | None = None,
        failed: Callable[[Trouble], None] | None = None,
    ) -> None:
        """Run ``call`` after those ordered before it; ``failed`` takes a Trouble that else becomes a signal."""
        if not self._closed:
            self._pool.submit(self._run, call, done, failed)

    def _run(self, call: Callable[[], Any], done: Callable[[Any], None] | None, failed: Any) -> None:
        try:
            answer = call()
        except Trouble as trouble:
            self._report(failed or self.trouble_arose.emit, trouble)
        except Exception:
            _log.exception("a command failed")
            mistake = Trouble(
                "bug",
                _("Something unexpected went wrong in the program."),
                safe=_("A running recording goes on: it does not depend on this window."),
                remedy=_("Try again; if it happens again, tell IT and name the time."),
            )
            self._report(failed or self.trouble_arose.emit, mistake)
        else:
            if done is not None:
                self._report(done, answer)

    def _report(self, action: Callable[[Any], None], value: object) -> None:
        if not self._closed:
            self._answered.emit(action, value)

    @Slot(object, object)
    def _on_answered(self, action: Callable[[Any], None], value: Any) -> None:
        if not self._closed:
            action(value)

    def close(self) -> None:
        """Finish what was ordered and end the thread."""
        self._closed = True
        self._pool.shutdown(wait=True)


class Bridge(QObject):
    """Signals of one engine, on the GUI thread, in order; of several states of the moment only the latest arrives."""

    hearing_changed = Signal(object, object)
    """(tuple of events, the hearing after them)"""
    status_changed = Signal(object)
    partial_heard = Signal(object)
    task_progressed = Signal(object)
    task_ended = Signal(object)
    trouble_arose = Signal(object)
    _woken = Signal()

    def __init__(self, engine: EnginePort, parent: QObject | None = None, *, owner: bool = True) -> None:
        """``owner``: closing the bridge closes the engine too (not where somebody else conducts the hearing)."""
        super().__init__(parent)
        self.engine = engine
        self._owner = owner
        self.worker = Worker(self)
        self.order = self.worker.order
        self.worker.trouble_arose.connect(self.trouble_arose)
        self._lock = threading.Lock()
        self._waiting: deque[ch.Change] = deque()
        self._latest: Status | None = None
        self._awake = False
        self._closed = False
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = engine.subscribe(self._take)

    def _take(self, change: ch.Change) -> None:
        """Called on the engine's thread: never waits for the window."""
        with self._lock:
            if isinstance(change, ch.StatusChanged):
                self._latest = change.status
            else:
                self._waiting.append(change)
            if self._awake or self._closed:
                return
            self._awake = True
        self._woken.emit()

    @Slot()
    def _on_woken(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, deque()
            status, self._latest = self._latest, None
            self._awake = False
        if self._closed:
            return
        grown: list[ch.HearingChanged] = []
        for change in waiting:
            if isinstance(change, ch.HearingChanged):
                grown.append(change)
                continue
            self._emit_grown(grown)
            self._emit(change)
        self._emit_grown(grown)
        if status is not None:
            self.status_changed.emit(status)

    def _emit_grown(self, grown: list[ch.HearingChanged]) -> None:
        if grown:
            self.hearing_changed.emit(tuple(change.event for change in grown), grown[-1].hearing)
            grown.clear()

    def _emit(self, change: ch.Change) -> None:
        match change:
            case ch.PartialHeard():
                self.partial_heard.emit(change)
            case ch.TaskProgressed():
                self.task_progressed.emit(change)
            case ch.TaskEnded():
                self.task_ended.emit(change)
            case ch.TroubleArose():
                self.trouble_arose.emit(change.trouble)
            case _:
                pass

    def close(self) -> None:
        """Stop listening, finish the commands, and detach from the hearing: a recording goes on."""
        if self._closed:
            return
        self._closed = True
        self._unsubscribe()
        self.worker.close()
        if self._owner:
            self.engine.close()
