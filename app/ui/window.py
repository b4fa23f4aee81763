"""The main window: the list of hearings or one sitting, a band for troubles above, a red frame while recording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QPainter, QShortcut
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from app import settings
from app.errors import Trouble
from app.i18n import LANGUAGES, Language, _, current_language
from app.session.engine import Engine
from app.ui import language, state, theme
from app.ui.ask import ask
from app.ui.band import Band
from app.ui.bridge import Bridge, Worker
from app.ui.language import retranslated
from app.ui.opening import OpeningPage
from app.ui.paint import painted
from app.ui.port import EnginePort
from app.ui.rehearsal import Rehearsal
from app.ui.sitting import SittingPage

OpenEngine = Callable[[Path], EnginePort]


class _Frame(QWidget):
    """Two pixels round everything: red while recording, so that a glance from the side is enough."""

    def __init__(self) -> None:
        super().__init__()
        self.red = False

    def show_red(self, red: bool) -> None:
        if red != self.red:
            self.red = red
            self.update()

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        tokens = theme.current()
        painter.fillRect(self.rect(), tokens.colour("recording" if self.red else "panel"))


class Window(QMainWindow):
    """Opens sittings by ``open_engine``; asks before it leaves a running recording behind."""

    def __init__(self, open_engine: OpenEngine) -> None:
        super().__init__()
        self._open_engine = open_engine
        self.worker = Worker(self)
        self.worker.trouble_arose.connect(self.show_trouble)
        self.band = Band()
        self._frame = _Frame()
        self._stack = QStackedWidget()
        self.opening: OpeningPage | None = None
        self.sitting: SittingPage | None = None
        self.bridge: Bridge | None = None
        self._rehearsal: Rehearsal | None = None
        self._leaving = False
        column = QVBoxLayout(self._frame)
        column.setContentsMargins(2, 2, 2, 2)
        column.setSpacing(0)
        column.addWidget(self.band)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(self._frame)
        self.setMinimumSize(1000, 600)
        self.resize(1366, 768)
        for key, action in (("F10", self.open_menu), ("Esc", self._on_escape)):
            QShortcut(QKeySequence(key), self, activated=action)  # type: ignore[call-overload]
        retranslated(self, self._retranslate)

    def _retranslate(self) -> None:
        case = self.sitting.hearing.case if self.sitting else None
        self.setWindowTitle(f"{case.number} — Khatshy" if case else "Khatshy")

    # pages

    def show_opening(self) -> None:
        """The list of hearings and the form for a new one."""
        self._put_away()
        self.opening = OpeningPage(self.worker)
        self.opening.chosen.connect(self.open_sitting)
        self.opening.rehearsal_made.connect(self._rehearse)
        self.opening.trouble_arose.connect(self.show_trouble)
        self.opening.menu_wanted.connect(self.open_menu)
        self._stack.addWidget(self.opening)
        self._stack.setCurrentWidget(self.opening)
        self.opening.refresh()
        self._frame.show_red(False)
        self._retranslate()

    def open_sitting(self, folder: Path) -> None:
        """Open a sitting off the GUI thread; a living recording is found again by the engine."""
        self.worker.order(lambda: self._open_engine(folder), done=self._show_engine)

    def _show_engine(self, engine: EnginePort) -> None:
        self.show_engine(engine)

    def _rehearse(self, engine: Engine) -> None:
        self.show_engine(engine)
        self._rehearsal = Rehearsal(engine, self)
        self._rehearsal.trouble_arose.connect(self.show_trouble)

    def show_engine(self, engine: EnginePort, *, owner: bool = True) -> None:
        """The screen of an engine; ``owner`` False where somebody else conducts the hearing."""
        self._put_away()
        self.bridge = Bridge(engine, self, owner=owner)
        page = self.sitting = SittingPage(self.bridge)
        page.trouble_arose.connect(self.show_trouble)
        page.alarm_changed.connect(self.band.show_alarm)
        page.menu_wanted.connect(self.open_menu)
        self.bridge.status_changed.connect(lambda status: self._frame.show_red(status.recording))
        self._frame.show_red(engine.status.recording)
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        page.settle_focus()
        if engine.read_only:
            self.show_trouble(_only_read())
        self._retranslate()

    def _put_away(self) -> None:
        """Leave the present page; a recording goes on without us."""
        if self._rehearsal is not None:
            self._rehearsal.leave()
            self._rehearsal = None
        if self.bridge is not None:
            self.bridge.close()
            self.bridge.deleteLater()
            self.bridge = None
        for page in (self.opening, self.sitting):
            if page is not None:
                self._stack.removeWidget(page)
                page.deleteLater()
        self.opening = self.sitting = None
        self.band.show_alarm(None)
        self.band.dismiss()

    def show_trouble(self, trouble: Trouble) -> None:
        """The band with its sentences."""
        self.band.show_trouble(trouble)

    def _on_escape(self) -> None:
        if self.sitting is not None and self.sitting.chooser.isVisible():
            self.sitting.chooser.leave()
        elif self.band.dismissable:
            self.band.dismiss()
        elif self.sitting is not None:
            self.sitting.escape()

    # menu

    def menu(self) -> QMenu:
        """Language, theme, back to the list, leave."""
        menu = QMenu(self)
        languages = menu.addMenu(str(_("Language")))
        group = QActionGroup(menu)
        for tongue in LANGUAGES:
            action = QAction(_own_name(tongue), group, checkable=True)
            action.setChecked(tongue == current_language())
            action.triggered.connect(lambda _on=False, t=tongue: self.choose_language(t))
            languages.addAction(action)
        themes = menu.addMenu(str(_("Appearance")))
        group = QActionGroup(menu)
        for name, words in (("light", _("Light")), ("dark", _("Dark"))):
            action = QAction(str(words), group, checkable=True)
            action.setChecked(theme.current().name == name)
            action.triggered.connect(lambda _on=False, n=name: self.choose_theme(n))
            themes.addAction(action)
        menu.addSeparator()
        if self.sitting is not None:
            menu.addAction(str(_("List of hearings")), self.leave_sitting)
        menu.addAction(str(_("Close the window")), self.close)
        return menu

    def open_menu(self) -> None:
        """At the top right."""
        menu = self.menu()
        corner = self._stack.mapToGlobal(QPoint(self._stack.width() - menu.sizeHint().width() - 12, 52))
        menu.popup(corner)
        menu.aboutToHide.connect(menu.deleteLater)

    def choose_language(self, tongue: Language) -> None:
        """Speak ``tongue`` at once and from the next start on."""
        language.switch(tongue)
        self._save({"language": tongue})

    def choose_theme(self, name: str) -> None:
        """Light or dark, at once and from the next start on."""
        theme.use(theme.THEMES[name])
        self._save({"theme": name})

    def _save(self, change: dict[str, str]) -> None:
        self.worker.order(lambda: settings.save(settings.load().model_copy(update=change)))

    # leaving

    def _may_leave(self) -> bool:
        if self.sitting is None or not self.sitting.running or self._leaving:
            return True
        return ask(self, _("Leave this screen?"),
                   _("The recording goes on without the window. Open the program again to come back to it."),
                   _("Leave, the recording goes on"), _("Stay"))  # fmt: skip

    def leave_sitting(self) -> None:
        """Back to the list; asks while the hearing is recorded."""
        if self._may_leave():
            self.show_opening()

    def close_quietly(self) -> None:
        """Close without a question: whoever conducts the hearing has ended it."""
        self._leaving = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_leave():
            event.ignore()
            return
        self._put_away()
        self.worker.close()
        event.accept()

    def look(self) -> state.Look | None:
        """How the state looks now, for whoever asks from outside."""
        return state.look(self.sitting.hearing, self.sitting.status) if self.sitting else None


def _only_read() -> Trouble:
    return Trouble(
        "read-only",
        _("Another window writes to this hearing; here it can only be read."),
        safe=_("The recording goes on."),
        remedy=_("Go on in the other window, or close it first and open the hearing here again."),
    )


def _own_name(tongue: Language) -> str:
    """A language's name in that language."""
    return {"kk": _("Kazakh"), "ru": _("Russian"), "en": _("English")}[tongue].translated(tongue)
