"""The sittings of this PC: where a new one goes, which there are, which one is being recorded."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app import clock, files, paths, settings
from app.capture import client as recorder
from app.capture import listing
from app.clock import SystemClock
from app.errors import Trouble
from app.hearing import events as ev
from app.hearing import record
from app.hearing.model import Case, Course, Participant, Source, Wording
from app.i18n import _
from app.media import facts
from app.session import cameras

HEARINGS = "hearings"


@dataclass(frozen=True)
class SittingCard:
    """One row of the list: ``begun`` on the court's wall clock; ``living`` while a recorder runs for it."""

    folder: Path
    number: str
    name: Wording
    begun: datetime | None
    course: Course
    demonstration: bool
    living: bool


def create(
    case: Case,
    *,
    secretary: Wording,
    participants: Sequence[Participant] = (),
    sources: Sequence[Source] = (),
    demonstration: bool = False,
    data: Path | None = None,
    mirror_root: Path | None = None,
) -> Path:
    """Make the folder of a new sitting and write its first events; returns the folder.

    ``mirror_root`` is the second data folder (default: the one of the settings).
    """
    now = SystemClock().utc()
    sitting = secrets.token_hex(4)
    name = f"{clock.local(now):%Y-%m-%d_%H-%M-%S}-{sitting}"
    folder = files.make_folder((data or paths.data()) / HEARINGS / files.safe_name(case.number) / name)
    mirror = mirror_of(folder, mirror_root)
    if mirror:
        try:
            _apart(folder, mirror)
            files.make_folder(mirror)
        except Trouble:
            discard(folder, mirror_root)
            raise
    actor = secretary.in_(case.language)
    book = record.Record(folder, mirror)
    try:
        book.append(
            ev.HearingOpened(sitting=sitting, case=case, secretary=secretary, demonstration=demonstration), actor=actor
        )
        for participant in participants:
            book.append(ev.ParticipantEntered(participant=participant), actor=actor)
        if sources:
            book.append(ev.SourcesChosen(sources=tuple(map(cameras.without_password, sources))), actor=actor)
    finally:
        book.close()
    return folder


def _apart(folder: Path, mirror: Path) -> None:
    if folder.resolve() == mirror.resolve():
        raise Trouble(
            "second-folder-same",
            _("The second folder is the same as the first one: there would be no second copy."),
            remedy=_("Choose a folder on another disk."),
        )


def discard(folder: Path, mirror_root: Path | None = None) -> None:
    """Remove a sitting that was made a moment ago and could not be begun; one that recorded anything stays."""
    for place in filter(None, (folder, mirror_of(folder, mirror_root))):
        if not (place / facts.NAME).exists():
            shutil.rmtree(place, ignore_errors=True)
            with contextlib.suppress(OSError):
                place.parent.rmdir()  # the case's folder, if this was its only sitting


def mirror_of(folder: Path, root: Path | None = None) -> Path | None:
    """The same sitting in the second data folder; None where there is no second folder."""
    second = root or settings.load().second_folder
    return second / Path(*folder.parts[-3:]) if second else None


def recent(data: Path | None = None, limit: int = 200) -> list[SittingCard]:
    """The sittings of this PC, those being recorded first, then the newest; broken ones are left out."""
    root = (data or paths.data()) / HEARINGS
    folders = sorted(root.glob("*/*/"), key=lambda folder: folder.name, reverse=True)[:limit]
    cards = [card for folder in folders if (card := _card(folder)) is not None]
    return sorted(cards, key=lambda card: not card.living)


def _card(folder: Path) -> SittingCard | None:
    try:
        hearing, _reading = record.load(folder)
    except (Trouble, OSError, ValueError):
        return None
    if hearing.case is None:
        return None
    begun = clock.local(clock.moment(hearing.course[0].begin)) if hearing.course else None
    living = hearing.now not in (Course.NOT_STARTED, Course.STOPPED) and _is_living(folder)
    return SittingCard(
        folder, hearing.case.number, hearing.case.name, begun, hearing.now, hearing.demonstration, living
    )


def devices() -> listing.Devices:
    """Microphones and cameras of this PC; about a second, in a child process."""
    return listing.devices()


def _is_living(folder: Path) -> bool:
    client = recorder.attach(folder)
    if client is None:
        return False
    client.close()
    return True
