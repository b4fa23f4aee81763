"""Errors that a person can read: what happened, what is safe, what to do next.

Everything else that is raised is a bug: it goes to the log with its traceback and is shown as one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.i18n import Message


class Trouble(Exception):
    """An error whose text is meant for the user.

    ``code`` is a stable English word for programs and tests (``device-unknown``); ``safe`` says what is not in
    danger, ``remedy`` what to do now. Both may be left out only where there is nothing to say.
    """

    def __init__(
        self, code: str, happened: Message, *, safe: Message | None = None, remedy: Message | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.happened = happened
        self.safe = safe
        self.remedy = remedy

    def sentences(self) -> tuple[Message, ...]:
        """What happened, what is safe, what to do: the parts that there are, in this order."""
        return tuple(part for part in (self.happened, self.safe, self.remedy) if part is not None)

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.sentences())

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, for sockets and ``--json``."""
        return {
            "code": self.code,
            "happened": self.happened.to_json(),
            "safe": self.safe.to_json() if self.safe else None,
            "remedy": self.remedy.to_json() if self.remedy else None,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Trouble:
        """The reverse of :meth:`to_json`."""
        optional = {k: Message.from_json(raw[k]) for k in ("safe", "remedy") if raw.get(k)}
        return cls(raw["code"], Message.from_json(raw["happened"]), **optional)
