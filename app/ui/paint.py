"""Painting that always ends its painter: a mistake in a picture must not bring the window down."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

Painted = TypeVar("Painted", bound=QWidget)


def painted(draw: Callable[[Painted, QPainter], None]) -> Callable[[Painted, QPaintEvent], None]:
    """Make a paintEvent of ``draw(self, painter)``; the painter is smooth, and ended whatever happens."""

    def paint_event(self: Painted, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            draw(self, painter)
        finally:
            painter.end()

    return paint_event
