"""Before the recording: one large button, and the key that does the same."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.i18n import _
from app.ui import fonts
from app.ui.language import retranslated


class StartPrompt(QWidget):
    """Before the recording: one key."""

    pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.button = QPushButton()
        self.button.setProperty("kind", "record")
        self.button.setFont(fonts.sans(18, 600))
        self.button.setMinimumSize(320, 60)
        self.button.clicked.connect(self.pressed)
        self._hint = QLabel()
        self._hint.setProperty("tone", "soft")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(8)
        column.addWidget(self._hint)
        column.addStretch(1)
        retranslated(self, self._retranslate)

    def _retranslate(self) -> None:
        self.button.setText(str(_("Start recording")) + "  ·  F9")
        self._hint.setText(str(_("From this moment every microphone is recorded, until you finish the hearing.")))
