"""The day as a ribbon: who spoke when and how loudly, cut by stages, hatched at breaks, the present moment in red."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.clock import local, moment
from app.hearing.model import Course, Hearing, Utterance
from app.i18n import _
from app.session.status import Status
from app.ui import dates, fonts, theme
from app.ui.language import retranslated
from app.ui.paint import painted
from app.ui.seats import in_order
from app.ui.turns import stage_name

BIN_S = 0.5
AUDIBLE_DB = -45.0
QUIET_DB, LOUD_DB = -42.0, -14.0
SILENCE = 0.06
_SPANS_MIN = (3, 6, 12, 30, 60, 110, 170, 240, 360, 480, 720, 1440)
_TICKS_MIN = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 240)
_COLUMN = 4
_PAUSES = {Course.BREAK: _("Break"), Course.DELIBERATION: _("Deliberation")}


@dataclass
class Levels:
    """The loudest seat of every half second since the hearing began, as far as this window heard it."""

    bins: dict[int, tuple[float, str]] = field(default_factory=dict)

    def take(self, seconds: float, status: Status) -> None:
        """Levels of the moment ``seconds`` after the beginning."""
        loudest = max((lv for s in status.sources if s.fresh for lv in s.levels), key=lambda lv: lv.rms, default=None)
        if loudest is None:
            return
        number = int(seconds / BIN_S)
        if number not in self.bins or self.bins[number][0] < loudest.rms:
            self.bins[number] = (loudest.rms, loudest.seat if loudest.rms > AUDIBLE_DB else "")


class Ribbon(QWidget):
    """Height 76 pixels; the scale follows the length of the hearing in steps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self.setFixedHeight(76)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._hearing, self._status = Hearing(), Status()
        self._begin: datetime | None = None
        self._seats: dict[str, int] = {}
        self._levels = Levels()
        self._spoken: dict[int, str] = {}
        self._known: set[str] = set()
        self._cells: dict[int, tuple[float, str]] = {}
        self._per_column = 1
        self._now = 0.0
        self._drawn = -1.0
        retranslated(self, self._retranslate)

    def _retranslate(self) -> None:
        self.setAccessibleName(str(_("Course of the hearing")))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, 76)

    # what happened

    def show_hearing(self, hearing: Hearing) -> None:
        """Stages, breaks and speakers."""
        self._hearing = hearing
        self._seats = {p.seat: n for n, p in enumerate(in_order(hearing)) if p.seat}
        self._begin = moment(hearing.course[0].begin) if hearing.course else None
        self.hear(u for id_, u in hearing.utterances.items() if id_ not in self._known)
        self._find_now()
        self.update()

    def hear(self, utterances: Iterable[Utterance]) -> None:
        """Somebody spoke: their time is in their colour."""
        if self._begin is None:
            return
        for utterance in utterances:
            self._known.add(utterance.id)
            first = self._since(utterance.span.begin)
            for number in range(int(first / BIN_S), int((first + utterance.span.seconds) / BIN_S) + 1):
                self._spoken[number] = utterance.seat
                self._cells.pop(number // self._per_column, None)

    def show_status(self, status: Status) -> None:
        """Levels; drawn twice a second at most."""
        self._status = status
        self._find_now()
        if status.recording and self._begin is not None:
            self._levels.take(self._now, status)
        if abs(self._now - self._drawn) >= BIN_S:
            self.update()

    def _since(self, stamp: str) -> float:
        assert self._begin is not None
        return (moment(stamp) - self._begin).total_seconds()

    def _find_now(self) -> None:
        if self._begin is None:
            return
        last = self._hearing.course[-1]
        at_course = self._since(last.begin)
        running = last.course is not Course.STOPPED
        self._now = max(at_course + (self._status.course_s if running else 0.0), at_course)
        if self._hearing.utterances and not running:
            self._now = max(self._now, max(self._spoken, default=0) * BIN_S)

    # drawing

    def _span(self) -> float:
        """Seconds that fit into the width: in steps while it grows, exactly when it has ended."""
        if self._hearing.now is Course.STOPPED:
            return max(60.0, self._now / 0.98)
        for minutes in _SPANS_MIN:
            if self._now <= minutes * 60 * (0.97 if minutes > 3 else 0.9):
                return minutes * 60.0
        return self._now * 1.1

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        tokens = theme.current()
        painter.fillRect(self.rect(), tokens.colour("panel"))
        painter.fillRect(0, 0, self.width(), 1, tokens.colour("line"))
        if self._begin is None:
            return
        self._drawn = self._now
        scale = (self.width() - 32) / self._span()
        self._draw_ticks(painter, scale)
        self._draw_levels(painter, scale)
        self._draw_pauses(painter, scale)
        self._draw_stages(painter, scale)
        x = 16 + self._now * scale
        running = self._status.recording
        width = 2 if running else 1
        painter.fillRect(int(x), 21, width, 49, tokens.colour("recording" if running else "soft"))

    def _draw_ticks(self, painter: QPainter, scale: float) -> None:
        assert self._begin is not None
        tokens = theme.current()
        step = next((m for m in _TICKS_MIN if m * 60 * scale >= 110), _TICKS_MIN[-1]) * 60
        painter.setFont(fonts.mono(11))
        painter.setPen(tokens.colour("soft"))
        since_hour = (self._begin.minute * 60 + self._begin.second) % step
        at = 0.0 if since_hour == 0 else step - since_hour
        end = self._span()
        while at < end:
            x = 16 + at * scale
            if x + 50 < self.width():
                text = dates.clock(local(self._begin + timedelta(seconds=at)), seconds=step < 60)
                painter.drawText(QRectF(x, 60, 70, 14), Qt.AlignmentFlag.AlignVCenter, text)
            at += step

    def _cell(self, column: int) -> tuple[float, str]:
        """Height (0…1) and seat of a column; columns that are over are worked out once."""
        if (known := self._cells.get(column)) is not None:
            return known
        numbers = range(column * self._per_column, (column + 1) * self._per_column)
        bins, spoken = self._levels.bins, self._spoken
        loudest = max((bins[n] for n in numbers if n in bins), default=None)
        seat = next((spoken[n] for n in numbers if n in spoken), "")
        if loudest is not None:
            seat = seat or loudest[1]
        if not seat:
            reach = SILENCE
        elif loudest is None:
            reach = 0.3  # this window did not hear how loud it was
        else:
            reach = max(0.12, min(1.0, (loudest[0] - QUIET_DB) / (LOUD_DB - QUIET_DB)))
        self._cells[column] = reach, seat
        return reach, seat

    def _draw_levels(self, painter: QPainter, scale: float) -> None:
        tokens = theme.current()
        per_column = max(1, round(_COLUMN / scale / BIN_S))
        if per_column != self._per_column:
            self._per_column = per_column
            self._cells.clear()
        width = max(1.5, min(3.0, per_column * BIN_S * scale * 0.7))
        last = int(self._now / BIN_S) // per_column
        for column in (last - 1, last):
            self._cells.pop(column, None)  # still growing
        painter.setPen(Qt.PenStyle.NoPen)
        for column in range(last + 1):
            reach, seat = self._cell(column)
            colours = tokens.speakers
            colour = colours[self._seats[seat] % len(colours)] if seat in self._seats else tokens.edge
            half = max(1.5, reach * 19)
            x = 16 + column * per_column * BIN_S * scale
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(x, 40 - half, width, half * 2), 1, 1)

    def _draw_pauses(self, painter: QPainter, scale: float) -> None:
        tokens = theme.current()
        for interval in self._hearing.course:
            if interval.course not in _PAUSES:
                continue
            begin = self._since(interval.begin)
            end = self._since(interval.end) if interval.end else self._now
            box = QRectF(16 + begin * scale, 20, max(2.0, (end - begin) * scale), 40)
            painter.fillRect(box, tokens.colour("panel"))
            painter.fillRect(box, QBrush(tokens.colour("edge"), Qt.BrushStyle.BDiagPattern))

    def _draw_stages(self, painter: QPainter, scale: float) -> None:
        """Borders of the stages, and names of stages and pauses as far as there is room."""
        tokens = theme.current()
        procedure = self._hearing.case.procedure if self._hearing.case else "civil"
        labels: list[tuple[float, str, int]] = []
        for stage in self._hearing.stages:
            x = 16 + self._since(stage.at) * scale
            painter.fillRect(int(x), 9, 1, 57, tokens.colour("edge"))
            current = stage is self._hearing.stages[-1]
            labels.append((x, stage_name(stage.stage, procedure), 600 if current else 400))
        for interval in self._hearing.course:
            if interval.course in _PAUSES and interval.end:
                begin = self._since(interval.begin)
                length = dates.span(self._since(interval.end) - begin)
                labels.append((16 + begin * scale, f"{_PAUSES[interval.course]} {length}", 400))
        if not labels:
            return
        labels.sort()
        ends = [*(x for x, _text, _weight in labels[1:]), self.width() - 8.0][: len(labels)]
        for (x, text, weight), end in zip(labels, ends, strict=True):
            self._label(painter, x + 3, text, weight, end - x - 6)

    def _label(self, painter: QPainter, x: float, text: str, weight: int, room: float) -> None:
        if room < 24:
            return
        font = fonts.sans(fonts.SMALL, weight)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, int(room))
        painter.setFont(font)
        painter.setPen(theme.current().colour("ink" if weight > 400 else "soft"))
        painter.drawText(QRectF(x, 6, room + 2, 14), Qt.AlignmentFlag.AlignVCenter, shown)
