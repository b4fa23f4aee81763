"""The screen of one sitting, before, during and after: composes the parts and lets the keys act on the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.errors import Trouble
from app.hearing import events as ev
from app.hearing import law
from app.hearing.model import Course, Hearing, Wording
from app.i18n import Message, _, current_language
from app.session.status import Status
from app.ui import deeds
from app.ui.agenda import Agenda
from app.ui.ask import ask
from app.ui.bridge import Bridge
from app.ui.chooser import Choice, Chooser
from app.ui.deeds import Deed
from app.ui.export import ExportDialog
from app.ui.keycap import KeyRow
from app.ui.language import retranslated
from app.ui.noteline import NoteLine
from app.ui.outcome import Outcome
from app.ui.ribbon import Ribbon
from app.ui.seats import SeatsPanel
from app.ui.start import StartPrompt
from app.ui.textview import TextColumn, TextView
from app.ui.topbar import TopBar
from app.ui.turns import TurnsModel

NARROW = 1200
_SPEECH = (ev.UtteranceProposed, ev.UtteranceEdited, ev.ReadingExchanged)


class SittingPage(QWidget):
    """One engine's screen. Commands go through the bridge; nothing is shown that the engine did not say."""

    trouble_arose = Signal(object)
    alarm_changed = Signal(object)
    course_changed = Signal()
    menu_wanted = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.bridge = bridge
        self.engine = bridge.engine
        self.hearing = Hearing()
        self.status = Status()
        self._course: Course | None = None
        self.turns = TurnsModel(self.engine.clock_of, self)
        self.top = TopBar()
        self.seats = SeatsPanel()
        self.text = TextColumn(self.turns)
        self.start = StartPrompt()
        self.agenda = Agenda(self.engine.clock_of)
        self.outcome = Outcome(self.engine.clock_of)
        self.ribbon = Ribbon()
        self.note = NoteLine()
        self.keys = KeyRow()
        self.chooser = Chooser(self)
        self.deeds = self._deeds()
        self._shown_deeds: list[Deed] = []
        self._compose()
        self._connect()
        retranslated(self, self._retranslate)
        self.show_hearing(self.engine.hearing)
        self.turns.show_hearing(self.hearing)
        self._synthetic = self.turns.synthetic()
        self._warn()
        self._on_status(self.engine.status)

    # composing

    def _compose(self) -> None:
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.seats)
        body.addWidget(self.start, 1)
        body.addWidget(self.text, 1)
        body.addWidget(self.agenda)
        body.addWidget(self.outcome)
        self.start.setProperty("ground", "ground")
        self.start.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 10, 16, 9)
        foot.setSpacing(7)
        foot.addWidget(self.note)
        foot.addWidget(self.keys)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(_line())
        column.addLayout(body, 1)
        column.addWidget(self.ribbon)
        column.addWidget(_line())
        column.addLayout(foot)
        for first, second in (
            (self.note, self.text.view),
            (self.text.view, self.outcome),
            (self.outcome, self.top.menu),
        ):
            QWidget.setTabOrder(first, second)

    def _connect(self) -> None:
        bridge = self.bridge
        bridge.hearing_changed.connect(self._on_hearing)
        bridge.status_changed.connect(self._on_status)
        bridge.partial_heard.connect(self.turns.hear)
        bridge.trouble_arose.connect(self.trouble_arose)
        self.top.menu_wanted.connect(self.menu_wanted)
        self.start.pressed.connect(lambda: self._order(self.engine.start))
        self.note.sent.connect(self._on_note)
        self.note.number_pressed.connect(self.seats.choose_number)
        self.seats.chosen_changed.connect(self._on_seat)
        self.agenda.stage_wanted.connect(self._enter)
        self.outcome.export_wanted.connect(self._on_export)
        self.turns.edited.connect(lambda id_, text: self._order(self.engine.edit, id_, text))
        self.keys.pressed.connect(lambda number: self._shown_deeds[number].act())
        # one shortcut a key: two of the same key would be ambiguous and do nothing (F10 is the window's own)
        for key in {deed.key for deed in self.deeds} - {"", "F10"}:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(lambda k=key: self.do(k))

    def _deeds(self) -> list[Deed]:
        """Every deed of this screen, in the order in which the caps are drawn; the last one stands at the right."""
        choose = self._choose_seat
        return [
            Deed("start", "F9", _("start recording"), lambda: self._order(self.engine.start), deeds.BEFORE),
            Deed("resume", "F9", _("go on recording"), self._resume, deeds.PAUSED),
            Deed("seat", "", _("who"), choose, deeds.RUNNING, _("Choose whom the next note or mark concerns"),
                 cap="1–9"),
            Deed("next", "F2", _("next stage"), self.next_stage, deeds.RUNNING),
            Deed("stage", "Shift+F2", _("stage"), self._choose_stage, deeds.RUNNING, _("Choose a stage"), drawn=False),
            Deed("mark", "F4", _("mark"), self._choose_mark, deeds.RUNNING, _("Make a mark")),
            Deed("break", "F8", _("break"), self._break, frozenset({Course.RECORDING})),
            Deed("unbreak", "F8", _("end of the break"), self._resume, frozenset({Course.BREAK})),
            Deed("room", "F12", _("deliberation room"), self._deliberate, frozenset({Course.RECORDING})),
            Deed("unroom", "F12", _("end of the deliberation"), self._resume, frozenset({Course.DELIBERATION})),
            Deed("end", "Ctrl+Down", _("newest"), self.text.view.go_to_end, deeds.RUNNING,
                 _("Show the newest words"), drawn=False),
            Deed("correct", "", _("correct the chosen words"), self._correct, deeds.AFTER, cap="Enter"),
            Deed("export", "Ctrl+E", _("make and sign the protocol"), self._export, deeds.AFTER),
            Deed("all", "Ctrl+K", _("everything"), self._choose_deed, deeds.ALWAYS, drawn=True),
            Deed("menu", "F10", _("menu"), self.menu_wanted.emit, deeds.BEFORE | deeds.AFTER, cap="F10"),
            Deed("menu+", "", _("menu"), self.menu_wanted.emit, deeds.RUNNING, drawn=False),
            Deed("stop", "Ctrl+F9", _("finish"), self._stop, deeds.RUNNING, _("Finish the hearing")),
        ]  # fmt: skip

    # what happened

    def show_hearing(self, hearing: Hearing) -> None:
        """The record as it is now, everywhere but in the text."""
        self.hearing = hearing
        self.top.show_hearing(hearing)
        self.seats.show_hearing(hearing)
        self.agenda.show_hearing(hearing)
        self.ribbon.show_hearing(hearing)
        self.outcome.show_hearing(hearing)

    def _on_hearing(self, events: tuple[Any, ...], hearing: Hearing) -> None:
        self.turns.take(events, hearing)
        self.hearing = hearing
        if all(isinstance(event, _SPEECH) for event in events):
            proposed = [event.utterance for event in events if isinstance(event, ev.UtteranceProposed)]
            self.ribbon.hear(proposed)  # text changes nothing else, and there is much of it
            self._synthetic |= any(utterance.reading.model.synthetic for utterance in proposed)
        else:
            self.show_hearing(hearing)
        self._warn()
        self._follow_course(hearing.now)

    def _on_status(self, status: Status) -> None:
        self.status = status
        self.top.show_status(status)
        self.seats.show_status(status)
        self.ribbon.show_status(status)
        self.alarm_changed.emit(status.in_trouble)
        self._follow_course(status.course)

    def _warn(self) -> None:
        self.text.warn_of_demonstration(self._synthetic or self.status.speech.synthetic)

    def _follow_course(self, course: Course) -> None:
        """Change the screen over between before, during and after."""
        if course is self._course:
            return
        self._course = course
        before, after = course is Course.NOT_STARTED, course is Course.STOPPED
        self.start.setVisible(before)
        self.text.setVisible(not before)
        self.ribbon.setVisible(not before)
        self.seats.setVisible(not after)
        self._fold()
        self.outcome.setVisible(after)
        self.note.setVisible(not after and not before)
        self._show_keys()
        self.settle_focus()
        self.course_changed.emit()

    def settle_focus(self) -> None:
        """The focus where the hands expect it."""
        if self.chooser.isVisible():
            return
        if self._course is Course.NOT_STARTED:
            self.start.button.setFocus()
        elif self._course is Course.STOPPED:
            self.text.view.setFocus()
        else:
            self.note.setFocus()

    def escape(self) -> None:
        """Back to where one always is: nobody chosen, the line empty, the newest words."""
        if self.text.view.state() != TextView.State.EditingState:
            self.note.clear()
            self.seats.choose("")
            self.settle_focus()

    @property
    def running(self) -> bool:
        """Whether leaving this screen leaves a recording behind."""
        return self._course in deeds.RUNNING

    # what can be done

    def _now(self) -> list[Deed]:
        return [deed for deed in self.deeds if self._course in deed.courses] if self._course else []

    def _show_keys(self) -> None:
        self._shown_deeds = [deed for deed in self._now() if deed.drawn]
        self.keys.show_keys([(deed.label, str(deed.words)) for deed in self._shown_deeds])

    def _retranslate(self) -> None:
        if self.chooser.isVisible():
            self.chooser.leave()
        self._show_keys()
        self._on_seat(self.seats.chosen)

    def do(self, key: str) -> None:
        """A key was pressed: of the deeds that share it the one acts that can."""
        for deed in self._now():
            if deed.key == key:
                deed.act()
                return

    def _order(self, command: Callable[..., object], *arguments: object) -> None:
        self.bridge.order(lambda: command(*arguments))

    def _on_note(self, text: str) -> None:
        chosen = self.seats.chosen

        def failed(trouble: Trouble) -> None:
            self.note.put_back(text)
            self.trouble_arose.emit(trouble)

        if chosen:
            self.bridge.order(lambda: self.engine.mark("note", Wording.same(text), chosen), failed=failed)
            self.seats.choose("")
        else:
            self.bridge.order(lambda: self.engine.note(text), failed=failed)

    def _on_seat(self, chosen: str) -> None:
        person = self.hearing.participants.get(chosen)
        self.note.concern(law.wording(law.roles(), person.role).in_(current_language()) if person else "")

    def _choose_seat(self) -> None:
        self.note.setFocus()

    def _procedure(self) -> str:
        return self.hearing.case.procedure if self.hearing.case else "civil"

    def next_stage(self) -> None:
        """The next stage in the order of the law."""
        stages = list(law.stages(self._procedure()))
        current = self.hearing.stages[-1].stage if self.hearing.stages else ""
        place = stages.index(current) + 1 if current in stages else 0
        if place < len(stages):
            self._enter(stages[place])

    def _enter(self, stage: str) -> None:
        if self._course in deeds.RUNNING:
            self._order(self.engine.enter_stage, stage)

    def _choose_stage(self) -> None:
        terms = law.stages(self._procedure())
        choices = [Choice(id_, term.wording.in_(current_language())) for id_, term in terms.items()]
        current = self.hearing.stages[-1].stage if self.hearing.stages else ""
        self.chooser.offer(str(_("Which stage begins?")), choices, self._enter, self.note, current)

    def _choose_mark(self) -> None:
        chosen = self.seats.chosen
        person = self.hearing.participants.get(chosen)
        role = law.wording(law.roles(), person.role).in_(current_language()) if person else ""
        title = _("Mark about {who}", who=role) if role else _("Mark")
        choices = [Choice(id_, term.wording.in_(current_language())) for id_, term in law.marks().items()
                   if id_ != "note"]  # fmt: skip
        self.chooser.offer(str(title), choices, lambda kind: self._mark(kind, chosen), self.note)

    def _mark(self, kind: str, participant: str) -> None:
        text = " ".join(self.note.text().split())
        self.note.clear()
        self._order(self.engine.mark, kind, Wording.same(text) if text else Wording(), participant)
        if participant:
            self.seats.choose("")

    def _choose_deed(self) -> None:
        found = {deed.id: deed for deed in self._now() if deed.id not in ("all", "seat", "menu+")}
        choices = [Choice(id_, _capital(deed.whole or deed.words), deed.label) for id_, deed in found.items()]
        back = self.note if self.note.isVisible() else self.text.view
        self.chooser.offer(str(_("Everything that can be done now")), choices, lambda id_: found[id_].act(), back)

    def _break(self) -> None:
        self._order(self.engine.pause)

    def _deliberate(self) -> None:
        self._order(self.engine.deliberate)

    def _resume(self) -> None:
        self._order(self.engine.resume)

    def _stop(self) -> None:
        if ask(self, _("Finish the hearing?"),
               _("The recording ends and cannot be continued in this sitting. For a pause press F8."),
               _("Finish the hearing"), _("Go on recording")):  # fmt: skip
            self._order(self.engine.stop)

    def _correct(self) -> None:
        index = self.text.view.currentIndex()
        if index.isValid():
            self.text.view.edit(index)

    def _export(self) -> None:
        self._on_export(self.outcome.language)

    def _on_export(self, language: str) -> None:
        dialog = ExportDialog(self.bridge, "kk" if language == "kk" else "ru", self.hearing, self)
        dialog.exec()
        dialog.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters typed anywhere go to the note line."""
        text = event.text()
        if self.note.isVisible() and text and text.isprintable() and not self.note.hasFocus():
            self.note.setFocus()
            self.note.insert(text)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: object) -> None:
        self._fold()
        if self.chooser.isVisible():
            self.chooser.place()

    def _fold(self) -> None:
        """On a narrow window stages and marks are in the palette alone (F2, F4), so that the text keeps its width."""
        self.agenda.setVisible(self._course is not Course.STOPPED and self.width() >= NARROW)


def _line() -> QWidget:
    line = QWidget()
    line.setFixedHeight(1)
    line.setObjectName("line")
    return line


def _capital(message: Message) -> str:
    text = str(message)
    return text[:1].upper() + text[1:]
