"""Starting our own programs: the same executable in a checkout, an installation and a frozen build."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

ENTRY = "--process"


def command(module: str, *arguments: str) -> list[str]:
    """Command line that runs ``module`` (``app.capture.recorder``) as a program of its own."""
    if getattr(sys, "frozen", False):
        return [sys.executable, ENTRY, module, *arguments]
    return [sys.executable, "-m", "app", ENTRY, module, *arguments]


def detached(*, breakaway: bool = True) -> dict[str, Any]:
    """Popen options for a process that outlives this one.

    Windows: a job that lets nobody out answers ``breakaway`` with PermissionError; without it the process lives as
    long as the job does.
    """
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        if breakaway:
            flags |= subprocess.CREATE_BREAKAWAY_FROM_JOB
        return {"creationflags": flags, "close_fds": True}
    return {"start_new_session": True, "close_fds": True}


def start_detached(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one, as far as Windows lets it; OSError if it cannot be started."""
    try:
        return subprocess.Popen(command, **options, **detached())
    except PermissionError:
        if sys.platform != "win32":
            raise
        return subprocess.Popen(command, **options, **detached(breakaway=False))


def windowless() -> dict[str, Any]:
    """Popen options for a child of a process without a console: Windows would open a black window for it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {}


def environment() -> dict[str, str]:
    """Environment for children: UTF-8 everywhere, and app importable from any working folder."""
    found = dict(os.environ)
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    places = [root, *filter(None, found.get("PYTHONPATH", "").split(os.pathsep))]
    found["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(places))
    found["PYTHONUTF8"] = "1"
    return found
