"""Icons as vector shapes: drawn at any size and colour, never taken from a font."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF


def _pen(painter: QPainter, colour: QColor, width: float) -> None:
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _fill(painter: QPainter, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(colour))


def disc(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Recording."""
    _fill(painter, colour)
    painter.drawEllipse(box)


def locked_disc(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Recording a closed hearing: a disc with a lock cut out."""
    path = QPainterPath()
    path.addEllipse(box)
    body = QRectF(0, 0, box.width() * 0.46, box.height() * 0.32)
    body.moveCenter(box.center() + QPointF(0, box.height() * 0.12))
    lock = QPainterPath()
    lock.addRect(body)
    _fill(painter, colour)
    painter.drawPath(path.subtracted(lock))
    painter.save()
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    hole = QColor("#7d1212")
    _fill(painter, hole)
    painter.drawRect(body)
    _pen(painter, hole, box.width() * 0.09)
    bow = QRectF(0, 0, body.width() * 0.62, box.height() * 0.36)
    bow.moveCenter(QPointF(box.center().x(), body.top()))
    painter.drawArc(bow, 0, 180 * 16)
    painter.restore()


def ring(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Not recording."""
    _pen(painter, colour, box.width() * 0.17)
    inset = box.width() * 0.09
    painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))


def bars(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A break."""
    _fill(painter, colour)
    width = box.width() * 0.3
    painter.drawRoundedRect(QRectF(box.left() + box.width() * 0.1, box.top(), width, box.height()), 1.5, 1.5)
    painter.drawRoundedRect(QRectF(box.right() - box.width() * 0.1 - width, box.top(), width, box.height()), 1.5, 1.5)


def door(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """The deliberation room: a closed door."""
    _pen(painter, colour, box.width() * 0.11)
    leaf = box.adjusted(box.width() * 0.17, 0, -box.width() * 0.17, 0)
    painter.drawRect(leaf)
    _fill(painter, colour)
    painter.drawEllipse(QPointF(leaf.right() - leaf.width() * 0.24, leaf.center().y()), box.width() * 0.08,
                        box.width() * 0.08)  # fmt: skip


def triangle(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Something is wrong."""
    _pen(painter, colour, box.width() * 0.11)
    inset = box.width() * 0.06
    painter.drawPolygon(
        QPolygonF([
            QPointF(box.center().x(), box.top() + inset),
            QPointF(box.right() - inset, box.bottom() - inset),
            QPointF(box.left() + inset, box.bottom() - inset),
        ])
    )  # fmt: skip
    x = box.center().x()
    painter.drawLine(QPointF(x, box.top() + box.height() * 0.4), QPointF(x, box.top() + box.height() * 0.62))
    _fill(painter, colour)
    painter.drawEllipse(QPointF(x, box.top() + box.height() * 0.79), box.width() * 0.06, box.width() * 0.06)


def tick(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Well, or done."""
    _pen(painter, colour, max(1.5, box.width() * 0.16))
    painter.drawPolyline(
        QPolygonF([
            QPointF(box.left() + box.width() * 0.12, box.top() + box.height() * 0.55),
            QPointF(box.left() + box.width() * 0.4, box.top() + box.height() * 0.86),
            QPointF(box.left() + box.width() * 0.9, box.top() + box.height() * 0.14),
        ])
    )  # fmt: skip


def cross(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Failed, or close."""
    _pen(painter, colour, max(1.5, box.width() * 0.16))
    inset = box.width() * 0.15
    inner = box.adjusted(inset, inset, -inset, -inset)
    painter.drawLine(inner.topLeft(), inner.bottomRight())
    painter.drawLine(inner.topRight(), inner.bottomLeft())


def arrow(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Here we are."""
    _fill(painter, colour)
    painter.drawPolygon(
        QPolygonF([
            QPointF(box.left() + box.width() * 0.15, box.top() + box.height() * 0.1),
            QPointF(box.right() - box.width() * 0.05, box.center().y()),
            QPointF(box.left() + box.width() * 0.15, box.bottom() - box.height() * 0.1),
        ])
    )  # fmt: skip


def dot(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Still to come."""
    _fill(painter, colour)
    painter.drawEllipse(box.center(), 1.5, 1.5)


def lines(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """The menu: three lines."""
    _pen(painter, colour, max(1.5, box.height() * 0.12))
    for part in (0.2, 0.5, 0.8):
        y = box.top() + box.height() * part
        painter.drawLine(QPointF(box.left() + 1, y), QPointF(box.right() - 1, y))


Shape = Callable[[QPainter, QRectF, QColor], None]


def icon(shape: Shape, colour: QColor, pixels: int = 16) -> QIcon:
    """A shape as an icon for Qt's own controls, sharp at 100 and 200 %."""
    found = QIcon()
    for ratio in (1, 2):
        picture = QPixmap(pixels * ratio, pixels * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape(painter, QRectF(1, 1, pixels - 2, pixels - 2), colour)
        painter.end()
        found.addPixmap(picture)
    return found
