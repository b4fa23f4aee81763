"""A fault is a full-width band with sentences and a way out, never a small icon."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.errors import Trouble
from app.i18n import Message, _
from app.ui import fonts, shapes, theme
from app.ui.language import retranslated
from app.ui.paint import painted


class Band(QWidget):
    """Shows one trouble at a time; red where the recording itself is in trouble, else amber."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._alarm: Message | None = None
        self._trouble: tuple[Message, ...] = ()
        self._first = QLabel()
        self._first.setFont(fonts.sans(fonts.BASE, 600))
        self._first.setWordWrap(True)
        self._second = QLabel()
        self._second.setWordWrap(True)
        self._leave = QPushButton()
        self._leave.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._leave.clicked.connect(self.dismiss)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._first)
        words.addWidget(self._second)
        row = QHBoxLayout(self)
        row.setContentsMargins(52, 10, 16, 10)
        row.addLayout(words, 1)
        row.addWidget(self._leave)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        theme.changed.connect(self._dress)
        retranslated(self, self._retranslate)
        self.hide()

    def show_trouble(self, trouble: Trouble) -> None:
        """Happened, safe, remedy; stays until it is put away."""
        self._trouble = trouble.sentences()
        self._show()

    def show_alarm(self, message: Message | None) -> None:
        """The recording is in trouble (or no longer): stays as long as it lasts."""
        if message != self._alarm:
            self._alarm = message
            self._show()

    def _show(self) -> None:
        self._dress()
        self._retranslate()
        self.setVisible(bool(self._alarm or self._trouble))

    def sentences(self) -> str:
        """What is written now."""
        return " ".join(filter(None, (self._first.text(), self._second.text()))) if not self.isHidden() else ""

    @property
    def dismissable(self) -> bool:
        """Whether there is something to put away."""
        return bool(self._trouble)

    def dismiss(self) -> None:
        """Put a trouble away that was read."""
        if self._trouble:
            self._trouble = ()
            self._show()
            self.dismissed.emit()

    def _dress(self) -> None:
        tokens = theme.current()
        colour = tokens.on_colour if self._alarm else tokens.ink
        for label in (self._first, self._second):
            label.setStyleSheet(f"color: {colour}")
        self._leave.setVisible(bool(self._trouble))
        self.update()

    def _retranslate(self) -> None:
        parts = ((self._alarm,) if self._alarm else ()) + self._trouble
        self._first.setText(str(parts[0]) if parts else "")
        rest = " ".join(str(part) for part in parts[1:])
        self._second.setText(rest)
        self._second.setVisible(bool(rest))
        self._leave.setText(str(_("Understood")) + "  Esc")
        self.setAccessibleName(str(_("Trouble")) + ": " + " ".join(filter(None, (self._first.text(), rest))))

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        tokens = theme.current()
        painter.fillRect(self.rect(), tokens.colour("recording" if self._alarm else "slip"))
        ink = tokens.colour("on_colour" if self._alarm else "warning")
        if not self._alarm:
            painter.fillRect(0, 0, 4, self.height(), tokens.colour("slip_edge"))
        shapes.triangle(painter, QRectF(18, self.height() / 2 - 10, 20, 20), ink)
