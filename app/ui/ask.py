"""Questions: only before stopping, signing, deleting and leaving a running recording behind."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from app.i18n import Message


def ask(parent: QWidget, question: Message, explained: Message, yes: Message, no: Message) -> bool:
    """True for ``yes``; Enter and Esc mean ``no``."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(str(question))
    box.setText(str(question))
    box.setInformativeText(str(explained))
    agree = box.addButton(str(yes), QMessageBox.ButtonRole.AcceptRole)
    refuse = box.addButton(str(no), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(refuse)
    box.setEscapeButton(refuse)
    box.exec()
    agreed = box.clickedButton() is agree
    box.deleteLater()
    return agreed
