"""All sources of a sitting as one: turned together, settled together, made durable together."""

from __future__ import annotations

import time

from app.capture import opening
from app.capture.folders import Folders
from app.capture.history import History
from app.capture.lane import Lane
from app.capture.plan import Plan
from app.capture.status import SourceState
from app.capture.video import VideoLane
from app.clock import NS, Clock
from app.media.facts import Fact

#: So long the last sound before a break is waited for; a device that does not deliver it by then is stuck.
SETTLE_S = 1.0
#: In a fast run pictures may lag so far behind the sound, so that both cores have work.
BARRIER_NS = NS
#: What a camera writes in a second, more or less.
VIDEO_BYTES = 300_000


class Lanes:
    """Opened all or none; Trouble says which source stands in the way."""

    def __init__(self, plan: Plan, past: History, run: int, folders: Folders, clock: Clock) -> None:
        self._fast = plan.fast
        self._clock = clock
        sounds = opening.open_sounds(plan, past, clock)
        try:
            pictures = opening.open_pictures(plan, past, clock)
        except BaseException:
            for _source, sound, _format in sounds:
                sound.close()
            raise
        names = opening.folder_names(plan)
        self.sounds = [
            Lane(
                source, sound, format, names[source.name], run, folders, clock,
                before_s=past.frames.get(source.name, 0) / format.rate,
            )
            for source, sound, format in sounds
        ]  # fmt: skip
        self.videos = [
            VideoLane(
                source, camera, names[source.name], run, folders, clock,
                fast=plan.fast, before_s=past.seen_s.get(source.name, 0.0),
            )
            for source, camera in pictures
        ]  # fmt: skip
        self._all: list[Lane | VideoLane] = [*self.sounds, *self.videos]

    @property
    def bytes_per_s(self) -> float:
        """What they write while the sitting is recorded."""
        sound = sum(lane.format.rate * lane.format.frame_bytes for lane in self.sounds)
        return sound + VIDEO_BYTES * len(self.videos)

    @property
    def idle(self) -> bool:
        """Whether nothing will come before the next :meth:`turn` (pictures alone keep no fast run going)."""
        return all(lane.idle for lane in self.sounds or self.videos)

    def turn(self, at: int, recording: bool) -> None:
        """What is heard and seen from ``at`` (monotonic ns) on is (or is not) written."""
        for lane in self._all:
            lane.turn(at, recording)

    def pull(self) -> None:
        """Take in what arrived."""
        for video in self.videos:
            video.wake()
            if self._fast:
                video.wait_until(self._clock.monotonic_ns() - BARRIER_NS)
        for lane in self.sounds:
            lane.pull()

    def settle(self) -> None:
        """Return when the last turn is carried out: what was heard before it may still be on its way."""
        patience = time.monotonic() + SETTLE_S
        while time.monotonic() < patience:
            self.pull()
            if all(lane.settled for lane in self._all):
                return
            time.sleep(0.01)
        for lane in self.sounds:
            lane.settle()

    def sync(self) -> None:
        """Make the sound durable (pictures see to that on their own threads)."""
        for lane in self.sounds:
            lane.sync()

    def stop_pictures(self, reason: str) -> None:
        """Write no more pictures: sound comes first."""
        for video in self.videos:
            video.give_up(reason)

    def finish(self) -> None:
        """The run ends in order."""
        for lane in self._all:
            lane.finish()

    def opened(self) -> list[Fact]:
        """What the log says of them in this run."""
        return [lane.opened() for lane in self.sounds]

    def take_facts(self) -> list[Fact]:
        """What happened since the last call; everything in it is durable."""
        return [fact for lane in self._all for fact in lane.take_facts()]

    def states(self) -> tuple[SourceState, ...]:
        return tuple(lane.state() for lane in self._all)
