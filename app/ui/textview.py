"""The column of text: stays at the newest row, asks only for the heights of rows that are seen."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from app.i18n import _
from app.ui import fonts
from app.ui.language import retranslated
from app.ui.paper import Paper
from app.ui.turns import TurnsModel

#: So many new rows at once are measured; more are guessed and measured when they come into view.
_MEASURED_AT_ONCE = 40


class TextView(QTableView):
    """A table of one column, because its header keeps every row's height: appending measures one row.

    (A list view asks all rows for their size after each insertion: 20,017 times in our trial.)
    """

    def __init__(self, model: TurnsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.paper = Paper(model, self)
        self._exact: set[str] = set()
        self._sticking = True
        self._measured_for = -1
        self.setModel(model)
        self.setItemDelegate(self.paper)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(1)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalScrollBar().setSingleStep(24)
        model.rowsInserted.connect(self._on_inserted)
        model.rowsRemoved.connect(self._on_removed)
        model.dataChanged.connect(self._on_changed)
        model.modelReset.connect(self._on_reset)
        model.people_changed.connect(self.fit_speakers)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    # heights

    def _set_height(self, number: int, *, exact: bool) -> None:
        width = self.viewport().width()
        height = self.paper.height(number, width) if exact else self.paper.guess(number, width)
        if exact:
            self._exact.add(self._model.row(number).id)
        if self.rowHeight(number) != height:
            self.setRowHeight(number, height)

    def _on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        if self._measured_for < 0:
            return  # not yet shown: all rows are measured then, for the width that they have then
        exact = last - first < _MEASURED_AT_ONCE
        for number in range(first, last + 1):
            self._set_height(number, exact=exact)
        self._grown()

    def _on_removed(self) -> None:
        self._grown()

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        if last.row() - first.row() < _MEASURED_AT_ONCE:
            for number in range(first.row(), last.row() + 1):
                self._set_height(number, exact=True)
        else:
            self.paper.forget()
            self._exact.clear()
            self._settle()
        self._grown()

    def fit_speakers(self) -> None:
        """Roles came or changed, or are said in another language."""
        if self.paper.fit_speakers(self._model.speakers()):
            self._measure_anew()
        self.viewport().update()

    def _measure_anew(self) -> None:
        if not self.isVisible():
            self._measured_for = -1
            return
        self._measured_for = self.paper.text_width(self.viewport().width())
        self._exact.clear()
        few = self._model.rowCount() < _MEASURED_AT_ONCE
        for number in range(self._model.rowCount()):
            self._set_height(number, exact=few)
        self._settle()
        self._grown()

    def _on_reset(self) -> None:
        self.paper.fit_speakers(self._model.speakers())
        self._sticking = True
        self._measure_anew()

    def _settle(self) -> None:
        """Measure what is in view and was only guessed."""
        top = self.rowAt(0)
        if top < 0:
            return
        bottom = self.rowAt(self.viewport().height() - 1)
        last = self._model.rowCount() - 1 if bottom < 0 else bottom
        for number in range(top, last + 1):
            if self._model.row(number).id not in self._exact:
                self._set_height(number, exact=True)

    def _grown(self) -> None:
        self.setMaximumHeight(max(1, self.verticalHeader().length() + 2))

    # staying at the end

    def _on_range(self, _low: int, high: int) -> None:
        if self._sticking:
            self.verticalScrollBar().setValue(high)

    def _on_scrolled(self, value: int) -> None:
        self._sticking = value >= self.verticalScrollBar().maximum() - 4
        self._settle()

    def go_to_end(self) -> None:
        """Show the newest row and stay there."""
        self._sticking = True
        self.scrollToBottom()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._measured_for < 0:
            self._measure_anew()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.paper.text_width(self.viewport().width()) != self._measured_for:
            self._measure_anew()
        if self._sticking:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def retranslate(self) -> None:
        """Roles, rules and tags in another language."""
        self.paper.forget()
        self.paper.fit_speakers(self._model.speakers())
        self._measure_anew()
        self._model.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.edit(self.currentIndex())
            return
        if event.text().isprintable() and event.text() and event.key() != Qt.Key.Key_Space:
            event.ignore()  # letters belong to the note line
            return
        super().keyPressEvent(event)


class TextColumn(QWidget):
    """The text with its bottom at the bottom, and a calm strip above it where a demonstration model wrote it."""

    end_wanted = Signal()

    def __init__(self, model: TurnsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view = TextView(model)
        self.strip = QLabel()
        self.strip.setFont(fonts.sans(fonts.SECOND))
        self.strip.setProperty("tone", "soft")
        self.strip.setWordWrap(True)
        self.strip.setContentsMargins(22, 8, 22, 6)
        self.strip.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.strip.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(0)
        column.addWidget(self.strip)
        self._edge = QWidget()
        self._edge.setObjectName("line")
        self._edge.setFixedHeight(1)
        self._edge.hide()
        column.addWidget(self._edge)
        column.addStretch(1)
        column.addWidget(self.view, 1000)
        retranslated(self, self._retranslate)

    def warn_of_demonstration(self, on: bool) -> None:
        """Say that the words are a demonstration model's."""
        self.strip.setVisible(on)
        self._edge.setVisible(on)

    def _retranslate(self) -> None:
        self.strip.setText(
            str(_("Text by a demonstration model: it knows only this hearing's few hundred words and is not for real "
                  "hearings."))
        )  # fmt: skip
        self.view.setAccessibleName(str(_("Text of the hearing")))
        self.view.retranslate()
