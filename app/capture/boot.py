"""Which boot of the PC this is: process numbers and monotonic times mean nothing in another one."""

from __future__ import annotations

import time
from pathlib import Path

_LINUX = Path("/proc/sys/kernel/random/boot_id")


def boot_id(*, fast: bool = False) -> str:
    """A stable word for this boot; the times of a fast run are comparable to no others."""
    try:
        boot = _LINUX.read_text(encoding="ascii").strip()
    except OSError:
        # elsewhere: the minute in which the PC was started
        boot = str(round((time.time() - time.monotonic()) / 60))
    return f"fast-{boot}" if fast else boot
