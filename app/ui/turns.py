"""The rows of the text: turns, notes, stages and breaks in the order in which they happened, partial text last."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.hearing import events as ev
from app.hearing import law
from app.hearing.model import Course, Hearing, Interval, Mark, Participant, Stage, Utterance
from app.i18n import _, current_language
from app.session.changes import PartialHeard
from app.ui import dates

Kind = Literal["turn", "note", "stage", "course", "partial"]
Index = QModelIndex | QPersistentModelIndex
_ORDER: dict[Kind, int] = {"course": 0, "stage": 1, "turn": 2, "note": 3, "partial": 4}
_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Row:
    """One row; rows stand in the order of ``key`` (UTC stamp, kind, id). ``at`` is on the court's wall clock."""

    key: tuple[str, int, str]
    kind: Kind
    id: str
    at: datetime | None
    value: Utterance | Mark | Stage | Interval | PartialHeard


def rule(row: Row) -> str:
    """The words of a row that stands as a rule across the page."""
    time = dates.clock(row.at) if row.at else ""
    if isinstance(row.value, Stage):
        return f"{stage_name(row.value.stage)} · {time}"
    assert isinstance(row.value, Interval)
    name = {Course.BREAK: _("Break"), Course.DELIBERATION: _("Deliberation"), Course.STOPPED: _("Recording ended")}
    return f"{name.get(row.value.course, '')} · {time}"


def stage_name(stage: str, procedure: str = "civil") -> str:
    """A stage in the interface language."""
    return law.wording(law.stages(procedure), stage).in_(current_language())


class TurnsModel(QAbstractListModel):
    """Grows event by event; a row that changes is one dataChanged, never a reset."""

    people_changed = Signal()
    edited = Signal(str, str)
    """(utterance id, text that a person wrote): shown only when the engine has it"""

    def __init__(self, clock_of: Callable[[str], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock_of = clock_of
        self.hearing = Hearing()
        self._rows: list[Row] = []
        self._keys: dict[str, tuple[str, int, str]] = {}
        self._partials: list[Row] = []
        self._seats: dict[str, Participant] = {}

    # what Qt asks

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows) + len(self._partials)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.row(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return self.text(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.spoken(row)
            case Qt.ItemDataRole.ToolTipRole:
                return self._original(row)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        if index.isValid() and self.row(index.row()).kind == "turn":
            found |= Qt.ItemFlag.ItemIsEditable
        return found

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.row(index.row())
        if role != Qt.ItemDataRole.EditRole or not isinstance(row.value, Utterance):
            return False
        if value and value != row.value.text:
            self.edited.emit(row.value.id, value)
        return True

    # what the view asks

    def row(self, number: int) -> Row:
        """Row by its number from 0."""
        return self._rows[number] if number < len(self._rows) else self._partials[number - len(self._rows)]

    def text(self, row: Row) -> str:
        """The words of a row."""
        match row.value:
            case Utterance():
                return row.value.text
            case PartialHeard():
                return f"{row.value.text} …"
            case Mark():
                words = row.value.text.in_(current_language())
                return words or law.wording(law.marks(), row.value.kind).in_(current_language())
        return rule(row)

    def speaker(self, row: Row) -> str:
        """The role of whoever speaks in a row, or whom a mark concerns; empty where nobody does."""
        if isinstance(row.value, Mark):
            found = self.hearing.participants.get(row.value.participant)
        elif isinstance(row.value, Utterance | PartialHeard):
            found = self._seats.get(row.value.seat)
            if found is None:
                return row.value.seat
        else:
            return ""
        return law.wording(law.roles(), found.role).in_(current_language()) if found else ""

    def speakers(self) -> list[str]:
        """The roles of everybody who may speak."""
        roles = {person.role for person in self.hearing.participants.values()}
        return [law.wording(law.roles(), role).in_(current_language()) for role in roles]

    def tongue(self, row: Row) -> str:
        """The language of a row where it is not that of the case."""
        case = self.hearing.case
        if isinstance(row.value, Utterance):
            spoken: str = row.value.reading.language
        elif isinstance(row.value, PartialHeard):
            spoken = row.value.language
        else:
            return ""
        return spoken if case is not None and spoken != case.language else ""

    def spoken(self, row: Row) -> str:
        """The whole row for people who hear the screen."""
        time = dates.clock(row.at, seconds=True) if row.at else ""
        parts = [time, self.speaker(row), self.text(row)]
        if row.kind == "partial":
            parts.insert(0, str(_("not yet final")))
        return ", ".join(part for part in parts if part)

    def _original(self, row: Row) -> str | None:
        if isinstance(row.value, Utterance) and row.value.edited:
            return str(_("Machine text: {words}", words=row.value.reading.text))
        return None

    def synthetic(self) -> bool:
        """Whether a demonstration model's words are among the rows."""
        return any(isinstance(r.value, Utterance) and r.value.reading.model.synthetic for r in self._rows)

    # what happened

    def show_hearing(self, hearing: Hearing) -> None:
        """Everything anew: after opening a sitting."""
        self.beginResetModel()
        self._learn(hearing)
        self._rows = sorted(self._all(hearing), key=lambda row: row.key)
        self._keys = {row.id: row.key for row in self._rows}
        self._partials = []
        self.endResetModel()

    def take(self, events: Iterable[ev.Event], hearing: Hearing) -> None:
        """Go on to ``hearing`` by what happened."""
        seats = self._seats
        self._learn(hearing)
        for event in events:
            for row in self._touched(event, hearing):
                self._put(row)
            if isinstance(event, ev.MarkDeleted):
                self._drop(f"mark:{event.id}")
        if self._seats != seats:
            self.people_changed.emit()
        if self._seats != seats and self._rows:
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))

    def hear(self, partial: PartialHeard) -> None:
        """Text that is not final: one row per seat at the very end."""
        base = len(self._rows)
        place = next((n for n, row in enumerate(self._partials) if row.id == partial.seat), None)
        if not partial.text:
            if place is not None:
                self.beginRemoveRows(_NOWHERE, base + place, base + place)
                del self._partials[place]
                self.endRemoveRows()
            return
        row = Row(("~", _ORDER["partial"], partial.seat), "partial", partial.seat, None, partial)
        if place is None:
            end = self.rowCount()
            self.beginInsertRows(_NOWHERE, end, end)
            self._partials.append(row)
            self.endInsertRows()
        else:
            self._partials[place] = row
            self.dataChanged.emit(self.index(base + place), self.index(base + place))

    def retranslate(self) -> None:
        """The words of rules, roles and tags in another language."""
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))

    # how

    def _learn(self, hearing: Hearing) -> None:
        if hearing.participants is not self.hearing.participants:
            self._seats = {p.seat: p for p in hearing.participants.values() if p.seat}
        self.hearing = hearing

    def _make(self, kind: Kind, id_: str, stamp: str, value: Utterance | Mark | Stage | Interval) -> Row:
        return Row((stamp, _ORDER[kind], id_), kind, id_, self._clock_of(stamp), value)

    def _all(self, hearing: Hearing) -> Iterable[Row]:
        yield from (self._turn(utterance) for utterance in hearing.utterances.values())
        yield from (self._note(mark) for mark in hearing.marks.values())
        yield from (self._stage(stage) for stage in hearing.stages)
        yield from self._course(hearing)

    def _turn(self, utterance: Utterance) -> Row:
        return self._make("turn", f"turn:{utterance.id}", utterance.span.begin, utterance)

    def _note(self, mark: Mark) -> Row:
        return self._make("note", f"mark:{mark.id}", mark.at, mark)

    def _stage(self, stage: Stage) -> Row:
        return self._make("stage", f"stage:{stage.id}", stage.at, stage)

    def _course(self, hearing: Hearing) -> Iterable[Row]:
        for interval in hearing.course:
            if interval.course in (Course.BREAK, Course.DELIBERATION, Course.STOPPED):
                yield self._make("course", f"course:{interval.begin}", interval.begin, interval)

    def _touched(self, event: ev.Event, hearing: Hearing) -> Iterable[Row]:
        match event:
            case ev.UtteranceProposed():
                id_ = event.utterance.id
            case ev.UtteranceEdited() | ev.ReadingExchanged():
                id_ = event.id
            case ev.MarkMade():
                yield self._note(event.mark)
                return
            case ev.StageEntered():
                yield self._stage(event.stage)
                return
            case ev.BreakStarted() | ev.DeliberationStarted() | ev.RecordingResumed() | ev.RecordingStopped():
                yield from self._course(hearing)
                return
            case _:
                return
        if (utterance := hearing.utterances.get(id_)) is not None:
            yield self._turn(utterance)

    def _place(self, key: tuple[str, int, str]) -> int:
        return bisect.bisect_left(self._rows, key, key=lambda row: row.key)

    def _put(self, row: Row) -> None:
        """Insert a row at its place in time, or show its new content."""
        if (known := self._keys.get(row.id)) is not None:
            place = self._place(known)
            if known == row.key:
                if self._rows[place] != row:
                    self._rows[place] = row
                    self.dataChanged.emit(self.index(place), self.index(place))
                return
            self._drop(row.id)
        place = self._place(row.key)
        self.beginInsertRows(_NOWHERE, place, place)
        self._rows.insert(place, row)
        self._keys[row.id] = row.key
        self.endInsertRows()

    def _drop(self, id_: str) -> None:
        if (key := self._keys.pop(id_, None)) is not None:
            place = self._place(key)
            self.beginRemoveRows(_NOWHERE, place, place)
            del self._rows[place]
            self.endRemoveRows()
