"""The form for a new hearing: case card, participants with their microphones, camera. Everything by keyboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app import settings
from app.errors import Trouble
from app.hearing.model import Case, Participant, Source, Wording
from app.i18n import Message, _, current_language
from app.session import sittings
from app.ui import fonts
from app.ui.bridge import Worker
from app.ui.combo import Combo
from app.ui.language import retranslated
from app.ui.person import Inlet, PersonRow, fill, inlets_of, seated

_FIRST_ROLES = ("presiding_judge", "claimant", "respondent")
_PROCEDURES = ("civil", "criminal", "administrative", "offence")


class HearingForm(QFrame):
    """Makes the folder of a new sitting and tells where it is."""

    created = Signal(object)
    trouble_arose = Signal(object)

    def __init__(self, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._worker = worker
        self._inlets: tuple[Inlet, ...] = ()
        self._cameras: tuple[Inlet, ...] = ()
        self._labels: dict[str, QLabel] = {}
        self.number, self.name, self.court, self.place, self.secretary = (QLineEdit() for _number in range(5))
        self.language, self.procedure, self.open, self.camera = (Combo() for _number in range(4))
        self._given = settings.Settings()
        self.rows: list[PersonRow] = []
        self._heads = [QLabel() for _number in range(5)]
        self._table = QGridLayout()
        self.add = QPushButton()
        self.add.setProperty("kind", "plain")
        self.add.clicked.connect(lambda: self.add_person("witness", focus=True))
        self.make = QPushButton()
        self.make.setProperty("kind", "main")
        self.make.clicked.connect(self.submit)
        self._said = QLabel()
        self._said.setProperty("tone", "alarm")
        self._said.setWordWrap(True)
        self._wrong: Message | None = None
        self._compose()
        for role in _FIRST_ROLES:
            self.add_person(role)
        QShortcut(QKeySequence("Ctrl+Return"), self, activated=self.submit)  # type: ignore[call-overload]
        QShortcut(QKeySequence("Insert"), self,  # type: ignore[call-overload]
                  activated=lambda: self.add_person("witness", focus=True))  # fmt: skip
        self.setFocusProxy(self.number)
        retranslated(self, self._retranslate)
        worker.order(settings.load, done=self._on_settings, failed=lambda _trouble: None)
        self.look_for_devices()

    def _compose(self) -> None:
        self._title = QLabel()
        self._title.setFont(fonts.sans(18, 600))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        places: tuple[tuple[str, QWidget, int, int, int], ...] = (
            ("number", self.number, 0, 0, 1), ("language", self.language, 0, 1, 1), ("open", self.open, 0, 2, 1),
            ("procedure", self.procedure, 0, 3, 1), ("name", self.name, 2, 0, 4), ("court", self.court, 4, 0, 2),
            ("place", self.place, 4, 2, 2), ("secretary", self.secretary, 6, 0, 2), ("camera", self.camera, 6, 2, 2),
        )  # fmt: skip
        for key, field, row, column, span in places:
            label = self._labels[key] = QLabel()
            label.setProperty("tone", "soft")
            label.setFont(fonts.sans(fonts.SMALL))
            label.setContentsMargins(0, 8 if row else 0, 0, 0)
            label.setBuddy(field)
            grid.addWidget(label, row, column, 1, span)
            grid.addWidget(field, row + 1, column, 1, span)
        for column, stretch in enumerate((4, 5, 5, 4)):
            grid.setColumnStretch(column, stretch)
        self._table.setHorizontalSpacing(6)
        self._table.setVerticalSpacing(5)
        for column, head in enumerate(self._heads):
            head.setProperty("tone", "soft")
            head.setFont(fonts.sans(fonts.SMALL))
            self._table.addWidget(head, 0, column)
        for column, stretch in enumerate((0, 6, 0, 0, 6, 0)):
            self._table.setColumnStretch(column, stretch)
        inner = QWidget()
        column_ = QVBoxLayout(inner)
        column_.setContentsMargins(24, 16, 24, 16)
        column_.setSpacing(12)
        column_.addWidget(self._title)
        column_.addLayout(grid)
        column_.addLayout(self._table)
        column_.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        column_.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inner)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 0, 24, 16)
        foot.addWidget(self._said, 1)
        foot.addWidget(self.make)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._area, 1)
        whole.addLayout(foot)

    def _retranslate(self) -> None:
        self._title.setText(str(_("New hearing")))
        self._area.setAccessibleName(str(_("New hearing")))
        words = {
            "number": _("Case number"), "name": _("What the case is about"), "court": _("Court"),
            "place": _("Place"), "secretary": _("Secretary"), "language": _("Language of the proceedings"),
            "open": _("Access"), "procedure": _("Procedure"), "camera": _("Camera"),
        }  # fmt: skip
        for key, message in words.items():
            self._labels[key].setText(str(message))
            field = getattr(self, key)
            field.setAccessibleName(str(message))
        self.number.setPlaceholderText("7585-26-00-2/101")
        fill(self.language, (("kk", _("state language")), ("ru", _("Russian language"))))
        fill(self.open, ((True, _("Open hearing")), (False, _("Closed hearing"))))
        names = (_("Civil"), _("Criminal"), _("Administrative"), _("Administrative offences"))
        fill(self.procedure, tuple(zip(_PROCEDURES, names, strict=True)))
        self._fill_cameras()
        heads = (_("Role"), _("Name"), _("Language"), _("Takes part"), _("Microphone"))
        for head, message in zip(self._heads, heads, strict=True):
            head.setText(str(message))
        for number, row in enumerate(self.rows, 1):
            row.retranslate(number)
        self.add.setText("+ " + str(_("Participant")) + "  Ins")
        self.make.setText(str(_("Create the hearing")) + "  Ctrl Enter")
        self._said.setText(str(self._wrong) if self._wrong else "")

    # devices

    def look_for_devices(self) -> None:
        """List microphones and cameras in a child process, off the GUI thread."""
        self._worker.order(inlets_of, done=self._on_devices, failed=self._on_no_devices)

    def _on_devices(self, found: tuple[tuple[Inlet, ...], tuple[Inlet, ...]]) -> None:
        self._inlets, self._cameras = found
        free = list(self._inlets)
        for row in self.rows:
            row.offer(self._inlets)
            if free and row.inlet is None:
                row.choose(free.pop(0))
        self._fill_cameras()

    def _on_no_devices(self, trouble: Trouble) -> None:
        self.trouble_arose.emit(trouble)

    def _fill_cameras(self) -> None:
        options: list[tuple[object, Message | str]] = [(None, _("no camera"))]
        options += [(inlet, inlet.label) for inlet in self._cameras]
        fill(self.camera, tuple(options))

    def _on_settings(self, given: settings.Settings) -> None:
        self._given = given
        language = current_language()
        for field, text in ((self.court, getattr(given, f"court_{language}")), (self.secretary, given.secretary),
                            (self.place, getattr(given, f"place_{language}"))):  # fmt: skip
            if not field.text():
                field.setText(text)
        if given.judge and self.rows and not self.rows[0].name.text():
            self.rows[0].name.setText(given.judge)

    # participants

    def add_person(self, role: str, *, focus: bool = False) -> PersonRow:
        """One more line in the table."""
        row = PersonRow(role, self)
        row.removed.connect(lambda: self._remove(row))
        row.offer(self._inlets)
        line = self._table.rowCount()
        for column, field in enumerate(row.fields):
            self._table.addWidget(field, line, column)
            if self.isVisible():
                field.show()  # at once, because only what is shown can take the focus
        self.rows.append(row)
        row.retranslate(len(self.rows))
        previous: QWidget = self.rows[-2].fields[-1] if len(self.rows) > 1 else self.camera
        for field in row.fields:
            QWidget.setTabOrder(previous, field)
            previous = field
        QWidget.setTabOrder(previous, self.add)
        QWidget.setTabOrder(self.add, self.make)
        if focus:
            row.name.setFocus()
        return row

    def _remove(self, row: PersonRow) -> None:
        self.rows.remove(row)
        for field in row.fields:
            self._table.removeWidget(field)
            field.deleteLater()
        row.deleteLater()
        self.add.setFocus()

    @property
    def touched(self) -> bool:
        """Whether somebody has begun to fill it in."""
        return bool(self.number.text() or self.name.text())

    # creating

    def _case(self) -> Case:
        return Case(
            number=self.number.text().strip(), name=Wording.same(self.name.text().strip()),
            court=self._kept("court", self.court.text().strip()), place=self._kept("place", self.place.text().strip()),
            procedure=self.procedure.currentData(), language=self.language.currentData(), open=self.open.currentData(),
        )  # fmt: skip

    def _kept(self, field: str, text: str) -> Wording:
        """The court's names in three languages from the settings, where the shown one was not changed."""
        known = {lang: getattr(self._given, f"{field}_{lang}") for lang in ("kk", "ru", "en")}
        return Wording(**known) if text and text in known.values() else Wording.same(text)

    def people_and_sources(self) -> tuple[list[Participant], list[Source]]:
        """Participants with seats, and the sources that hear them."""
        camera = self.camera.currentData()
        people, sources = seated(self.rows)
        if camera is not None:
            sources.append(Source(name="camera", kind=camera.kind, device=camera.device))
        return people, sources

    def _refuse(self, message: Message, field: QWidget) -> None:
        self._wrong = message
        self._said.setText(str(message))
        field.setFocus()

    def submit(self) -> None:
        """Create the sitting; what is missing is said and the cursor put there."""
        self._wrong = None
        self._said.setText("")
        if not self.number.text().strip():
            self._refuse(_("The case number is missing."), self.number)
            return
        if not self.secretary.text().strip():
            self._refuse(_("The secretary's name is missing: every entry in the record bears it."), self.secretary)
            return
        people, sources = self.people_and_sources()
        if not any(source.tracks for source in sources):
            self._refuse(_("No participant has a microphone: choose at least one."), self.rows[0].inlets
                         if self.rows else self.add)  # fmt: skip
            return
        case, secretary = self._case(), Wording.same(self.secretary.text().strip())
        self.make.setEnabled(False)

        def make() -> Path:
            self._remember(case, secretary)
            return sittings.create(case, secretary=secretary, participants=people, sources=sources)

        self._worker.order(make, done=self._on_created, failed=self._on_failed)

    def _remember(self, case: Case, secretary: Wording) -> None:
        """Court, place and names for the next hearing."""
        change: dict[str, str] = {"secretary": secretary.ru}
        for field, words in (("court", case.court), ("place", case.place)):
            change |= {f"{field}_{language}": getattr(words, language) for language in ("kk", "ru", "en")}
        settings.save(settings.load().model_copy(update=change))

    def _on_created(self, folder: Path) -> None:
        self.make.setEnabled(True)
        self.created.emit(folder)

    def _on_failed(self, trouble: Trouble) -> None:
        self.make.setEnabled(True)
        self.trouble_arose.emit(trouble)
