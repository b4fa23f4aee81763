"""The right column after the hearing: what was recorded, what was made of it, and the way to the signed protocol."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.hearing import law
from app.hearing.model import Course, Hearing, RecordLanguage
from app.i18n import Message, _, current_language
from app.ui import dates, fonts, theme
from app.ui.language import retranslated
from app.ui.paint import painted
from app.ui.seats import in_order

WIDTH = 430


class Sheet(QWidget):
    """A sheet of paper with the facts of the sitting, taken from its record."""

    def __init__(self, clock_of: Callable[[str], datetime]) -> None:
        super().__init__()
        self._clock_of = clock_of
        self._hearing = Hearing()
        self._title = QLabel()
        self._title.setFont(fonts.sans(fonts.BASE, 600))
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title.setWordWrap(True)
        self._facts = QLabel()
        self._facts.setFont(fonts.sans(fonts.SECOND))
        self._facts.setWordWrap(True)
        self._facts.setTextFormat(Qt.TextFormat.PlainText)
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(34, 28, 34, 28)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addWidget(self._facts)
        column.addStretch(1)
        retranslated(self, lambda: self.show_hearing(self._hearing))

    def show_hearing(self, hearing: Hearing) -> None:
        """Write the facts anew."""
        self._hearing = hearing
        self._title.setText(str(_("RECORD OF THE HEARING")))
        self._facts.setText("\n\n".join(str(fact) for fact in self._facts_of(hearing)))
        self.setAccessibleName(self._title.text())

    def _facts_of(self, hearing: Hearing) -> list[Message | str]:
        language = current_language()
        found: list[Message | str] = []
        if (case := hearing.case) is not None:
            found.append(f"№ {case.number}")
            found += [words for words in (case.name.in_(language), case.court.in_(language)) if words]
        if hearing.course:
            begin = self._clock_of(hearing.course[0].begin)
            found.append(dates.date(begin))
            times = {"begin": dates.clock(begin)}
            if hearing.now is Course.STOPPED:
                end = dates.clock(self._clock_of(hearing.course[-1].begin))
                found.append(_("Began at {begin}, ended at {end}", end=end, **times))
            else:
                found.append(_("Began at {begin}", **times))
        present: list[str] = []
        by_link = str(_("by video link"))
        for person in in_order(hearing):
            role = law.wording(law.roles(), person.role).in_(language)
            if person.presence != "absent":
                link = f" ({by_link})" if person.presence == "remote" else ""
                present.append(f"{role}: {person.name.in_(language)}{link}")
        if present:
            found.append(str(_("Took part")) + "\n" + "\n".join(present))
        if hearing.sources:
            found.append(_("Audio and video recording was used."))
        return found

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        tokens = theme.current()
        painter.setPen(QPen(tokens.colour("line"), 1))
        painter.setBrush(tokens.colour("panel"))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


class Outcome(QWidget):
    """The sheet, the language of the protocol, and the button that makes and signs it."""

    export_wanted = Signal(str)

    def __init__(self, clock_of: Callable[[str], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self._hearing = Hearing()
        self._chosen_by_hand = False
        self.sheet = Sheet(clock_of)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.sheet)
        self._area = area
        self._heading = QLabel()
        self._heading.setProperty("tone", "soft")
        self._group = QButtonGroup(self)
        self._languages: dict[RecordLanguage, QToolButton] = {}
        choice = QHBoxLayout()
        choice.setSpacing(8)
        for language in ("kk", "ru"):
            button = QToolButton()
            button.setProperty("kind", "choice")
            button.setCheckable(True)
            button.clicked.connect(self._on_chosen)
            self._group.addButton(button)
            self._languages[language] = button
            choice.addWidget(button)
        choice.addStretch(1)
        self._files = QLabel()
        self._files.setWordWrap(True)
        self._files.setTextFormat(Qt.TextFormat.PlainText)
        self._files.setFont(fonts.sans(fonts.SECOND))
        self._files.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.export = QPushButton()
        self.export.setProperty("kind", "main")
        self.export.clicked.connect(lambda: self.export_wanted.emit(self.language))
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(12)
        column.addWidget(area, 1)
        column.addWidget(self._heading)
        column.addLayout(choice)
        column.addWidget(self._files)
        column.addWidget(self.export)
        retranslated(self, self._retranslate)

    @property
    def language(self) -> RecordLanguage:
        """The language in which the protocol will be written."""
        return next((lang for lang, button in self._languages.items() if button.isChecked()), "kk")

    def _on_chosen(self) -> None:
        self._chosen_by_hand = True

    def show_hearing(self, hearing: Hearing) -> None:
        """Facts and outputs."""
        self._hearing = hearing
        self.sheet.show_hearing(hearing)
        if hearing.case is not None and not self._chosen_by_hand:
            self._languages[hearing.case.language].setChecked(True)
        self._retranslate()

    def _retranslate(self) -> None:
        self.setAccessibleName(str(_("Protocol")))
        self._area.setAccessibleName(str(_("RECORD OF THE HEARING")))
        self._heading.setText(str(_("Language of the protocol")))
        self._languages["kk"].setText(str(_("state language")))
        self._languages["ru"].setText(str(_("Russian language")))
        for button in self._languages.values():
            button.setAccessibleName(f"{self._heading.text()}: {button.text()}")
        self.export.setText(str(_("Make and sign the protocol…")) + "  Ctrl E")
        signed = {signature.document for signature in self._hearing.signatures}
        signed_ = str(_("signed"))
        rows = [
            f"{output.name} · {signed_}" if output.name in signed else output.name for output in self._hearing.outputs
        ]
        self._files.setText("\n".join(rows))
        self._files.setAccessibleName(str(_("Files made")))
        self._files.setVisible(bool(rows))

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        tokens = theme.current()
        painter.fillRect(self.rect(), QColor(tokens.frozen))
        painter.fillRect(0, 0, 1, self.height(), tokens.colour("line"))
