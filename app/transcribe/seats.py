"""Whose microphone it is: a voice belongs to the seat that hears it loudest above its own floor.

A voice reaches the neighbours' microphones too, quieter and a little later. How much quieter is learned for each pair
of microphones while one of them clearly leads; what a neighbour's voice explains is *foreign* at a seat, what none
explains is the seat's own. So bleed makes no second utterance, and two who really speak at once make two.
Works on a common grid of time slots of 20 ms, because the sources' frames do not count together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Slots in a second, and nanoseconds in a slot.
SLOTS = 50
SLOT_NS = 1_000_000_000 // SLOTS
#: Slots after a decision that must be known (microphones' clocks are tied within 40 ms), and before it (an echo).
AHEAD, BEHIND = 2, 10
#: An echo is expected to fall by so much a slot (dB): 75 dB a second, half a second to -37 dB.
_ECHO_FALL = 1.5

#: Above the floor (dB): where a hop may be speech, and where a voice is loud enough to learn from.
HOT_DB, _LEADING_DB = 8.0, 20.0
#: Bleed is believed up to this much above what was learned (dB); before anything was, up to the neighbour's own level.
_ALLOWANCE_DB, _UNLEARNED_DB = 7.0, 0.0
#: One sound on two channels: levels this close (dB), as two microphones' are once in hundreds of hops.
_TWIN_DB = 0.05
#: Learning: histogram of differences from -50 to 0 dB, percentile, slots a chunk, what stays a chunk, least slots.
_BINS, _PERCENTILE, _CHUNK, _STAYS, _LEAST = 50, 0.9, 50, 0.98, 60

Heights = NDArray[np.float32]
Flags = NDArray[np.bool_]


class Seats:
    """Decides slot by slot for a fixed set of tracks."""

    def __init__(self, tracks: int) -> None:
        self._tracks = tracks
        self._counts = np.zeros((tracks, tracks, _BINS))
        self._limits = np.full((tracks, tracks), _UNLEARNED_DB, np.float32)
        self._heard = False

    def widened(self, tracks: int) -> Seats:
        """The same with further tracks behind; what was learned stays."""
        wider = Seats(tracks)
        size = self._tracks
        wider._counts[:size, :size] = self._counts
        wider._limits[:size, :size] = self._limits
        return wider

    def decide(self, heights: Heights, slot: int) -> tuple[Flags, Flags]:
        """(own, foreign), both (slots, tracks), for the slots from ``slot`` on.

        ``heights`` are levels above the floor in dB, (:data:`BEHIND` + slots + :data:`AHEAD`, tracks); -inf where a
        track was not heard at all. Own is hot and explained by nobody else; foreign is hot and a neighbour's voice.
        """
        count = len(heights) - BEHIND - AHEAD
        own = np.zeros((count, self._tracks), bool)
        foreign = np.zeros((count, self._tracks), bool)
        done = 0
        while done < count:
            size = min(count - done, _CHUNK - (slot + done) % _CHUNK)
            here = heights[BEHIND + done : BEHIND + done + size]
            echoes = _echoes(heights[done : done + size + BEHIND + AHEAD])
            hot = here >= HOT_DB
            explained = np.zeros_like(hot)
            for track in range(self._tracks):
                bleed = echoes + self._limits[track]
                bleed[:, track] = -np.inf
                explained[:, track] = here[:, track] <= bleed.max(axis=1, initial=-np.inf)
            own[done : done + size] = hot & ~explained
            foreign[done : done + size] = hot & explained
            self._count(here, echoes)
            done += size
            if (slot + done) % _CHUNK == 0 and self._heard:
                self._learn()
        return own, foreign

    def _count(self, here: Heights, echoes: Heights) -> None:
        """Note how far below the leading voice every other microphone hears it."""
        leader = here.argmax(axis=1)
        for track in range(self._tracks):
            leading = (leader == track) & (here[:, track] >= _LEADING_DB)
            if not leading.any():
                continue
            self._heard = True
            below = here[leading] - echoes[leading][:, [track]]
            bins = np.clip(np.floor(below + _BINS), 0, _BINS - 1)
            for other in range(self._tracks):
                if other != track:
                    np.add.at(self._counts[other, track], bins[np.isfinite(below[:, other]), other].astype(int), 1.0)

    def _learn(self) -> None:
        totals = self._counts.sum(axis=2)
        shares = np.cumsum(self._counts, axis=2) / np.maximum(totals, 1.0)[:, :, None]
        bleed = (shares < _PERCENTILE).sum(axis=2) - _BINS + 1.0
        self._limits = np.where(totals >= _LEAST, np.minimum(bleed + _ALLOWANCE_DB, 0.0), _UNLEARNED_DB).astype(
            np.float32
        )
        self._counts *= _STAYS
        self._heard = False


def _echoes(heights: Heights) -> Heights:
    """What a voice may still, or by another clock already, be heard as: its height with a falling tail."""
    size = len(heights) - BEHIND - AHEAD
    found = heights[BEHIND : BEHIND + size].copy()
    for delay in range(1, BEHIND + 1):
        np.maximum(found, heights[BEHIND - delay : BEHIND - delay + size] - _ECHO_FALL * delay, out=found)
    for early in range(1, AHEAD + 1):
        np.maximum(found, heights[BEHIND + early : BEHIND + early + size] - _ECHO_FALL * early, out=found)
    return found


def without_twins(heights: Heights) -> Heights:
    """Where two channels of one device carry the same sound, the later one is as if it were not there."""
    found = heights.copy()
    for track in range(1, heights.shape[1]):
        for earlier in range(track):
            same = np.abs(heights[:, track] - heights[:, earlier]) < _TWIN_DB
            found[same & (heights[:, track] >= HOT_DB), track] = -np.inf
    return found
