"""When a frame was heard: the steady count of frames, tied to the clock by whichever block arrived most promptly."""

from __future__ import annotations

from collections import deque

from app.clock import NS

#: Drift of a crystal moves the tie slowly; promptness is judged over this time (ns).
WINDOW_NS = 20 * NS
#: So many blocks in a row that are later than any delay before them mean that frames were dropped between.
LATE_BLOCKS = 10
LATE_NS = 100_000_000


class Timing:
    """One stream. Blocks come late by the delays of the system, never early: the least late one tells the time."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._frames = 0
        self._prompt: deque[tuple[int, int]] = deque()
        self._late = 0

    def heard(self, frames: int, arrived: int) -> tuple[int, bool]:
        """Time (ns) of the first frame of a block that ``arrived`` (ns), and whether frames are missing before it."""
        first = self._frames * NS // self._rate
        self._frames += frames
        offset = arrived - self._frames * NS // self._rate
        tie = self._prompt[0][1] if self._prompt else offset
        self._late = self._late + 1 if offset > tie + LATE_NS else 0
        missing = self._late >= LATE_BLOCKS
        if missing:
            self._prompt.clear()
            self._late = 0
        # the deque's offsets rise, so its first is the least of the window
        while self._prompt and self._prompt[-1][1] >= offset:
            self._prompt.pop()
        self._prompt.append((arrived, offset))
        while self._prompt[0][0] < arrived - WINDOW_NS:
            self._prompt.popleft()
        return first + self._prompt[0][1], missing
