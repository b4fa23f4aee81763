"""Whether a window can be shown here at all."""

from __future__ import annotations

import os
import sys


def has_display() -> bool:
    """True where a person would see a window (not on Qt's offscreen platform)."""
    if sys.platform in ("win32", "darwin"):
        return True
    if os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal"):
        return False
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
