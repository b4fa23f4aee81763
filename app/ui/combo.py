"""A choice with an arrow that is drawn, because the style sheet would need a picture for it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QComboBox

from app.ui import theme


class Combo(QComboBox):
    """Opens by Space or Alt+Down as any other; the wheel does not change it by accident."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(60)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.current().colour("soft"), 1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        x, y = self.width() - 14.0, self.height() / 2 + 1
        painter.drawPolyline(QPolygonF([QPointF(x - 4, y - 2.5), QPointF(x, y + 1.5), QPointF(x + 4, y - 2.5)]))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
