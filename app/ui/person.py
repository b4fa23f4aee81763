"""One participant in the form for a new hearing, and the microphone that hears them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QToolButton, QWidget

from app.hearing import law
from app.hearing.model import Participant, Source, Track, Wording
from app.i18n import Message, _, current_language
from app.session import sittings
from app.ui import shapes, theme
from app.ui.combo import Combo

_FILE = "file…"


@dataclass(frozen=True)
class Inlet:
    """A channel (from 0) of a device or file, as it is offered; a camera has no channel."""

    kind: Literal["microphone", "camera", "file"]
    device: str
    channel: int = 0
    label: str = ""


def inlets_of() -> tuple[tuple[Inlet, ...], tuple[Inlet, ...]]:
    """Every channel of every microphone of this PC, and its cameras; about a second, in a child process."""
    found = sittings.devices()
    inlets = [
        Inlet(
            "microphone", device.name, channel, f"{device.name} · {channel + 1}" if device.channels > 1 else device.name
        )
        for device in found.microphones
        for channel in range(device.channels)
    ]
    cameras = [Inlet("camera", device.device, 0, device.name) for device in found.cameras]
    return tuple(inlets), tuple(cameras)


class RemoveButton(QToolButton):
    """A cross in the colour of the theme."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        theme.changed.connect(self._redress)
        self._redress()

    def _redress(self) -> None:
        self.setIcon(shapes.icon(shapes.cross, theme.current().colour("soft"), 14))


class PersonRow(QObject):
    """Role, name, language, presence, microphone, and a way to take the line out again."""

    removed = Signal()

    def __init__(self, role: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.role, self.language, self.presence, self.inlets = (Combo() for _number in range(4))
        self.name = QLineEdit()
        self.remove = RemoveButton()
        self.remove.clicked.connect(self.removed)
        self.fields: tuple[QWidget, ...] = (
            self.role, self.name, self.language, self.presence, self.inlets, self.remove,
        )  # fmt: skip
        self.role.setMinimumWidth(205)
        self.language.setMinimumWidth(68)
        self.presence.setMinimumWidth(104)
        self._first_role = role
        self._offered: tuple[Inlet, ...] = ()
        self._file: Inlet | None = None
        self.inlets.activated.connect(self._on_inlet)

    def retranslate(self, number: int) -> None:
        """All words in the language of the window; ``number`` is the line's."""
        speech = current_language()
        fill(self.role, [(id_, term.wording.in_(speech)) for id_, term in law.roles().items() if id_ != "secretary"])
        if self._first_role:
            self.role.setCurrentIndex(self.role.findData(self._first_role))
            self._first_role = ""
        fill(self.language, (("kk", _("kaz")), ("ru", _("rus"))))
        fill(self.presence, (("present", _("in the hall")), ("remote", _("by video link")), ("absent", _("absent"))))
        self._fill()
        names = (_("Role"), _("Name"), _("Language"), _("Takes part"), _("Microphone"), _("Remove the participant"))
        for field, name in zip(self.fields, names, strict=True):
            field.setAccessibleName(f"{number}: {name}")
        self.remove.setToolTip(str(names[-1]))

    def offer(self, inlets: tuple[Inlet, ...]) -> None:
        """What can be chosen as a microphone."""
        self._offered = inlets
        self._fill()

    def _fill(self) -> None:
        options: list[tuple[object, Message | str]] = [(None, _("none"))]
        options += [(inlet, inlet.label) for inlet in self._offered]
        if self._file is not None:
            options.append((self._file, self._file.label))
        options.append((_FILE, _("sound file…")))
        fill(self.inlets, options)

    @property
    def inlet(self) -> Inlet | None:
        """The chosen microphone."""
        found = self.inlets.currentData()
        return found if isinstance(found, Inlet) else None

    def choose(self, inlet: Inlet) -> None:
        """Choose a microphone, or a file that was not offered."""
        if inlet not in self._offered:
            self._file = inlet
            self._fill()
        self.inlets.setCurrentIndex(self.inlets.findData(inlet))

    def _on_inlet(self, _index: int) -> None:
        if self.inlets.currentData() != _FILE:
            return
        title = str(_("Choose a sound file"))
        path, _filter = QFileDialog.getOpenFileName(self.inlets, title, "", "*.wav *.flac *.ogg *.mp3")
        if path:
            self.choose(Inlet("file", path, 0, path.replace("\\", "/").rsplit("/", 1)[-1]))
        else:
            self.inlets.setCurrentIndex(0)

    def participant(self, id_: str, seat: str) -> Participant:
        """The card of this participant."""
        presence = self.presence.currentData()
        return Participant(
            id=id_, role=self.role.currentData(), name=Wording.same(self.name.text().strip()), seat=seat,
            language=self.language.currentData(), presence=presence,
            means="videoconference" if presence == "remote" else "",
        )  # fmt: skip


def seated(rows: Sequence[PersonRow]) -> tuple[list[Participant], list[Source]]:
    """Participants with ids and seats named after their roles; those who share a channel share a seat."""
    people: list[Participant] = []
    seats: dict[tuple[str, str, int], str] = {}
    for row in rows:
        role: str = row.role.currentData()
        taken = sum(1 for p in people if p.role == role)
        id_ = f"{role}-{taken + 1}" if taken else role
        seat = ""
        if (inlet := row.inlet) is not None:
            seat = seats.setdefault((inlet.kind, inlet.device, inlet.channel), id_)
        people.append(row.participant(id_, seat))
    sources: dict[tuple[str, str], list[Track]] = {}
    for (kind, device, channel), seat in seats.items():
        sources.setdefault((kind, device), []).append(Track(channel=channel, seat=seat))
    return people, [
        Source(name=f"{kind}-{number}", kind=kind, device=device, tracks=tuple(tracks))
        for number, ((kind, device), tracks) in enumerate(sources.items(), 1)
    ]


def fill(combo: QComboBox, options: Sequence[tuple[object, Message | str]]) -> None:
    """Fill or relabel a choice, keeping what was chosen."""
    chosen = combo.currentData()
    combo.blockSignals(True)
    combo.clear()
    for number, (value, words) in enumerate(options):
        combo.addItem(str(words), value)
        if value == chosen and combo.count() > 1:
            combo.setCurrentIndex(number)
    combo.blockSignals(False)
