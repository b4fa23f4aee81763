"""Draws the rows of the text as on paper: time, speaker, words; measures a row once and remembers it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QTextCharFormat, QTextLayout, QTextLine, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.hearing import law
from app.hearing.model import Course, Interval, Mark, Utterance
from app.i18n import current_language
from app.ui import dates, fonts, shapes, theme
from app.ui.seats import draw_tag, tag
from app.ui.turns import Row, TurnsModel, rule

DOUBTFUL = 0.6
TIME_X, SPEAKER_X, MARGIN = 22, 92, 22
SHORTEST_SPEAKER, LONGEST_SPEAKER = 100, 172
LONGEST_LINE = 620
LINE, GAP = 22.5, 10
RULE_HEIGHT = 40
TAG_WIDTH, TAG_GAP = 24, 7
_KEPT = 600
_SHAPES: dict[Course | None, tuple[shapes.Shape, str]] = {
    Course.BREAK: (shapes.bars, "warning"),
    Course.DELIBERATION: (shapes.door, "accent"),
}

Index = QModelIndex | QPersistentModelIndex


def doubtful(utterance: Utterance) -> list[tuple[int, int]]:
    """Places (from, to) of doubtful words in the text; none where a person has written it."""
    found: list[tuple[int, int]] = []
    start = 0
    for word in utterance.reading.words if not utterance.edited else ():
        if word.confidence < DOUBTFUL:
            found.append((start, start + len(word.text)))
        start += len(word.text) + 1
    return found


@dataclass(slots=True)
class Laid:
    """A row's text broken into lines for one width."""

    layout: QTextLayout
    height: int


class Paper(QStyledItemDelegate):
    """The delegate. ``width`` is that of the view; text is at most 75 characters wide."""

    def __init__(self, model: TurnsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._laid: dict[tuple[str, int, int], Laid] = {}
        self._speaker_width = SHORTEST_SPEAKER
        self.measured = 0
        theme.changed.connect(self.forget)

    def forget(self) -> None:
        """Colours or language changed: lay out again when a row is seen."""
        self._laid.clear()

    # places

    @property
    def text_x(self) -> int:
        """Where the words begin: right of the longest role."""
        return SPEAKER_X + self._speaker_width + 10

    def fit_speakers(self, names: Iterable[str]) -> bool:
        """Make the column of speakers as wide as these names need; True if that moved the text."""
        metrics = QFontMetrics(fonts.sans(fonts.BASE, 600))
        wanted = max((metrics.horizontalAdvance(name) + 2 for name in names), default=0)
        width = max(SHORTEST_SPEAKER, min(LONGEST_SPEAKER, wanted))
        moved = width != self._speaker_width
        self._speaker_width = width
        return moved

    def left(self, width: int) -> int:
        """Where the block of time, speaker and text begins: in the middle of a wide view."""
        return max(0, (width - self.text_x - LONGEST_LINE - MARGIN) // 2)

    def text_width(self, width: int) -> int:
        """Width of the words."""
        return max(160, min(LONGEST_LINE, width - self.text_x - MARGIN))

    def height(self, number: int, width: int) -> int:
        """Height of a row, measured."""
        row = self._model.row(number)
        if row.kind in ("stage", "course"):
            return RULE_HEIGHT
        return self._lay(row, self.text_width(width)).height

    def guess(self, number: int, width: int) -> int:
        """Height of a row without measuring, for the thousands that nobody looks at."""
        row = self._model.row(number)
        if row.kind in ("stage", "course"):
            return RULE_HEIGHT
        lines = 1 + len(self._model.text(row)) * 8 // self.text_width(width)
        return int(lines * LINE) + GAP

    # words

    def _lay(self, row: Row, width: int) -> Laid:
        key = (row.id, hash(row.value), width)
        if (found := self._laid.get(key)) is not None:
            return found
        if len(self._laid) >= _KEPT:
            for old in list(self._laid)[: _KEPT // 3]:
                del self._laid[old]
        self.measured += 1
        note = row.kind == "note"
        text = self._words(row)
        layout = QTextLayout(text, fonts.sans(fonts.BASE + 1 if note else fonts.TEXT))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats(self._formats(row, text))
        indent = TAG_WIDTH + TAG_GAP if self._model.tongue(row) else 0
        room = width - (26 if note else 0)
        y = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            first = y == 0.0
            line.setLineWidth(room - (indent if first else 0))
            line.setPosition(QPointF(indent if first else 0, y + (LINE - line.height()) / 2))
            y += LINE
        layout.endLayout()
        height = int(max(y, LINE)) + GAP + (6 if note else 0)
        laid = self._laid[key] = Laid(layout, height)
        return laid

    def _words(self, row: Row) -> str:
        text = self._model.text(row)
        if isinstance(row.value, Mark) and row.value.kind != "note":
            kind = law.wording(law.marks(), row.value.kind).in_(current_language())
            return kind if text == kind else f"{kind} · {text}"
        return text

    def _formats(self, row: Row, text: str) -> list[QTextLayout.FormatRange]:
        tokens = theme.current()
        whole = QTextCharFormat()
        whole.setForeground(tokens.colour("soft" if row.kind == "partial" else "ink"))
        found = [_range(0, len(text), whole)]
        if isinstance(row.value, Mark) and row.value.kind != "note":
            strong = QTextCharFormat()
            strong.setFont(fonts.sans(fonts.BASE + 1, 600))
            strong.setForeground(tokens.colour("ink"))
            kind = law.wording(law.marks(), row.value.kind).in_(current_language())
            found.append(_range(0, min(len(kind), len(text)), strong))
        return found

    # what Qt asks

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = option.rect.width()
        return QSize(width, self.height(index.row(), width))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = self._model.row(index.row())
        block = QRectF(box).adjusted(self.left(box.width()), 0, 0, 0)
        block.setWidth(min(box.width(), self.text_x + self.text_width(box.width()) + MARGIN))
        if row.kind in ("stage", "course"):
            self._paint_rule(painter, block, row)
        else:
            if chosen:
                self._paint_choice(painter, block)
            self._paint_row(painter, block, row, self.text_width(box.width()))
        painter.restore()

    @staticmethod
    def _paint_choice(painter: QPainter, block: QRectF) -> None:
        tokens = theme.current()
        painter.setPen(QPen(tokens.colour("selection_edge"), 1))
        painter.setBrush(tokens.colour("panel"))
        painter.drawRoundedRect(block.adjusted(10.5, 0.5, -8.5, -2.5), 6, 6)

    @staticmethod
    def _paint_rule(painter: QPainter, block: QRectF, row: Row) -> None:
        tokens = theme.current()
        font = fonts.sans(fonts.SECOND, 600)
        metrics = QFontMetrics(font)
        text = metrics.elidedText(rule(row), Qt.TextElideMode.ElideMiddle, int(block.width() - 120))
        words = metrics.horizontalAdvance(text)
        middle, centre = block.center().y(), block.center().x()
        left, right = block.left() + MARGIN, block.right() - MARGIN
        half = words / 2 + 10
        for begin, end in ((left, centre - half), (centre + half, right)):
            painter.fillRect(QRect(int(begin), int(middle), int(end - begin), 1), tokens.colour("line"))
        painter.setFont(font)
        colour = tokens.colour("soft")
        course = row.value.course if isinstance(row.value, Interval) else None
        if course in _SHAPES:
            shape, token = _SHAPES[course]
            colour = tokens.colour(token)
            shape(painter, QRectF(centre - half - 6, middle - 5, 10, 10), colour)
        painter.setPen(colour)
        painter.drawText(QRectF(centre - half + 10, block.top(), words + 4, block.height()),
                         Qt.AlignmentFlag.AlignVCenter, text)  # fmt: skip

    def _paint_row(self, painter: QPainter, block: QRectF, row: Row, width: int) -> None:
        tokens = theme.current()
        laid = self._lay(row, width)
        top, left = block.top() + GAP / 2, block.left()
        flags = Qt.AlignmentFlag.AlignVCenter
        if row.at is not None:
            painter.setFont(fonts.mono())
            painter.setPen(tokens.colour("soft"))
            painter.drawText(QRectF(left + TIME_X, top, 80, LINE), flags, dates.clock(row.at, seconds=True))
        if speaker := self._model.speaker(row):
            font = fonts.sans(fonts.BASE, 600)
            room = self._speaker_width
            shown = QFontMetrics(font).elidedText(speaker, Qt.TextElideMode.ElideRight, room)
            painter.setFont(font)
            painter.setPen(tokens.colour("ink"))
            painter.drawText(QRectF(left + SPEAKER_X, top, room, LINE), flags | Qt.AlignmentFlag.AlignRight, shown)
        x = left + self.text_x
        if row.kind == "note":
            slip = QRectF(x, top - 1, width, laid.height - GAP)
            painter.fillRect(slip, tokens.colour("slip"))
            painter.fillRect(QRectF(x, slip.top(), 3, slip.height()), tokens.colour("slip_edge"))
            laid.layout.draw(painter, QPointF(x + 13, top + 1.5))
            return
        if tongue := self._model.tongue(row):
            draw_tag(painter, QRectF(x, top + 3, TAG_WIDTH + 2, 16), tag(tongue))
        laid.layout.draw(painter, QPointF(x, top))
        if isinstance(row.value, Utterance):
            self._underline(painter, QPointF(x, top), laid.layout, row.value)

    @staticmethod
    def _underline(painter: QPainter, origin: QPointF, layout: QTextLayout, utterance: Utterance) -> None:
        """Dots under the words of which the machine was not sure."""
        pen = QPen(theme.current().colour("doubt"), 2, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([1, 1])
        painter.setPen(pen)
        for start, end in doubtful(utterance):
            line = layout.lineForTextPosition(start)
            left, right = _x(line, start), _x(line, end)
            y = origin.y() + line.y() + line.ascent() + 5
            painter.drawLine(QPointF(origin.x() + left, y), QPointF(origin.x() + right, y))

    # correcting in place

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QPlainTextEdit(parent)
        editor.setFont(fonts.sans(fonts.TEXT))
        editor.setTabChangesFocus(True)
        editor.setAccessibleName(self._model.speaker(self._model.row(index.row())))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QPlainTextEdit)
        editor.setPlainText(self._model.text(self._model.row(index.row())))
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QPlainTextEdit)
        model.setData(index, " ".join(editor.toPlainText().split()), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        box: QRect = option.rect
        left = box.left() + self.left(box.width()) + self.text_x - 10
        editor.setGeometry(left, box.top() - 2, self.text_width(box.width()) + 20, max(42, box.height() + 6))


def _range(start: int, length: int, form: QTextCharFormat) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start, found.length, found.format = start, length, form
    return found


def _x(line: QTextLine, place: int) -> float:
    """Where a character begins; Qt for Python answers with a pair (x, place)."""
    found: Any = line.cursorToX(place)
    return float(found[0])
