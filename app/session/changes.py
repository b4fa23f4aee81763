"""What the engine tells its listeners. Changes come on the engine's own thread, in the order in which they happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.errors import Trouble
from app.hearing.events import Event
from app.hearing.model import Hearing
from app.i18n import Message
from app.session.status import Status


@dataclass(frozen=True)
class HearingChanged:
    """The record grew by ``event``; ``hearing`` is the new state."""

    event: Event
    hearing: Hearing


@dataclass(frozen=True)
class StatusChanged:
    """Levels, health, elapsed time; about 10 a second, the latest wins."""

    status: Status


@dataclass(frozen=True)
class PartialHeard:
    """Text of an utterance that is not finished; empty when it became final."""

    seat: str
    language: str
    text: str


@dataclass(frozen=True)
class TaskProgressed:
    """A long task (export, signing, packing) is ``done`` (0…1) of its way."""

    task: str
    done: float
    message: Message


@dataclass(frozen=True)
class TaskEnded:
    """A long task ended: with ``result`` (plain JSON) or with ``trouble``."""

    task: str
    result: dict[str, Any] | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True)
class TroubleArose:
    """Something to show as a sentence, once."""

    trouble: Trouble


Change = HearingChanged | StatusChanged | PartialHeard | TaskProgressed | TaskEnded | TroubleArose
