"""A line of text that is elided where it does not fit, with a heavier beginning; the whole is in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import fonts, theme
from app.ui.paint import painted


class Words(QWidget):
    """One line: ``strong`` in semi-bold, then ``plain``."""

    def __init__(self, pixels: int = fonts.BASE, tone: str = "ink", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixels, self._tone = pixels, tone
        self._strong = self._plain = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_words(self, strong: str, plain: str) -> None:
        """What to write."""
        if (strong, plain) == (self._strong, self._plain):
            return
        self._strong, self._plain = strong, plain
        whole = strong + plain
        self.setToolTip(whole)
        self.setAccessibleName(whole)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The whole line."""
        return self._strong + self._plain

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(fonts.sans(self._pixels))
        return QSize(60, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.setPen(theme.current().colour(self._tone))
        x = 0
        flags = Qt.AlignmentFlag.AlignVCenter
        for text, font in ((self._strong, fonts.sans(self._pixels, 600)), (self._plain, fonts.sans(self._pixels))):
            metrics = QFontMetrics(font)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, self.width() - x))
            painter.setFont(font)
            painter.drawText(QRect(x, 0, self.width() - x, self.height()), flags, shown)
            x += metrics.horizontalAdvance(shown)
