"""What the recorder says of itself: measured from what was written, not from what was meant to be."""

from __future__ import annotations

from typing import Literal

from app.values import Frozen

Health = Literal["good", "warning", "failed", "holding", "ended"]
RecorderCourse = Literal["not_started", "recording", "break", "deliberation", "stopped"]


class Level(Frozen):
    """A seat's last 0.1 s in dBFS (0 = full scale, −120 = digital silence)."""

    seat: str
    rms: float
    peak: float
    clipped: bool = False


class SourceState(Frozen):
    """One source. ``written_s`` seconds are fsynced, over all runs; ``fresh`` is False when nothing came for 0.5 s;
    ``position`` counts this run's fsynced frames (a camera's: packets).

    ``reason`` is a stable English word where the state is not good. Warnings: ``clipping``, ``silent`` (exact zeros
    for 5 s), ``behind`` (its sound is late on its way to the disk). Failed: ``lost``, ``moved`` (the system put another
    device in its place), ``stalled`` (it delivers nothing just now), ``overflow``, ``encoder``, ``space``.
    """

    name: str
    kind: str
    state: Health
    reason: str = ""
    written_s: float = 0.0
    fresh: bool = True
    levels: tuple[Level, ...] = ()
    position: int = 0


class FolderState(Frozen):
    """The first or second folder; hours until its reserve is reached at the present rate of writing.

    ``warning``: ``low`` (4 h are left) or ``slow`` (the disk keeps the recorder waiting); ``failed``: it is not written
    any more (``full`` or ``failed``).
    """

    which: Literal["first", "second"]
    path: str
    state: Literal["good", "warning", "failed"]
    reason: str = ""
    hours_left: float = 0.0
    bytes_free: int = 0


class RecorderStatus(Frozen):
    """Everything at one glance.

    ``monotonic`` (ns) and ``utc`` (stamp) are the moment it was taken; ``elapsed_s`` is the recorded time over all
    runs, breaks cut out; ``course_s`` the time since the course last changed.
    """

    run: int
    course: RecorderCourse
    recording: bool
    monotonic: int
    utc: str
    elapsed_s: float
    course_s: float
    sources: tuple[SourceState, ...] = ()
    folders: tuple[FolderState, ...] = ()
