"""How long the two disks will last at the present rate of writing."""

from __future__ import annotations

from pathlib import Path

from app.capture.folders import Folders, Which
from app.capture.plan import Plan
from app.capture.status import FolderState
from app.errors import Trouble
from app.i18n import _

WARN_HOURS = 4.0
#: Shown while nothing says how fast the disk fills.
UNKNOWN_HOURS = 999.0


def refuse_full(folders: Folders, which: Which, reserve: int) -> None:
    """Trouble ``no-space`` if a folder is at its reserve before anything was recorded."""
    free = folders.free(which)
    if free is not None and free < reserve:
        raise Trouble(
            "no-space",
            _(
                "There is no space to record in {path}: {free} MB are free, {reserve} MB must stay free.",
                path=str(folders.places[which]), free=free // 1_000_000, reserve=reserve // 1_000_000,
            ),
            safe=_("Nothing was recorded, nothing was changed."),
            remedy=_("Free space on that disk or choose another folder."),
        )  # fmt: skip


class Space:
    """Measures the folders; asked every few seconds."""

    def __init__(self, plan: Plan, folders: Folders) -> None:
        self._reserve = plan.reserve_bytes
        self._folders = folders
        self.bytes_per_s = 0.0
        self.free: dict[Which, int] = {}
        self.measure()

    def measure(self) -> list[Which]:
        """Look at the disks; returns the living folders that have reached their reserve."""
        found = {which: self._folders.free(which) for which in self._folders.alive}
        self.free = {which: free for which, free in found.items() if free is not None}
        return [which for which, free in self.free.items() if free < self._reserve]

    @property
    def tight(self) -> bool:
        """Whether there is room for sound only: pictures stop first."""
        return bool(self.free) and all(free < 2 * self._reserve for free in self.free.values())

    def states(self) -> tuple[FolderState, ...]:
        """How the folders are."""
        return tuple(self._state(which, path) for which, path in self._folders.places.items())

    def _state(self, which: Which, path: Path) -> FolderState:
        free = self.free.get(which, 0)
        hours = UNKNOWN_HOURS
        if self.bytes_per_s and which in self.free:
            hours = max(0, free - self._reserve) / self.bytes_per_s / 3600
        lost = self._folders.lost.get(which)
        if lost is not None:
            return FolderState(which=which, path=str(path), state="failed", reason=lost, bytes_free=free)
        low = self.bytes_per_s > 0 and hours < WARN_HOURS
        return FolderState(
            which=which,
            path=str(path),
            state="warning" if low else "good",
            reason="low" if low else "",
            hours_left=round(hours, 2),
            bytes_free=free,
        )
