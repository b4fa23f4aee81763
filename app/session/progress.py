"""How long work tells how far it is: ``progress(done 0…1, sentence)``."""

from __future__ import annotations

from collections.abc import Callable

from app.i18n import Message

Progress = Callable[[float, Message], None]
