"""A palette over the text: type to narrow, arrows or digits to choose, Enter to do it, Esc to leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import _
from app.ui import fonts, theme
from app.ui.keycap import cap_width, draw_cap
from app.ui.paper import Index

LINE = 30
_CHOICE = Qt.ItemDataRole.UserRole
_DIGIT = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Choice:
    """One line of the palette: what it is called, a remark at its end (a key, a time), what to do."""

    id: str
    words: str
    remark: str = ""


class _Lines(QStyledItemDelegate):
    """A line with the cap of its digit, its words, and the remark at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, LINE)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme.current()
        box = QRectF(option.rect)
        choice: Choice = index.data(_CHOICE)
        digit: str = index.data(_DIGIT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(tokens.colour("selection_edge"))
            painter.setBrush(tokens.colour("selection"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        if digit:
            draw_cap(painter, QRectF(box.left() + 6, box.top() + 4, 22, 22), digit)
        flags = Qt.AlignmentFlag.AlignVCenter
        remark = cap_width(choice.remark) if choice.remark else 0
        if choice.remark:
            draw_cap(painter, QRectF(box.right() - remark - 6, box.top() + 4, remark, 22), choice.remark)
        painter.setFont(fonts.sans(fonts.BASE))
        painter.setPen(tokens.colour("ink"))
        room = box.width() - 40 - remark - 12
        shown = painter.fontMetrics().elidedText(choice.words, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(box.left() + 38, box.top(), room, box.height()), flags, shown)
        painter.restore()


class Chooser(QFrame):
    """Shown over its parent; calls ``act(choice id)`` and gives the focus back."""

    WIDTH = 460

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("chooser")
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel()
        self._title.setFont(fonts.sans(fonts.SECOND, 600))
        self._filter = QLineEdit()
        self._filter.textChanged.connect(self._narrow)
        self._filter.installEventFilter(self)
        self._list = QListWidget()
        self._list.setItemDelegate(_Lines(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.itemClicked.connect(lambda _item: self._do())
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.addWidget(self._title)
        column.addWidget(self._filter)
        column.addWidget(self._list)
        self._choices: list[Choice] = []
        self._act: Callable[[str], None] = lambda _id: None
        self._back: QWidget | None = None
        self.hide()

    def offer(self, title: str, choices: Sequence[Choice], act: Callable[[str], None], back: QWidget,
              current: str = "") -> None:  # fmt: skip
        """Open with ``choices``; ``back`` gets the focus afterwards."""
        self._choices = list(choices)
        self._act, self._back = act, back
        self._title.setText(title)
        self.setAccessibleName(title)
        self._filter.setAccessibleName(title)
        self._list.setAccessibleName(title)
        self._filter.setPlaceholderText(str(_("Type to narrow, Enter to choose, Esc to leave")))
        self._filter.clear()
        self._narrow("")
        for row in range(self._list.count()):
            item = self._list.item(row)
            if item is not None and item.data(_CHOICE).id == current:
                self._list.setCurrentRow(row)
        self.place()
        self.show()
        self.raise_()
        self._filter.setFocus()

    def place(self) -> None:
        """In the middle of the parent's width, above the ribbon."""
        parent = self.parentWidget()
        assert parent is not None
        height = min(parent.height() - 120, 104 + LINE * max(3, min(16, len(self._choices))))
        self.setGeometry((parent.width() - self.WIDTH) // 2, max(70, (parent.height() - height) // 2 - 30),
                         self.WIDTH, height)  # fmt: skip

    def _narrow(self, text: str) -> None:
        wanted = text.casefold().split()
        self._list.clear()
        for number, choice in enumerate(self._choices, 1):
            if all(word in choice.words.casefold() for word in wanted):
                item = QListWidgetItem()
                item.setData(_CHOICE, choice)
                item.setData(_DIGIT, str(number) if number <= 9 and not wanted else "")
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{choice.words} {choice.remark}")
                self._list.addItem(item)
        self._list.setCurrentRow(0)

    def _do(self) -> None:
        item = self._list.currentItem()
        if item is None:
            return
        chosen: str = item.data(_CHOICE).id
        self.leave()
        self._act(chosen)

    def leave(self) -> None:
        """Close without doing anything."""
        self.hide()
        if self._back is not None:
            self._back.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.FocusOut
            and self.isVisible()
            and not self.isAncestorOf(self.window().focusWidget() or self)
        ):
            self.hide()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self._list.setCurrentRow(max(0, min(self._list.count() - 1, self._list.currentRow() + step)))
        elif not self._filter.text() and event.text() and event.text() in "123456789":
            row = int(event.text()) - 1
            if row < self._list.count():
                self._list.setCurrentRow(row)
                self._do()
        else:
            return super().eventFilter(watched, event)
        return True
