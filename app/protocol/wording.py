"""The words of court documents in Kazakh and Russian: phrases of resources/law/protocol_*.json, dates, times."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from app import clock, resources
from app.errors import Trouble
from app.hearing.model import RecordLanguage, Wording
from app.i18n import _
from app.values import Frozen


class ItemTerm(Frozen):
    """One item of a kind of protocol: ``content`` names the function of compose that fills it."""

    id: str
    content: str
    heading: Wording
    article: Wording
    law: Wording


class KindTerm(Frozen):
    """A kind of protocol: its title, the article that it rests on, and its items in the order of the law."""

    title: Wording
    basis: Wording
    items: tuple[ItemTerm, ...]


@cache
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((resources.folder("law") / f"protocol_{name}.json").read_bytes())
    return found


@cache
def kind(name: str, procedure: str) -> KindTerm:
    """The kind of protocol ``name`` for a procedure; Trouble ``protocol-kind-unknown`` where the data has none."""
    if procedure not in _read("items")[name]:
        raise Trouble(
            "protocol-kind-unknown",
            _("This version of Khatshy cannot write a short protocol for this kind of case ({kind}).", kind=procedure),
            safe=_("The record and the recordings are complete and can be kept and handed over."),
            remedy=_("Correct the kind of case if it is wrong; otherwise write the protocol by hand."),
        )
    return KindTerm.model_validate(_read("items")[name][procedure])


@dataclass(frozen=True)
class Phrases:
    """Phrases in one language: ``phrases("begin", time="10:05")``."""

    language: RecordLanguage

    def __call__(self, name: str, /, **values: object) -> str:
        """The phrase ``name`` with its values; KeyError for a phrase that does not exist."""
        pattern: str = _read("wording")["phrases"][name][self.language]
        return pattern.format(**values)

    def knows(self, name: str) -> bool:
        """Whether there is such a phrase."""
        return name in _read("wording")["phrases"]

    def of(self, wording: Wording) -> str:
        """A name or text in this language, or in the nearest one in which it was given; without outer spaces."""
        return wording.in_(self.language).strip()

    def date(self, moment: datetime) -> str:
        """``2026 жылғы 21 қараша``, ``21 ноября 2026 года``; ``moment`` on the court's wall clock."""
        month = _read("wording")["months"][self.language][moment.month - 1]
        return self("date", year=moment.year, day=moment.day, month=month)

    def length(self, seconds: float) -> str:
        """A duration in whole minutes, in seconds below one minute."""
        if seconds < 60:
            return self("seconds", n=round(seconds))
        return self("minutes", n=round(seconds / 60))


def wall(stamp: str) -> datetime:
    """A UTC stamp on the court's wall clock."""
    return clock.local(clock.moment(stamp))


def minute(moment: datetime) -> str:
    """``10:05``."""
    return f"{moment:%H:%M}"


def second(moment: datetime) -> str:
    """``10:05:09``."""
    return f"{moment:%H:%M:%S}"


def position(seconds: float) -> str:
    """``1:02:03``: hours, minutes and seconds from the beginning of a recording."""
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
