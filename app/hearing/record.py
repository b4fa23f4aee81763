"""A sitting's ``events.jsonl`` with the hearing that its events add up to; one writer, any number of readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app import chain
from app.chain import Access, ChainLog, Line
from app.clock import Clock
from app.errors import Trouble
from app.hearing import events as ev
from app.hearing.fold import apply, fold
from app.hearing.model import Hearing
from app.i18n import _

NAME = "events.jsonl"


def replay(lines: tuple[Line, ...]) -> Hearing:
    """The hearing of a log; lines that this program does not know are counted, never dropped from the log."""
    known = [event for line in lines if (event := ev.decode(line)) is not None]
    missing = sum(1 for line in lines if line.payload is not None) - len(known)
    return fold(known).model_copy(update={"unknown": missing})


def load(folder: Path) -> tuple[Hearing, chain.Reading]:
    """Read a sitting without writing to it: the hearing, and the log with whatever is wrong in it."""
    reading = chain.read(folder / NAME)
    if not reading.lines:
        raise Trouble(
            "record-empty",
            _("There is no record of a hearing in {path}.", path=str(folder)),
            remedy=_("Choose the folder of a sitting: it holds a file events.jsonl."),
        )
    return replay(reading.lines), reading


class Record:
    """The writable record of one sitting."""

    def __init__(
        self,
        folder: Path,
        mirror: Path | None = None,
        *,
        clock: Clock | None = None,
        on_lost: Callable[[Path, OSError], None] | None = None,
    ) -> None:
        """Open or begin the record in ``folder``; Trouble ``log-busy`` if another window has it open."""
        second = mirror / NAME if mirror else None
        self._log = ChainLog(folder / NAME, second, clock=clock, on_lost=on_lost)
        self.damage = None if self._log.restored else self._log.reading.damage
        self.hearing = replay(self._log.reading.lines)

    @property
    def head(self) -> str:
        """Hash of the last event."""
        return self._log.head

    @property
    def seq(self) -> int:
        """Number of events."""
        return self._log.seq

    def append(self, event: ev.Event, *, actor: str, access: Access | None = None) -> Line:
        """Write one event, fsynced; Trouble ``record-frozen`` after signing, ``record-newer`` for a newer record."""
        if self.hearing.unknown:
            raise Trouble(
                "record-newer",
                _("This record was written by a newer version of Khatshy and can only be read here."),
                remedy=_("Install the newer version on this PC."),
            )
        if self.hearing.frozen_at and not isinstance(event, ev.AFTER_SIGNING):
            raise Trouble(
                "record-frozen",
                _("The protocol is signed: what was recorded before cannot be changed any more."),
                remedy=_("Write what came later as a remark or a ruling; it becomes a document of its own."),
            )
        payload = event.model_dump(mode="json")
        line = self._log.append(
            type(event).__name__, payload, actor=actor, access=access or event.access, version=event.version
        )
        self.hearing = apply(self.hearing, event)
        return line

    def close(self) -> None:
        """Let another window write."""
        self._log.close()
