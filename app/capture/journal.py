"""The recorder's log: what earlier runs left in it, and the facts of this one, written together and fsynced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from app import clock
from app.capture import history
from app.capture.adopt import adopt
from app.capture.beginning import begin_log, withdraw
from app.capture.boot import boot_id
from app.capture.folders import Folders, Which, reason_of
from app.capture.plan import Plan
from app.clock import Clock, TickClock
from app.media.facts import Fact, FolderLost


class Journal:
    """The one writer of ``capture.jsonl`` of a sitting; ``run`` is the number of this run, in this ``boot``.

    ``taken_in``: how the segments end that an earlier run left open.
    """

    def __init__(self, plan: Plan, folders: Folders, clock: Clock) -> None:
        """Trouble ``sitting-busy`` if another recorder writes it."""
        self._plan = plan
        self._folders = folders
        self._facts: list[Fact] = []
        self._lost: list[tuple[Which, str]] = list(folders.lost.items())
        folders.on_lost = self._on_lost
        self._log = begin_log(plan, clock, self._on_log_lost)
        self.past = history.read(self._log.reading.lines)
        self._log.reading = replace(self._log.reading, lines=())  # hours of lines; their sum is enough from here on
        self.run = history.next_run(self.past, plan.folder)
        self.boot = boot_id(fast=plan.fast)
        self.taken_in = adopt(self.past, plan.folder, plan.mirror, same_boot=self.boot == self.past.boot)
        _continue(clock, self.past)

    def _on_lost(self, which: Which, reason: str) -> None:
        self._lost.append((which, reason))

    def _on_log_lost(self, path: Path, error: OSError) -> None:
        self._folders.lose("first" if path.parent == self._plan.folder else "second", reason_of(error))

    def add(self, facts: Iterable[Fact]) -> None:
        """Facts to be written next; what they tell must be durable already."""
        self._facts += facts

    def write(self) -> None:
        """Return when every fact is fsynced. Trouble ``log-lost`` when both folders have failed."""
        while self._facts or self._lost:
            lost, self._lost = self._lost, []
            facts = [*self._facts, *(FolderLost(run=self.run, folder=which, reason=reason) for which, reason in lost)]
            self._facts.clear()  # a folder that fails while this is written adds to them
            entries = [(type(fact).__name__, fact.model_dump(mode="json")) for fact in facts]
            self._log.extend(entries, actor=self._plan.actor)

    def withdraw(self) -> None:
        """The run does not begin after all."""
        withdraw(self._log, self._plan)

    def close(self) -> None:
        self._log.close()


def _continue(tick: Clock, past: history.History) -> None:
    """A fast run that was interrupted goes on at the time of its hearing."""
    if isinstance(tick, TickClock) and past.last_utc:
        tick.now_ns, tick.now_utc = past.last_monotonic, clock.moment(past.last_utc)
