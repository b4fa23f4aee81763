"""The participants on the left: key, role, name, language, level; what is wrong with a seat is said below it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.hearing import law
from app.hearing.model import Hearing, Participant
from app.i18n import _, current_language
from app.session.status import SeatLevel, SourceStatus, Status
from app.ui import fonts, theme
from app.ui.keycap import draw_cap
from app.ui.language import retranslated
from app.ui.meter import Meter
from app.ui.paint import painted
from app.ui.words import Words


def tag(language: str | None) -> str:
    """The small mark of a language."""
    return {"kk": str(_("kaz")), "ru": str(_("rus"))}.get(language or "", "")


class _Cap(QWidget):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.setFixedSize(26, 26)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        draw_cap(painter, QRectF(1, 1, 24, 24), self._text, pixels=13)


class Tag(QWidget):
    """A language in a thin frame."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.setFixedSize(28, 18)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        if self.text:
            draw_tag(painter, QRectF(0, 0, 28, 18), self.text)


def draw_tag(painter: QPainter, box: QRectF, text: str) -> None:
    """The frame and its word."""
    tokens = theme.current()
    painter.setPen(QPen(tokens.colour("line"), 1))
    painter.setBrush(tokens.colour("panel"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(tokens.colour("soft"))
    painter.setFont(fonts.sans(11))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class SeatCard(QWidget):
    """One participant."""

    pressed = Signal(str)

    def __init__(self, number: int, participant: Participant) -> None:
        super().__init__()
        self.participant = participant
        self.chosen = False
        self._source: SourceStatus | None = None
        self._cap = _Cap(str(number) if number <= 9 else "")
        self._role = Words(fonts.BASE)
        self._name = Words(fonts.SECOND, "soft")
        self._tag = Tag()
        self.meter = Meter()
        self._trouble = QLabel()
        self._trouble.setWordWrap(True)
        self._trouble.setFont(fonts.sans(fonts.SMALL, 500))
        self._trouble.setProperty("tone", "warning")
        self._trouble.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 8, 6, 9)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.addWidget(self._cap, 0, 0, 2, 1)
        grid.addWidget(self._role, 0, 1)
        grid.addWidget(self._name, 1, 1)
        grid.addWidget(self._tag, 0, 2, 2, 1)
        grid.setRowMinimumHeight(2, 7)
        grid.addWidget(self.meter, 3, 1, 1, 2)
        grid.addWidget(self._trouble, 4, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        retranslated(self, self._retranslate)

    def show_participant(self, participant: Participant) -> None:
        """Their card was changed."""
        self.participant = participant
        self._retranslate()

    def choose(self, chosen: bool) -> None:
        """The next mark concerns this participant."""
        if chosen != self.chosen:
            self.chosen = chosen
            self.update()

    def _retranslate(self) -> None:
        p = self.participant
        role = law.wording(law.roles(), p.role).in_(current_language())
        by_video = " · " + str(_("by video link")) if p.presence == "remote" else ""
        self._role.show_words(role, by_video)
        absent = " · " + str(_("absent")) if p.presence == "absent" else ""
        self._name.show_words("", p.name.in_(current_language()) + absent)
        self._tag.text = tag(p.language)
        self._tag.update()
        self.setAccessibleName(", ".join(filter(None, (role, p.name.in_(current_language()), self._tag.text))))
        self.meter.describe(role)
        self.show_source(self._source, None)

    def show_source(self, source: SourceStatus | None, level: SeatLevel | None) -> None:
        """The newest of the seat's microphone."""
        self._source = source
        fresh = source is not None and source.fresh
        self.meter.setVisible(bool(self.participant.seat) and self.participant.presence != "absent")
        if level is not None or not fresh:
            self.meter.show_level(level if fresh else None)
        words = str(source.message) if source and source.health != "good" and source.message else ""
        if words != self._trouble.text():
            self._trouble.setText(words)
            self._trouble.setVisible(bool(words))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit(self.participant.id)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        if self.chosen:
            tokens = theme.current()
            painter.setPen(QPen(tokens.colour("selection_edge"), 1))
            painter.setBrush(tokens.colour("selection"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


class SeatsPanel(QFrame):
    """All participants in the order in which they were entered; digits choose one of them."""

    chosen_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(276)
        self._title = QLabel()
        self._title.setFont(fonts.caps(fonts.SMALL))
        self._title.setProperty("tone", "soft")
        self._cards: dict[str, SeatCard] = {}
        self._heard_by: dict[str, str] = {}
        self.chosen = ""
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(10, 0, 8, 8)
        self._column.setSpacing(3)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 15, 1, 0)
        column.setSpacing(10)
        heading = QVBoxLayout()
        heading.setContentsMargins(16, 0, 16, 0)
        heading.addWidget(self._title)
        column.addLayout(heading)
        column.addWidget(self._scroll, 1)
        retranslated(self, self._retranslate)

    def _retranslate(self) -> None:
        self._title.setText(str(_("PARTICIPANTS")))
        self.setAccessibleName(str(_("Participants")))
        self._scroll.setAccessibleName(str(_("Participants")))

    def show_hearing(self, hearing: Hearing) -> None:
        """Cards for all participants; existing ones are kept."""
        people = in_order(hearing)
        self._heard_by = {track.seat: source.name for source in hearing.sources for track in source.tracks}
        if [p.id for p in people] != list(self._cards):
            for card in self._cards.values():
                card.hide()
                card.deleteLater()
            self._cards = {}
            for number, participant in enumerate(people, 1):
                card = SeatCard(number, participant)
                card.pressed.connect(self.choose)
                self._cards[participant.id] = card
                self._column.insertWidget(self._column.count() - 1, card)
        for participant in people:
            card = self._cards[participant.id]
            if card.participant != participant:
                card.show_participant(participant)

    def show_status(self, status: Status) -> None:
        """Levels and troubles of the seats."""
        sources = {source.name: source for source in status.sources}
        levels = {level.seat: level for source in status.sources for level in source.levels}
        for card in self._cards.values():
            seat = card.participant.seat
            card.show_source(sources.get(self._heard_by.get(seat, "")), levels.get(seat))

    def choose(self, participant: str) -> None:
        """Choose a participant by id; the same again takes it back."""
        self.chosen = "" if participant == self.chosen or participant not in self._cards else participant
        for id_, card in self._cards.items():
            card.choose(id_ == self.chosen)
            if card.chosen:
                self._scroll.ensureWidgetVisible(card)
        self.chosen_changed.emit(self.chosen)

    def choose_number(self, number: int) -> bool:
        """Choose by the number on the key; False if nobody has it."""
        people = list(self._cards)
        if not 1 <= number <= min(9, len(people)):
            return False
        self.choose(people[number - 1])
        return True

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.current().colour("line"))


def in_order(hearing: Hearing) -> list[Participant]:
    """Participants as the courtroom names them: by role in the order of the law, then as they were written down."""
    order = list(law.roles())
    known = [s.seat for source in hearing.sources for s in source.tracks]

    def key(p: Participant) -> tuple[int, int, str]:
        role = order.index(p.role) if p.role in order else len(order)
        return role, known.index(p.seat) if p.seat in known else len(known), p.id

    return sorted(hearing.participants.values(), key=key)
