"""Sentences in three languages: a message is written once, in English, and translated when it is shown.

A :class:`Message` keeps its English sentence and its values apart, so that it can travel between processes as JSON
and be shown in the language of whoever reads it. ``_`` marks sentences for extraction by Babel.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args

from app import resources

Language = Literal["kk", "ru", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DOMAIN = "khatshy"

_current: Language = "ru"


def current_language() -> Language:
    """Language in which ``str(message)`` speaks in this process."""
    return _current


def use_language(language: Language) -> None:
    """Switch the language of this process; nothing has to be restarted."""
    global _current
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {LANGUAGES}, not {language!r}")
    _current = language


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    return gettext.translation(
        DOMAIN, localedir=str(resources.folder("translations")), languages=[language], fallback=True
    )


@dataclass(frozen=True)
class Message:
    """A sentence that is not yet in any language: English text with ``{named}`` values, optionally plural."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str = ""
    count: int | None = None

    def translated(self, language: Language) -> str:
        """The sentence in ``language``; values that are themselves messages are translated too."""
        catalogue = _catalogue(language)
        if self.count is None:
            pattern = catalogue.gettext(self.text)
        else:
            pattern = catalogue.ngettext(self.text, self.plural, self.count)
        values = {
            name: value.translated(language) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return pattern.format(**values) if values else pattern

    def __str__(self) -> str:
        return self.translated(_current)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, for logs and sockets."""
        values = {n: v.to_json() if isinstance(v, Message) else v for n, v in self.values.items()}
        found: dict[str, Any] = {"text": self.text, "values": values}
        if self.count is not None:
            found |= {"plural": self.plural, "count": self.count}
        return found

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Message:
        """The reverse of :meth:`to_json`."""
        values = {
            n: cls.from_json(v) if isinstance(v, dict) and "text" in v else v for n, v in raw.get("values", {}).items()
        }
        return cls(raw["text"], values, raw.get("plural", ""), raw.get("count"))


def _(text: str, **values: Any) -> Message:
    """Mark and make a message: ``_("Disk {path} is full.", path=path)``."""
    return Message(text, values)


def _n(text: str, plural: str, count: int, **values: Any) -> Message:
    """A message whose form depends on ``count``, which is also the value ``{n}``."""
    return Message(text, {"n": count, **values}, plural, count)
