"""When a frame was heard: the steady count of frames, tied to the clock by whichever block arrived most promptly."""

from __future__ import annotations

from collections import deque

from app.clock import NS

#: Drift of a crystal moves the tie slowly; promptness is judged over this time (ns).
WINDOW_NS = 20 * NS
#: Blocks that go on for so long being so much later than those before mean that frames were dropped between
#: (a burst after a stall is late too, but only for a moment).
LATE_NS = 100_000_000
LASTS_NS = NS


class Timing:
    """One stream. Blocks come late by the delays of the system, never early: the least late one tells the time."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._frames = 0
        self._prompt: deque[tuple[int, int]] = deque()
        self._late_since: int | None = None

    def heard(self, frames: int, arrived: int) -> tuple[int, bool]:
        """Time (ns) of the first frame of a block that ``arrived`` (ns), and whether frames are missing before it."""
        first = self._frames * NS // self._rate
        self._frames += frames
        offset = arrived - self._frames * NS // self._rate
        tie = self._prompt[0][1] if self._prompt else offset
        if offset <= tie + LATE_NS:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = arrived
        missing = self._late_since is not None and arrived - self._late_since >= LASTS_NS
        if missing:
            self._prompt.clear()
            self._late_since = None
        # the deque's offsets rise, so its first is the least of the window
        while self._prompt and self._prompt[-1][1] >= offset:
            self._prompt.pop()
        self._prompt.append((arrived, offset))
        while self._prompt[0][0] < arrived - WINDOW_NS:
            self._prompt.popleft()
        return first + self._prompt[0][1], missing
