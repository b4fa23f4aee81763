"""What a screen shows of the present moment; made by the engine from what was written, not from what was hoped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from app.hearing.model import Course
from app.i18n import Message

Health = Literal["good", "warning", "failed"]


@dataclass(frozen=True)
class SeatLevel:
    """Level of one microphone in the last 0.1 s, in dBFS (0 = full scale, −120 = digital silence)."""

    seat: str
    rms: float
    peak: float
    clipped: bool = False


@dataclass(frozen=True)
class SourceStatus:
    """A microphone or camera: ``fresh`` is False when nothing came from it for 0.5 s (its meters go blank).

    A file that plays is ``holding`` where it waits for the hearing to go on, and ``ended`` at its end.
    """

    name: str
    kind: str
    health: Health
    message: Message | None = None
    levels: tuple[SeatLevel, ...] = ()
    written_s: float = 0.0
    fresh: bool = True
    phase: Literal["running", "holding", "ended"] = "running"


@dataclass(frozen=True)
class FolderStatus:
    """One of the two folders; ``hours_left`` at the present rate of writing."""

    path: str
    health: Health
    hours_left: float
    message: Message | None = None


@dataclass(frozen=True)
class SpeechStatus:
    """The speech process; ``backlog_s`` seconds of sound are not yet text."""

    state: Literal["off", "loading", "running", "failed", "no-model"] = "off"
    backlog_s: float = 0.0
    synthetic: bool = False
    message: Message | None = None


@dataclass(frozen=True)
class Status:
    """Everything at one glance. ``elapsed_s`` is the recorded time, breaks cut out; ``course_s`` the time since the
    course last changed (how long the break has lasted)."""

    course: Course = Course.NOT_STARTED
    recording: bool = False
    in_trouble: Message | None = None
    elapsed_s: float = 0.0
    course_s: float = 0.0
    sources: tuple[SourceStatus, ...] = ()
    folders: tuple[FolderStatus, ...] = ()
    speech: SpeechStatus = field(default_factory=SpeechStatus)
    read_only: bool = False
