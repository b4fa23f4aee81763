"""A level meter: −60…0 dBFS, peaks held for 20 s, clipping shown for 1 s, blank (not zero) without data."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _
from app.session.status import SeatLevel
from app.ui import theme
from app.ui.paint import painted

FLOOR, YELLOW, RED = -60.0, -20.0, -9.0
HOLD_S, FLASH_S = 20.0, 1.0


def place(level: float) -> float:
    """Where a level in dBFS stands on the meter, from 0 to 1."""
    return min(1.0, max(0.0, 1 - level / FLOOR))


class Meter(QWidget):
    """One microphone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._level: SeatLevel | None = None
        self._held = FLOOR
        self._held_at = 0.0
        self._clipped_at = float("-inf")

    def show_level(self, level: SeatLevel | None) -> None:
        """The newest level; None when nothing came for half a second."""
        now = time.monotonic()
        if level is None:
            if self._level is not None:
                self._level = None
                self._held = FLOOR
                self.update()
            return
        if level.peak >= self._held or now - self._held_at > HOLD_S:
            self._held, self._held_at = level.peak, now
        if level.clipped:
            self._clipped_at = now
        self._level = level
        self.update()

    def describe(self, who: str) -> None:
        """Name for people who hear the screen; the level itself changes too often to be read out."""
        self.setAccessibleName(str(_("Level: {who}", who=who)))

    def sizeHint(self) -> QSize:
        return QSize(160, 8)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        tokens = theme.current()
        width, height = self.width(), self.height()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.colour("track"))
        painter.drawRoundedRect(QRectF(0, 0, width, height), 2, 2)
        if self._level is not None:
            reach = place(self._level.peak) * width
            bounds = (0.0, place(YELLOW) * width, place(RED) * width, float(width))
            for token, left, right in zip(("level", "loud", "recording"), bounds, bounds[1:], strict=False):
                if reach > left:
                    painter.setBrush(tokens.colour(token))
                    painter.drawRect(QRectF(left, 0, min(reach, right) - left, height))
            if self._held > FLOOR:
                painter.setBrush(tokens.colour("ink"))
                painter.drawRect(QRectF(min(width - 2.0, place(self._held) * width), 0, 1.5, height))
            if time.monotonic() - self._clipped_at < FLASH_S:
                painter.setBrush(tokens.colour("recording"))
                painter.drawRect(QRectF(width - 8, 0, 8, height))
        painter.setBrush(tokens.colour("panel"))
        for level in (YELLOW, RED):
            painter.drawRect(QRectF(place(level) * width - 0.5, 0, 1, height))
