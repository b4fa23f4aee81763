"""A key of the keyboard drawn beside what it does, and the row of those that work now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui import fonts, theme
from app.ui.paint import painted


def draw_cap(painter: QPainter, box: QRectF, text: str, *, pixels: int = 12) -> None:
    """One cap filling ``box``."""
    tokens = theme.current()
    painter.setPen(QPen(tokens.colour("edge"), 1))
    painter.setBrush(tokens.colour("panel"))
    frame = box.adjusted(0.5, 0.5, -0.5, -1.5)
    painter.drawRoundedRect(frame, 4, 4)
    painter.setPen(QPen(tokens.colour("edge"), 2))
    painter.drawLine(frame.bottomLeft() + QPointF(3.5, 0.5), frame.bottomRight() + QPointF(-3.5, 0.5))
    painter.setFont(fonts.sans(pixels, 500))
    painter.setPen(tokens.colour("ink"))
    painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, text)


def cap_width(text: str, pixels: int = 12) -> int:
    """How wide a cap with ``text`` is."""
    return max(24, QFontMetrics(fonts.sans(pixels, 500)).horizontalAdvance(text) + 14)


class KeyCap(QWidget):
    """A cap and the word beside it; a click does the same as the key."""

    pressed = Signal()
    HEIGHT = 22

    def __init__(self, key: str, word: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key, self._word = key, word
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{key}: {word}")
        self.setToolTip(f"{key}: {word}" if word else key)

    def sizeHint(self) -> QSize:
        width = cap_width(self._key)
        if self._word:
            width += 6 + QFontMetrics(fonts.sans(fonts.SECOND)).horizontalAdvance(self._word)
        return QSize(width, self.HEIGHT)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        width = cap_width(self._key)
        draw_cap(painter, QRectF(0, 1, width, 20), self._key)
        if self._word:
            painter.setFont(fonts.sans(fonts.SECOND))
            painter.setPen(theme.current().colour("soft"))
            painter.drawText(QRect(width + 6, 0, self.width() - width - 6, self.HEIGHT - 1),
                             Qt.AlignmentFlag.AlignVCenter, self._word)  # fmt: skip

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()


class KeyRow(QWidget):
    """The caps of all keys that work now; those that do not fit are left out from the right, the last one never."""

    pressed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(KeyCap.HEIGHT)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(16)
        self._shown: tuple[tuple[str, str], ...] = ()

    def show_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """(key, word) in order; the last one stands at the right edge."""
        if tuple(keys) == self._shown:
            return
        self._shown = tuple(keys)
        while item := self._row.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for number, (key, word) in enumerate(keys):
            if number == len(keys) - 1:
                self._row.addStretch(1)
            cap = KeyCap(key, word, self)
            cap.pressed.connect(lambda n=number: self.pressed.emit(n))
            self._row.addWidget(cap)
        self._fit()

    def _caps(self) -> list[KeyCap]:
        found = []
        for number in range(self._row.count()):
            item = self._row.itemAt(number)
            widget = item.widget() if item else None
            if isinstance(widget, KeyCap):
                found.append(widget)
        return found

    def _fit(self) -> None:
        caps = self._caps()
        if not caps:
            return
        room = self.width() - caps[-1].sizeHint().width() - 16
        for cap in caps[:-1]:
            room -= cap.sizeHint().width() + 16
            cap.setVisible(room >= 0)
        caps[-1].show()

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(200, KeyCap.HEIGHT)
