"""The base of every value that is written to a log or sent over a wire."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable; unknown fields are refused, so that a mistake is seen where it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")
