"""The line for notes: always ready while the hearing goes on; digits choose whom a note concerns."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.i18n import _
from app.ui import fonts
from app.ui.language import retranslated


class NoteLine(QLineEdit):
    """Enter sends; a digit in the empty line, or Alt with a digit, chooses a participant."""

    sent = Signal(str)
    number_pressed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._about = ""
        self.setFont(fonts.sans(fonts.TEXT))
        self.setFixedHeight(38)
        self.setMaxLength(2000)
        self.returnPressed.connect(self._send)
        retranslated(self, self._retranslate)

    def concern(self, about: str) -> None:
        """Name (role) of the participant whom the next note or mark concerns."""
        self._about = about
        self._retranslate()

    def _retranslate(self) -> None:
        words = _("Note about {who}…", who=self._about) if self._about else _("Note…")
        self.setPlaceholderText(str(words))
        self.setAccessibleName(str(words))

    def _send(self) -> None:
        if text := " ".join(self.text().split()):
            self.clear()
            self.sent.emit(text)

    def put_back(self, text: str) -> None:
        """A note that could not be written is not lost."""
        if not self.text():
            self.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.key() - Qt.Key.Key_0
        bare = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if 1 <= digit <= 9 and (alt or (bare and not self.text())):
            self.number_pressed.emit(digit)
        else:
            super().keyPressEvent(event)
