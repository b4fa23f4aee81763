"""The top of every sitting: state, elapsed time, case, health in one line, clock."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.clock import SystemClock, local
from app.hearing.model import Course, Hearing
from app.i18n import _, current_language
from app.session.status import Status
from app.ui import dates, fonts, shapes, state, theme
from app.ui.health import HealthLine
from app.ui.language import retranslated
from app.ui.paint import painted
from app.ui.words import Words


class StateBadge(QWidget):
    """The one answer: is it being recorded. Shape, words and colour say the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = state.IDLE
        self._font = fonts.caps(17, 0.6)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        retranslated(self, self._retranslate)

    def show_look(self, look: state.Look) -> None:
        """Change over; nothing happens where it is the same."""
        if look is not self._look:
            self._look = look
            self._retranslate()

    def _retranslate(self) -> None:
        self.setAccessibleName(str(self._look.words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self._font).horizontalAdvance(str(self._look.words))
        return QSize(16 + 14 + 12 + words + 18, 40)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        tokens = theme.current()
        box = QRectF(self.rect())
        look = self._look
        if look.filled:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour(look.token))
            painter.drawRoundedRect(box, 6, 6)
            if look is state.CLOSED:
                pen = QPen(tokens.colour("on_colour"), 2, Qt.PenStyle.DashLine)
                painter.setPen(pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(3, 3, -3, -3), 4, 4)
            ink = tokens.colour("on_colour")
        else:
            ink = tokens.colour(look.token)
            if look is state.IDLE:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(tokens.colour("frozen"))
            else:
                painter.setPen(QPen(ink, 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 6, 6)
        look.shape(painter, QRectF(16, 13, 14, 14), ink)
        painter.setPen(ink)
        painter.setFont(self._font)
        painter.drawText(box.adjusted(42, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, str(look.words))


class TopBar(QWidget):
    """As drawn: badge, timer, case, health, clock, menu."""

    menu_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(60)
        self.badge = StateBadge()
        self.elapsed = QLabel("00:00:00")
        self.elapsed.setFont(_digits(fonts.TIMER, 600))
        self.case = Words(fonts.BASE)
        self.about = Words(fonts.SECOND, tone="soft")
        self.health = HealthLine()
        self.clock = QLabel()
        self.clock.setFont(_digits(20, 500))
        self.clock.setProperty("tone", "soft")
        self.menu = QToolButton()
        self.menu.setProperty("kind", "plain")
        self.menu.setFixedSize(32, 32)
        self.menu.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.menu.clicked.connect(self.menu_wanted)
        self.case.setMinimumWidth(150)
        names = QVBoxLayout()
        names.setSpacing(1)
        names.setContentsMargins(0, 9, 0, 9)
        names.addWidget(self.case)
        names.addWidget(self.about)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 10, 0)
        row.setSpacing(20)
        row.addWidget(self.badge)
        row.addWidget(self.elapsed)
        row.addLayout(names, 1)
        row.addWidget(self.health)
        row.addWidget(self.clock)
        row.addWidget(self.menu)
        row.setSpacing(16)
        self._hearing, self._status = Hearing(), Status()
        self._beat = QTimer(self)
        self._beat.setInterval(1000)
        self._beat.timeout.connect(self._tick)
        self._beat.start()
        theme.changed.connect(self._redress)
        self._redress()
        self._tick()
        retranslated(self, self._retranslate)

    def _redress(self) -> None:
        self.menu.setIcon(shapes.icon(shapes.lines, theme.current().colour("soft"), 18))

    def _tick(self) -> None:
        text = dates.clock(local(SystemClock().utc()))
        if text != self.clock.text():
            self.clock.setText(text)

    def show_hearing(self, hearing: Hearing) -> None:
        """Case card and whether the hearing is open."""
        self._hearing = hearing
        self._retranslate()

    def show_status(self, status: Status) -> None:
        """Ten times a second: only what changed is drawn again."""
        self._status = status
        look = state.look(self._hearing, status)
        self.badge.show_look(look)
        seconds = status.course_s if look.timer == "course" else status.elapsed_s
        if (text := dates.timer(seconds)) != self.elapsed.text():
            self.elapsed.setText(text)
        self.elapsed.setVisible(status.course is not Course.NOT_STARTED)
        self.health.show_status(self._hearing, status)

    def _retranslate(self) -> None:
        case = self._hearing.case
        self.menu.setAccessibleName(str(_("Menu")))
        self.menu.setToolTip(str(_("Menu")) + " · F10")
        self.elapsed.setAccessibleName(str(_("Time")))
        self.clock.setAccessibleName(str(_("Clock")))
        if case is None:
            return
        language = current_language()
        name = case.name.in_(language)
        self.case.show_words(case.number, f" · {name}" if name else "")
        open_ = _("Open hearing") if case.open else _("Closed hearing")
        tongue = _("state language") if case.language == "kk" else _("Russian language")
        parts = [str(open_), str(tongue)]
        if self._hearing.demonstration:
            parts.insert(0, str(_("DEMONSTRATION")))
        if court := case.court.in_(language):
            parts.append(court)
        self.about.show_words("", " · ".join(parts))
        self.health.show_status(self._hearing, self._status)


def _digits(pixels: int, weight: int) -> QFont:
    """Digits of one width, so that a running time does not tremble."""
    font = fonts.sans(pixels, weight)
    font.setFeature(QFont.Tag.fromString("tnum"), 1)
    return font
