"""The right column: the stages of the procedure with the one we are in, and the marks made so far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QTextLayout
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.hearing import law
from app.hearing.model import Hearing, Mark
from app.i18n import _, current_language
from app.ui import dates, fonts, shapes, theme
from app.ui.language import retranslated
from app.ui.paint import painted

WIDTH = 248


class StageRow(QWidget):
    """One stage: done, current or to come."""

    pressed = Signal(str)

    def __init__(self, stage: str) -> None:
        super().__init__()
        self.stage = stage
        self._name = self._time = ""
        self._state = "coming"
        self.setFixedHeight(24)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_state(self, name: str, time: str, state: str) -> None:
        """``state`` is done, current or coming."""
        if (name, time, state) == (self._name, self._time, self._state):
            return
        self._name, self._time, self._state = name, time, state
        said = {"done": _("done"), "current": _("current stage"), "coming": _("to come")}[state]
        self.setAccessibleName(", ".join(filter(None, (name, time, str(said)))))
        self.setToolTip(name)
        self.update()

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        tokens = theme.current()
        current = self._state == "current"
        if current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("selection"))
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        shape = {"done": shapes.tick, "current": shapes.arrow, "coming": shapes.dot}[self._state]
        shape(painter, QRectF(9, 8, 9, 9), tokens.colour("ink" if current else "soft"))
        right = self.width() - 6
        if self._time:
            painter.setFont(fonts.mono(fonts.SMALL))
            painter.setPen(tokens.colour("soft"))
            painter.drawText(QRect(0, 0, right, self.height()), Qt.AlignmentFlag.AlignVCenter
                             | Qt.AlignmentFlag.AlignRight, self._time)  # fmt: skip
            right -= 44
        font = fonts.sans(fonts.SECOND, 600 if current else 400)
        painter.setFont(font)
        painter.setPen(tokens.colour("ink" if current else "soft"))
        room = right - 30
        shown = QFontMetrics(font).elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(30, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit(self.stage)


class MarkRow(QWidget):
    """A mark: its time and what it says, on as many lines as it needs, at most three."""

    LINE, MOST = 18, 3

    def __init__(self, time: str, text: str) -> None:
        super().__init__()
        self._time, self._text = time, text
        self.setAccessibleName(f"{time}, {text}")
        self.setToolTip(text)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._font = fonts.sans(fonts.SECOND)
        self._width = 0
        self._lines: list[str] = []

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return len(self._broken(width)) * self.LINE + 10

    def _broken(self, width: int) -> list[str]:
        """The text on at most three lines, the rest elided."""
        if width == self._width:
            return self._lines
        room = max(40, width - 56)
        layout = QTextLayout(self._text, self._font)
        layout.beginLayout()
        found: list[str] = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(room)
            start, length = line.textStart(), line.textLength()
            if len(found) == self.MOST - 1:
                rest = self._text[start:]
                found.append(QFontMetrics(self._font).elidedText(rest, Qt.TextElideMode.ElideRight, room))
                break
            found.append(self._text[start : start + length].rstrip())
        layout.endLayout()
        self._width, self._lines = width, found
        return found

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 34, self.heightForWidth(WIDTH - 34))

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        tokens = theme.current()
        painter.setFont(fonts.mono(fonts.SMALL))
        painter.setPen(tokens.colour("soft"))
        painter.drawText(QRect(4, 5, 50, 18), Qt.AlignmentFlag.AlignVCenter, self._time)
        painter.setFont(self._font)
        painter.setPen(tokens.colour("ink"))
        for number, line in enumerate(self._broken(self.width())):
            painter.drawText(
                QRect(50, 5 + number * self.LINE, self.width() - 50, self.LINE), Qt.AlignmentFlag.AlignVCenter, line
            )
        painter.fillRect(0, self.height() - 1, self.width(), 1, tokens.colour("line"))


class Agenda(QFrame):
    """Stages above, marks below."""

    stage_wanted = Signal(str)

    def __init__(self, clock_of: Callable[[str], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock_of = clock_of
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._hearing = Hearing()
        self._stages_title, self._marks_title = QLabel(), QLabel()
        for title in (self._stages_title, self._marks_title):
            title.setFont(fonts.caps(fonts.SMALL))
            title.setProperty("tone", "soft")
            title.setContentsMargins(5, 0, 0, 0)
        self._rows: dict[str, StageRow] = {}
        self._stages = QVBoxLayout()
        self._marks = QVBoxLayout()
        self._shown: list[tuple[str, str]] = []
        self._stage_list = self._list(self._stages)
        self._mark_list = self._list(self._marks)
        newest = self._mark_list.verticalScrollBar()
        newest.rangeChanged.connect(lambda _low, high: newest.setValue(high))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 15, 12, 0)
        column.setSpacing(8)
        column.addWidget(self._stages_title)
        column.addWidget(self._stage_list, 3)
        column.addSpacing(2)
        column.addWidget(self._marks_title)
        column.addWidget(self._mark_list, 2)
        retranslated(self, self._retranslate)

    @staticmethod
    def _list(inside: QVBoxLayout) -> QScrollArea:
        inner = QWidget()
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(1)
        inside.addStretch(1)
        inner.setLayout(inside)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        return area

    def _retranslate(self) -> None:
        self._stages_title.setText(str(_("STAGES")))
        self._marks_title.setText(str(_("MARKS")))
        self._stage_list.setAccessibleName(str(_("Stages")))
        self._mark_list.setAccessibleName(str(_("Marks")))
        self.setAccessibleName(str(_("Stages and marks")))
        self._shown = []
        self.show_hearing(self._hearing)

    def show_hearing(self, hearing: Hearing) -> None:
        """Stages entered and marks made."""
        self._hearing = hearing
        self._show_stages(hearing)
        self._show_marks(hearing)

    def _show_stages(self, hearing: Hearing) -> None:
        terms = law.stages(hearing.case.procedure if hearing.case else "civil")
        if list(self._rows) != list(terms):
            for row in self._rows.values():
                row.deleteLater()
            self._rows = {}
            for stage in terms:
                row = StageRow(stage)
                row.pressed.connect(self.stage_wanted)
                self._rows[stage] = row
                self._stages.insertWidget(self._stages.count() - 1, row)
        entered = {stage.stage: stage.at for stage in hearing.stages}
        current = hearing.stages[-1].stage if hearing.stages else ""
        order = list(terms)
        passed = (
            order[: order.index(current)] if current in order else []
        )  # skipped ones are left out: Shift+F2 has all
        for stage, row in self._rows.items():
            time = dates.clock(self._clock_of(entered[stage])) if stage in entered else ""
            state = "current" if stage == current else "done" if stage in entered else "coming"
            row.setVisible(stage in entered or stage not in passed)
            row.show_state(law.wording(terms, stage).in_(current_language()), time, state)
        if current in self._rows:
            self._stage_list.ensureWidgetVisible(self._rows[current], 0, 60)

    def _show_marks(self, hearing: Hearing) -> None:
        marks = sorted((m for m in hearing.marks.values() if m.kind != "note"), key=lambda m: (m.at, m.id))
        shown = [(dates.clock(self._clock_of(mark.at)), mark_text(mark)) for mark in marks]
        if shown == self._shown and shown:
            return
        common = 0
        while common < min(len(shown), len(self._shown)) and shown[common] == self._shown[common]:
            common += 1
        while self._marks.count() - 1 > common:
            item = self._marks.takeAt(common)
            if item and (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for time, text in shown[common:]:
            self._marks.insertWidget(self._marks.count() - 1, MarkRow(time, text))
        self._shown = shown
        self._marks_title.setVisible(bool(shown))
        self._mark_list.setVisible(bool(shown))

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.fillRect(0, 0, 1, self.height(), theme.current().colour("line"))


def mark_text(mark: Mark) -> str:
    """What a mark says: its own words, or the name of its kind."""
    words = mark.text.in_(current_language())
    return words or law.wording(law.marks(), mark.kind).in_(current_language())
