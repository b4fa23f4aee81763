"""Time as a value that is passed in: durations from a clock that never jumps, civil time beside it.

``monotonic_ns`` goes on during suspend (CLOCK_BOOTTIME on Linux) and is the same in all processes of one boot;
it is what durations and anchors are measured with. ``utc`` may be stepped by NTP or by hand and is only written down.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

NS = 1_000_000_000


class Clock(Protocol):
    """What every module that needs the time asks for."""

    def monotonic_ns(self) -> int:
        """Nanoseconds since boot."""
        ...

    def utc(self) -> datetime:
        """Civil time, aware, in UTC."""
        ...


class SystemClock:
    """The clock of this PC."""

    def monotonic_ns(self) -> int:
        if sys.platform == "linux":
            return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        return time.perf_counter_ns()

    def utc(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class TickClock:
    """A clock that only moves when told: drives fast files and tests; starts at the given moments."""

    now_ns: int
    now_utc: datetime

    def advance(self, ns: int) -> None:
        """Move both times forward by ``ns`` nanoseconds."""
        self.now_ns += ns
        self.now_utc += timedelta(microseconds=ns / 1000)

    def monotonic_ns(self) -> int:
        return self.now_ns

    def utc(self) -> datetime:
        return self.now_utc


def stamp(moment: datetime) -> str:
    """UTC as it is written in logs: ``2026-11-21T06:23:45.123456Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The reverse of :func:`stamp`."""
    return datetime.fromisoformat(text)


#: Kazakhstan has one zone since 01.03.2024, UTC+05:00, without summer time.
KAZAKHSTAN = timedelta(hours=5)


def local(moment_utc: datetime) -> datetime:
    """The moment on the court's wall clock (naive, UTC+05:00)."""
    return moment_utc.astimezone(UTC).replace(tzinfo=None) + KAZAKHSTAN
