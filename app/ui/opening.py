"""The first screen: recent hearings, those being recorded on top, and the form for a new one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.hearing.model import Course
from app.i18n import Message, _, current_language
from app.session import sittings
from app.session.sittings import SittingCard
from app.ui import dates, fonts, shapes, theme
from app.ui.bridge import Worker
from app.ui.form import HearingForm
from app.ui.language import retranslated
from app.ui.paper import Index
from app.ui.rehearsal import open_rehearsal

_CARD = Qt.ItemDataRole.UserRole


def course_words(card: SittingCard) -> Message:
    """What became of a sitting."""
    if card.living:
        return {
            Course.BREAK: _("break now — Enter to come back"),
            Course.DELIBERATION: _("deliberation now — Enter to come back"),
        }.get(card.course, _("recording now — Enter to come back"))
    if card.course is Course.NOT_STARTED:
        return _("not yet recorded")
    if card.course is Course.STOPPED:
        return _("recorded")
    return _("recording was interrupted")


class Cards(QStyledItemDelegate):
    """Draws a sitting: number, what it is about, when, what became of it."""

    HEIGHT = 76

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, self.HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card: SittingCard = index.data(_CARD)
        tokens = theme.current()
        box = QRectF(option.rect).adjusted(2, 3, -2, -3)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tokens.colour("selection_edge" if chosen else "line"))
        painter.setBrush(tokens.colour("selection" if chosen else "panel"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        left, width = box.left() + 36, box.width() - 48
        flags = Qt.AlignmentFlag.AlignVCenter
        shape, colour = shapes.ring, tokens.colour("soft")
        if card.living:
            shape, colour = shapes.disc, tokens.colour("recording")
        elif card.course is Course.STOPPED:
            shape = shapes.tick
        elif card.course is not Course.NOT_STARTED:
            shape, colour = shapes.triangle, tokens.colour("warning")
        shape(painter, QRectF(box.left() + 13, box.top() + 14, 12, 12), colour)
        when = f"{dates.date(card.begun)}, {dates.clock(card.begun)}" if card.begun else ""
        painter.setFont(fonts.sans(fonts.SMALL))
        painter.setPen(tokens.colour("soft"))
        painter.drawText(QRectF(left, box.top() + 8, width, 20), flags | Qt.AlignmentFlag.AlignRight, when)
        taken = QFontMetrics(fonts.sans(fonts.SMALL)).horizontalAdvance(when) + 12
        for text, font, token, top, room in (
            (card.number, fonts.sans(fonts.BASE, 600), "ink", 8, width - taken),
            (card.name.in_(current_language()), fonts.sans(fonts.SECOND), "ink", 27, width),
        ):
            painter.setFont(font)
            painter.setPen(tokens.colour(token))
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(left, box.top() + top, room + 2, 20), flags, shown)
        words = str(course_words(card))
        if card.demonstration:
            words += " · " + str(_("demonstration"))
        painter.setFont(fonts.sans(fonts.SMALL, 600 if card.living else 400))
        painter.setPen(tokens.colour("alarm" if card.living else "soft"))
        painter.drawText(QRectF(left, box.top() + 46, width, 18), flags, words)
        painter.restore()


class OpeningPage(QWidget):
    """Choose, or create."""

    chosen = Signal(object)
    rehearsal_made = Signal(object)
    trouble_arose = Signal(object)
    menu_wanted = Signal()

    def __init__(self, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._worker = worker
        self._title = QLabel("Khatshy")
        self._title.setFont(fonts.sans(22, 600))
        self._motto = QLabel()
        self._motto.setProperty("tone", "soft")
        self._menu = QToolButton()
        self._menu.setProperty("kind", "plain")
        self._menu.setFixedSize(32, 32)
        self._menu.clicked.connect(self.menu_wanted)
        self._recent_title = QLabel()
        self._recent_title.setFont(fonts.caps(fonts.SMALL))
        self._recent_title.setProperty("tone", "soft")
        self.list = QListWidget()
        self.list.setItemDelegate(Cards(self.list))
        self.list.setProperty("kind", "cards")
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemActivated.connect(self._on_activated)
        self.list.itemClicked.connect(self._on_clicked)
        self._empty = QLabel()
        self._empty.setWordWrap(True)
        self._empty.setProperty("tone", "soft")
        self.open = QPushButton()
        self.open.clicked.connect(self._on_open)
        self.demonstration = QPushButton()
        self.demonstration.clicked.connect(self._on_demonstration)
        self.form = HearingForm(worker)
        self.form.created.connect(self.chosen)
        self.form.trouble_arose.connect(self.trouble_arose)
        self._compose()
        QShortcut(QKeySequence("F5"), self, activated=self.refresh)  # type: ignore[call-overload]
        theme.changed.connect(self._redress)
        self._redress()
        retranslated(self, self._retranslate)

    def _compose(self) -> None:
        top = QWidget()
        top.setProperty("ground", "panel")
        top.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        top.setFixedHeight(60)
        bar = QHBoxLayout(top)
        bar.setContentsMargins(20, 0, 10, 0)
        bar.setSpacing(14)
        bar.addWidget(self._title)
        bar.addWidget(self._motto, 1)
        bar.addWidget(self._menu)
        left = QVBoxLayout()
        left.setContentsMargins(20, 16, 16, 16)
        left.setSpacing(10)
        left.addWidget(self._recent_title)
        left.addWidget(self._empty)
        left.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(self.open)
        row.addStretch(1)
        row.addWidget(self.demonstration)
        left.addLayout(row)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addLayout(left, 4)
        body.addWidget(self.form, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        line = QWidget()
        line.setObjectName("line")
        line.setFixedHeight(1)
        column.addWidget(top)
        column.addWidget(line)
        column.addLayout(body, 1)
        for first, second in ((self.list, self.open), (self.open, self.demonstration), (self.demonstration, self.form)):
            QWidget.setTabOrder(first, second)

    def _redress(self) -> None:
        self._menu.setIcon(shapes.icon(shapes.lines, theme.current().colour("soft"), 18))

    def _retranslate(self) -> None:
        self._motto.setText(str(_("Workstation of the court secretary")))
        self._menu.setAccessibleName(str(_("Menu")))
        self._menu.setToolTip(str(_("Menu")) + " · F10")
        self._recent_title.setText(str(_("HEARINGS")))
        self.list.setAccessibleName(str(_("Hearings")))
        self._empty.setText(
            str(_("There are no hearings on this PC yet. Fill in the form, or hold the demonstration."))
        )
        self.open.setText(str(_("Open")) + "  Enter")
        self.demonstration.setText(str(_("Demonstration hearing")))
        for number in range(self.list.count()):
            item = self.list.item(number)
            if item is not None:
                self._speak(item)

    @staticmethod
    def _speak(item: QListWidgetItem) -> None:
        card: SittingCard = item.data(_CARD)
        parts = [card.number, card.name.in_(current_language()), str(course_words(card))]
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, parts)))
        item.setToolTip(card.name.in_(current_language()))

    def refresh(self) -> None:
        """Read the list anew, off the GUI thread."""
        self._worker.order(sittings.recent, done=self._show)

    def _show(self, cards: list[SittingCard]) -> None:
        self.list.clear()
        for card in cards:
            item = QListWidgetItem()
            item.setData(_CARD, card)
            self._speak(item)
            self.list.addItem(item)
        self._empty.setVisible(not cards)
        self.open.setEnabled(bool(cards))
        if cards:
            self.list.setCurrentRow(0)
            if cards[0].living or not self.form.touched:
                self.list.setFocus()
        else:
            self.form.setFocus()

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self.list.setCurrentItem(item)

    def _on_activated(self, item: QListWidgetItem) -> None:
        card: SittingCard = item.data(_CARD)
        self.chosen.emit(Path(card.folder))

    def _on_open(self) -> None:
        if (item := self.list.currentItem()) is not None:
            self._on_activated(item)

    def _on_demonstration(self) -> None:
        self.demonstration.setEnabled(False)
        self._worker.order(open_rehearsal, done=self.rehearsal_made.emit, failed=self._on_failed)

    def _on_failed(self, trouble: object) -> None:
        self.demonstration.setEnabled(True)
        self.trouble_arose.emit(trouble)
