"""What can be done by a key: one list from which the shortcuts, the drawn caps and the palette are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.hearing.model import Course
from app.i18n import Message

RUNNING = frozenset({Course.RECORDING, Course.BREAK, Course.DELIBERATION})
PAUSED = frozenset({Course.BREAK, Course.DELIBERATION})
BEFORE = frozenset({Course.NOT_STARTED})
AFTER = frozenset({Course.STOPPED})
ALWAYS = frozenset(Course)


@dataclass(frozen=True)
class Deed:
    """``words`` stand beside the cap, ``whole`` in the palette; it works while the sitting is in one of ``courses``.

    ``key`` is Qt's portable name of the key, empty where it has none; ``cap`` is drawn instead of it, if given.
    """

    id: str
    key: str
    words: Message
    act: Callable[[], None]
    courses: frozenset[Course]
    whole: Message | None = None
    cap: str = ""
    drawn: bool = True

    @property
    def label(self) -> str:
        """What the cap says."""
        return self.cap or self.key.replace("+", " ")
