"""Dates, times and numbers as the interface language writes them."""

from __future__ import annotations

from datetime import datetime

from babel import dates as babel_dates
from babel import numbers

from app.i18n import Message, _, current_language


def date(moment: datetime) -> str:
    """``21 November 2026`` in the interface language; ``moment`` is on the court's wall clock."""
    found: str = babel_dates.format_date(moment, "long", locale=current_language())
    return found


def clock(moment: datetime, *, seconds: bool = False) -> str:
    """``11:23`` or ``11:23:45``, the same in all three languages."""
    return moment.strftime("%H:%M:%S" if seconds else "%H:%M")


def number(value: float, digits: int = 0) -> str:
    """``1,2`` or ``1.2``, with a fixed count of digits after the point."""
    found: str = numbers.format_decimal(value, format=f"#,##0.{'0' * digits}" if digits else "#,##0",
                                        locale=current_language())  # fmt: skip
    return found


def timer(seconds: float) -> str:
    """``01:23:45``."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def span(seconds: float) -> Message:
    """A length of time in words: ``7 h 40 min``, ``7 min``, ``42 s``."""
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    if hours >= 100:
        return _("{hours} h", hours=hours)
    if hours:
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes)
    if minutes:
        return _("{minutes} min", minutes=minutes)
    return _("{seconds} s", seconds=whole)
