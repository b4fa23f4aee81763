"""Questions: only before stopping, signing, deleting and leaving a running recording behind."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.i18n import Message
from app.ui import fonts
from app.ui.language import retranslated


class Question(QDialog):
    """Two answers; Enter and Esc mean ``no``."""

    def __init__(self, parent: QWidget, question: Message, explained: Message, yes: Message, no: Message) -> None:
        super().__init__(parent)
        title, words = QLabel(), QLabel()
        title.setFont(fonts.sans(18, 600))
        words.setWordWrap(True)
        words.setMinimumWidth(420)
        self.agree, self.refuse = QPushButton(), QPushButton()
        self.refuse.setProperty("kind", "main")
        self.refuse.setDefault(True)
        self.agree.setAutoDefault(False)
        self.agree.clicked.connect(self.accept)
        self.refuse.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.agree)
        buttons.addWidget(self.refuse)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        for part in (title, words):
            column.addWidget(part)
        column.addLayout(buttons)
        self.refuse.setFocus()

        def retranslate() -> None:
            self.setWindowTitle(str(question))
            self.setAccessibleName(str(question))
            for widget, message in ((title, question), (words, explained), (self.agree, yes), (self.refuse, no)):
                widget.setText(str(message))

        retranslated(self, retranslate)


def ask(parent: QWidget, question: Message, explained: Message, yes: Message, no: Message) -> bool:
    """True for ``yes``."""
    box = Question(parent, question, explained, yes, no)
    agreed = box.exec() == QDialog.DialogCode.Accepted
    box.deleteLater()
    return agreed
