"""Export and signing: keys and passwords of secretary and judge, progress that can be cancelled, what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.errors import Trouble
from app.hearing.model import Hearing, RecordLanguage
from app.i18n import Message, _
from app.session.changes import TaskEnded, TaskProgressed
from app.ui import application, fonts
from app.ui.bridge import Bridge
from app.ui.language import retranslated


class KeyFields(QWidget):
    """A PKCS#12 file and its password."""

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self._path = QLineEdit(str(path) if path else "")
        self._browse = QPushButton()
        self._browse.clicked.connect(self._on_browse)
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._path, 3)
        row.addWidget(self._browse)
        row.addWidget(self._password, 2)

    def retranslate(self, who: Message) -> None:
        """Words and accessible names; ``who`` is the signer."""
        self._browse.setText(str(_("Browse…")))
        self._browse.setAccessibleName(f"{who}: {self._browse.text()}")
        self._path.setPlaceholderText(str(_("key file (.p12)")))
        self._path.setAccessibleName(f"{who}: {self._path.placeholderText()}")
        self._password.setPlaceholderText(str(_("password")))
        self._password.setAccessibleName(f"{who}: {self._password.placeholderText()}")

    @property
    def path(self) -> Path | None:
        text = self._path.text().strip()
        return Path(text) if text else None

    @property
    def password(self) -> str:
        return self._password.text()

    def _on_browse(self) -> None:
        title = str(_("Choose a key file"))
        chosen, _filter = QFileDialog.getOpenFileName(self, title, self._path.text(), "PKCS#12 (*.p12 *.pfx)")
        if chosen:
            self._path.setText(chosen)


class ExportDialog(QDialog):
    """Asks for the keys, starts the task, shows its way and its result."""

    def __init__(self, bridge: Bridge, language: RecordLanguage, hearing: Hearing, parent: QWidget) -> None:
        super().__init__(parent)
        self._bridge, self._engine, self._language = bridge, bridge.engine, language
        self._hearing = hearing
        self._task = ""
        self._early: list[TaskProgressed | TaskEnded] = []
        self._message: Message | None = None
        self._result: dict[str, Any] | None = None
        self._trouble: Trouble | None = None
        chosen, _trouble = application.chosen()
        self._title = QLabel()
        self._title.setFont(fonts.sans(18, 600))
        self._about = QLabel()
        self._about.setWordWrap(True)
        self._about.setProperty("tone", "soft")
        self.secretary = KeyFields(chosen.secretary_key)
        self.judge = KeyFields(chosen.judge_key)
        self._labels = (QLabel(), QLabel())
        form = QFormLayout()
        form.addRow(self._labels[0], self.secretary)
        form.addRow(self._labels[1], self.judge)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.hide()
        self.go, self.leave, self.folder = QPushButton(), QPushButton(), QPushButton()
        self.go.setProperty("kind", "main")
        self.go.setDefault(True)
        self.go.clicked.connect(self._on_go)
        self.leave.clicked.connect(self.reject)
        self.folder.clicked.connect(self._on_folder)
        self.folder.hide()
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.folder)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        column.addWidget(self._title)
        column.addWidget(self._about)
        column.addLayout(form)
        column.addWidget(self.bar)
        column.addWidget(self.words)
        column.addStretch(1)
        column.addLayout(buttons)
        self.setMinimumSize(720, 330)
        bridge.task_progressed.connect(self._on_progress)
        bridge.task_ended.connect(self._on_end)
        bridge.hearing_changed.connect(self._on_hearing)
        retranslated(self, self._retranslate)

    @property
    def busy(self) -> bool:
        """Whether the task runs."""
        return self.bar.isVisible() and self._result is None and self._trouble is None

    def _on_hearing(self, _events: object, hearing: Hearing) -> None:
        self._hearing = hearing

    def _retranslate(self) -> None:
        self.setWindowTitle(str(_("Make and sign the protocol")))
        self._title.setText(str(_("Make and sign the protocol")))
        if self._hearing.demonstration:
            about = _(
                "This is a demonstration, and the documents say so. Without key files they are signed with "
                "throw-away test keys, named as such."
            )
        else:
            about = _("The secretary signs first, then the presiding judge. A signed protocol cannot be changed any "
                      "more. Without a key file the documents are made unsigned.")  # fmt: skip
        self._about.setText(str(about))
        names = (_("Secretary"), _("Presiding judge"))
        for label, fields, name in zip(self._labels, (self.secretary, self.judge), names, strict=True):
            label.setText(str(name))
            fields.retranslate(name)
        self.go.setText(str(_("Make and sign")))
        self.folder.setText(str(_("Open the folder")))
        self.bar.setAccessibleName(str(_("Progress")))
        self._show()

    def _show(self) -> None:
        done = self._result is not None
        self.go.setVisible(not done)
        self.go.setEnabled(not self.busy)
        for fields in (self.secretary, self.judge):
            fields.setEnabled(not self.busy and not done)
        self.leave.setText(str(_("Cancel") if self.busy or not done else _("Close")))
        self.folder.setVisible(done)
        if self._result is not None:
            self.words.setText("\n".join(self._result_lines(self._result)))
        elif self._trouble is not None:
            self.words.setText(str(self._trouble))
        elif self._message is not None:
            self.words.setText(str(self._message))
        outcomes = {0: "good", 1: "alarm"}  # 3: whole, but nobody vouches for the signatures here
        tone = "alarm" if self._trouble else "ink"
        if self._result is not None:
            tone = outcomes.get(self._result["exit_status"], "ink")
        if self.words.property("tone") != tone:
            self.words.setProperty("tone", tone)
            self.words.style().unpolish(self.words)
            self.words.style().polish(self.words)
        self.words.setVisible(bool(self.words.text()))
        if done:
            self.resize(self.width(), max(self.height(), self.heightForWidth(self.width()), self.sizeHint().height()))

    def _result_lines(self, result: dict[str, Any]) -> list[str]:
        """The verification's own conclusion, and where everything is."""
        names = (("protocol_pdf", _("Protocol")), ("transcript", _("Transcript")), ("package", _("Package")))
        return [str(Message.from_json(result["status"])), *(f"{name}: {result[key]}" for key, name in names)]

    def _on_go(self) -> None:
        self._trouble, self._message = None, None
        self._task, self._early = "", []
        self.bar.setValue(0)
        self.bar.show()
        language = self._language
        secretary, judge = self.secretary, self.judge
        keys = (secretary.path, secretary.password, judge.path, judge.password)
        self._bridge.order(
            lambda: self._engine.export(language, secretary_key=keys[0], secretary_password=keys[1],
                                        judge_key=keys[2], judge_password=keys[3]),
            done=self._on_started, failed=self._on_failed,
        )  # fmt: skip
        self._show()

    def _on_started(self, task: str) -> None:
        self._task = task
        early, self._early = self._early, []
        for change in early:
            if isinstance(change, TaskProgressed):
                self._on_progress(change)
            else:
                self._on_end(change)

    def _on_failed(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self.bar.hide()
        self._show()

    def _on_progress(self, change: TaskProgressed) -> None:
        if not self._task:
            self._early.append(change)
        elif change.task == self._task:
            self.bar.setValue(int(change.done * 1000))
            self._message = change.message
            self._show()

    def _on_end(self, change: TaskEnded) -> None:
        if not self._task:
            self._early.append(change)
            return
        if change.task != self._task:
            return
        self._result, self._trouble = change.result, change.trouble
        self.bar.hide()
        self._show()

    def _on_folder(self) -> None:
        if self._result and self._result.get("package"):
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._result["package"]).parent)))

    def reject(self) -> None:
        """Cancel a running task, else close."""
        if self.busy and self._task:
            task = self._task
            self._bridge.order(lambda: self._engine.cancel(task))
            return
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.busy:
            event.ignore()
            self.reject()
