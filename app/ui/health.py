"""Microphones, video, disks and text in one calm line; what is not well grows, turns amber or red, and speaks."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.hearing.model import Course, Hearing
from app.i18n import _, _n
from app.session.status import FolderStatus, Health, SourceStatus, SpeechStatus, Status
from app.ui import dates, fonts, shapes, theme
from app.ui.paint import painted

SLOW_TEXT_S = 30.0


@dataclass(frozen=True)
class Part:
    """One thing's health: its name, the value beside it (or a tick), and what is wrong."""

    name: str
    value: str
    health: Health

    def spoken(self) -> str:
        return f"{self.name} {self.value}".strip()


def _worst(things: tuple[SourceStatus, ...] | tuple[FolderStatus, ...]) -> Health:
    order: tuple[Health, ...] = ("failed", "warning", "good")
    return min((thing.health for thing in things), key=order.index, default="good")


def _words(things: tuple[SourceStatus, ...] | tuple[FolderStatus, ...]) -> str:
    return next((str(thing.message) for thing in things if thing.health != "good" and thing.message), "")


def is_picture(hearing: Hearing, source: SourceStatus) -> bool:
    """Whether a source is a camera: it has no seats that it hears."""
    if source.kind in ("camera", "stream"):
        return True
    chosen = next((s for s in hearing.sources if s.name == source.name), None)
    return chosen is not None and not chosen.tracks


def _speech(speech: SpeechStatus) -> Part | None:
    name = str(_("text"))
    match speech.state:
        case "off":
            return None
        case "loading":
            return Part(name, str(_("starting")), "good")
        case "no-model":
            return Part(name, str(speech.message or _("no speech model")), "warning")
        case "failed":
            return Part(name, str(speech.message or _("stopped")), "failed")
        case "running":
            value = str(_("{seconds} s", seconds=dates.number(speech.backlog_s, 1)))
            return Part(name, value, "warning" if speech.backlog_s > SLOW_TEXT_S else "good")


def parts(hearing: Hearing, status: Status) -> list[Part]:
    """The line's parts in order; what the sitting does not have is left out."""
    found: list[Part] = []
    sound = tuple(s for s in status.sources if not is_picture(hearing, s))
    pictures = tuple(s for s in status.sources if is_picture(hearing, s))
    if sound:
        seats = sum(max(1, len(source.levels)) for source in sound)
        name = str(_n("{n} microphone", "{n} microphones", seats))
        found.append(Part(name, _words(sound), _worst(sound)))
    if pictures:
        found.append(Part(str(_("video")), _words(pictures), _worst(pictures)))
    if status.folders:
        hours = min(folder.hours_left for folder in status.folders)
        worst = _worst(status.folders)
        value = _words(status.folders) or (str(dates.span(hours * 3600)) if hours < 1000 else "")
        found.append(Part(str(_n("{n} disk", "{n} disks", len(status.folders))), value, worst))
    speech = _speech(status.speech)
    if speech is not None and status.course is not Course.STOPPED:
        found.append(speech)
    return found


class HealthLine(QWidget):
    """Draws the parts; its accessible name says them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[Part] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def show_status(self, hearing: Hearing, status: Status) -> None:
        """Take the newest state."""
        found = parts(hearing, status)
        if found == self._parts:
            return
        self._parts = found
        spoken = ", ".join(part.spoken() for part in found)
        self.setAccessibleName(str(_("State of the equipment")) + ": " + spoken)
        self.setToolTip("\n".join(part.spoken() for part in found))
        self.updateGeometry()
        self.update()

    def _fitting(self) -> list[Part]:
        """The parts for which there is room: what is well gives way to what is not."""
        shown = list(self._parts)
        while shown and sum(self._width(part) + 16 for part in shown) > self.width() + 16:
            well = [part for part in shown if part.health == "good"]
            shown.remove(well[0] if well else shown[-1])
        return shown

    @staticmethod
    def _fonts(part: Part) -> tuple[QFont, QFont]:
        if part.health == "good":
            return fonts.sans(fonts.SECOND), fonts.sans(fonts.SECOND, 600)
        return fonts.sans(fonts.BASE, 600), fonts.sans(fonts.BASE, 600)

    def _width(self, part: Part) -> int:
        plain, strong = self._fonts(part)
        width = QFontMetrics(plain).horizontalAdvance(part.name) + 5
        if part.health != "good":
            width += 22 + 16
        elif not part.value:
            width += 10
        if part.value:
            width += min(self._longest(), QFontMetrics(strong).horizontalAdvance(part.value))
        return width

    def _longest(self) -> int:
        """Room for one part's words: less where several things are wrong at once (the seat and the band say more)."""
        wrong = sum(1 for part in self._parts if part.health != "good")
        return 300 if wrong <= 1 else 300 // wrong

    def sizeHint(self) -> QSize:
        return QSize(sum(self._width(part) + 16 for part in self._parts), 40)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 40)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        tokens = theme.current()
        x = float(self.width())
        middle = self.height() / 2
        for part in reversed(self._fitting()):
            width = self._width(part)
            x -= width
            self._draw(painter, QRectF(x, middle - 14, width, 28), part, tokens)
            x -= 16

    def _draw(self, painter: QPainter, box: QRectF, part: Part, tokens: theme.Theme) -> None:
        plain, strong = self._fonts(part)
        middle = box.center().y()
        colour = tokens.colour({"good": "good", "warning": "warning", "failed": "alarm"}[part.health])
        left = box.left()
        if part.health != "good":
            painter.setPen(colour)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 6, 6)
            shape = shapes.triangle if part.health == "warning" else shapes.cross
            shape(painter, QRectF(left + 8, middle - 7, 14, 14), colour)
            left += 30
        painter.setFont(plain)
        painter.setPen(tokens.colour("soft") if part.health == "good" else colour)
        name = QFontMetrics(plain).horizontalAdvance(part.name)
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, box.top(), name + 2, box.height()), flags, part.name)
        left += name + 5
        if part.value:
            painter.setFont(strong)
            painter.setPen(colour)
            room = box.right() - left - (0 if part.health == "good" else 6)
            shown = QFontMetrics(strong).elidedText(part.value, Qt.TextElideMode.ElideRight, int(room) + 2)
            painter.drawText(QRectF(left, box.top(), room + 4, box.height()), flags, shown)
        elif part.health == "good":
            shapes.tick(painter, QRectF(left, middle - 4.5, 9, 9), colour)
