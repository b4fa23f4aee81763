"""One source's way to the disk: cut at the sample where the course changes, metered, written, its losses told."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

from app import clock as clocks
from app.capture.folders import Folders
from app.capture.meter import SILENCE_DB, levels
from app.capture.plan import SourcePlan
from app.capture.segments import SegmentWriter
from app.capture.source import AudioSource, Block, Format, Loss
from app.capture.status import Health, Level, SourceState
from app.clock import NS, Clock
from app.media.facts import Anchor, Fact, SeatChannel, SourceLost, SourceOpened, SourceReturned

FRESH_NS = NS // 2
#: A microphone that is plugged in never delivers exact zeros for so long (ns).
SILENT_NS = 5 * NS
CLIPPED_NS = 3 * NS
#: Sound that is this late on its way to the disk is a warning (ns).
BEHIND_NS = 2 * NS


class Lane:
    """Made when its source has been opened; used by the recorder's loop alone."""

    def __init__(
        self,
        plan: SourcePlan,
        source: AudioSource,
        format: Format,
        folder: str,
        run: int,
        folders: Folders,
        clock: Clock,
        before_s: float = 0.0,
    ) -> None:
        """``folder``: the source's own folder under ``capture/``; ``before_s``: seconds that earlier runs wrote."""
        self.plan = plan
        self.source = source
        self.format = format
        self._run = run
        self._clock = clock
        self._writer = SegmentWriter(plan.name, folder, self.format, run, folders, clock)
        self._turns: deque[tuple[int, bool]] = deque()
        self._recording = False
        self._before_s = before_s
        self._lost = ""
        self._heard_until = clock.monotonic_ns()
        self._came = self._sounded = clock.monotonic_ns()
        self._clipped = -CLIPPED_NS
        self._levels: list[tuple[float, float, bool]] = [(SILENCE_DB, SILENCE_DB, False)] * self.format.channels

    def opened(self) -> SourceOpened:
        """What the log says of the source in this run."""
        plan = self.plan
        return SourceOpened(
            run=self._run,
            source=plan.name,
            kind=plan.kind,
            device=plan.device,
            rate=self.format.rate,
            width=self.format.width,
            channels=self.format.channels,
            tracks=tuple(SeatChannel(channel=at, seat=track.seat) for at, track in enumerate(plan.tracks)),
            inputs=tuple(track.channel for track in plan.tracks),
        )

    def turn(self, at: int, recording: bool) -> None:
        """Frames heard from ``at`` (monotonic ns) on are (or are not) written."""
        self._turns.append((at, recording))
        self._sounded = self._clock.monotonic_ns()
        self.source.follow(recording, at)

    @property
    def settled(self) -> bool:
        """Whether every frame heard before the last :meth:`turn` has been dealt with."""
        return not self._turns

    @property
    def idle(self) -> bool:
        """Whether nothing will come before the next :meth:`turn`."""
        return self.source.state in ("waiting", "holding", "ended")

    def settle(self) -> None:
        """Carry the turns out now: nothing more comes for what was before them."""
        while self._turns:
            self._take_turn()

    def _take_turn(self) -> None:
        _at, self._recording = self._turns.popleft()
        if not self._recording:
            self._writer.close()

    def pull(self) -> None:
        """Take in what arrived."""
        for piece in self.source.read():
            if isinstance(piece, Loss):
                self._lose(piece.reason)
            else:
                self._take(piece)
        if self._turns and self.source.state != "delivering":
            self.settle()

    def _lose(self, reason: str) -> None:
        if self._lost:
            return
        self._lost = reason
        self._writer.close()
        self._writer.facts.append(
            SourceLost(run=self._run, source=self.plan.name, anchor=self._anchor(self._heard_until), reason=reason)
        )

    def _anchor(self, monotonic: int) -> Anchor:
        behind = self._clock.monotonic_ns() - monotonic
        utc = self._clock.utc() - timedelta(microseconds=behind / 1000)
        return Anchor(frame=self._writer.frame, monotonic=monotonic, utc=clocks.stamp(utc))

    def _take(self, block: Block) -> None:
        if self._lost:
            self._lost = ""
            self._writer.facts.append(
                SourceReturned(run=self._run, source=self.plan.name, anchor=self._anchor(block.monotonic))
            )
        self._measure(block.pcm)
        pcm, heard = block.pcm, block.monotonic
        self._heard_until = heard + block.frames * NS // self.format.rate
        while self._turns and self._heard_until >= self._turns[0][0]:
            # the first frame at or after the turn belongs to what comes after it
            before = -(-(self._turns[0][0] - heard) * self.format.rate // NS)
            cut = max(0, min(before, len(pcm) // self.format.frame_bytes)) * self.format.frame_bytes
            self._keep(pcm[:cut], heard)
            heard += cut // self.format.frame_bytes * NS // self.format.rate
            pcm = pcm[cut:]
            self._take_turn()
        self._keep(pcm, heard)

    def _keep(self, pcm: bytes, heard: int) -> None:
        if self._recording and pcm:
            self._writer.write(pcm, heard)

    def _measure(self, pcm: bytes) -> None:
        self._came = now = self._clock.monotonic_ns()
        self._levels = levels(pcm, self.format)
        if any(peak > SILENCE_DB for _rms, peak, _clip in self._levels):
            self._sounded = now
        if any(clip for _rms, _peak, clip in self._levels):
            self._clipped = now

    def sync(self) -> None:
        """Make what was written durable."""
        self._writer.sync()

    def take_facts(self) -> list[Fact]:
        """What the log has to be told; everything in it is durable."""
        return self._writer.take_facts()

    def finish(self) -> None:
        """The run ends in order."""
        self._writer.finish()
        self.source.close()

    def state(self) -> SourceState:
        """How the source is now."""
        now = self._clock.monotonic_ns()
        fresh = now - self._came < FRESH_NS
        shown = self._levels if fresh else [(SILENCE_DB, SILENCE_DB, False)] * self.format.channels
        state, reason = self._health(now)
        return SourceState(
            name=self.plan.name,
            kind=self.plan.kind,
            state=state,
            reason=reason,
            written_s=round(self._before_s + self._writer.synced / self.format.rate, 3),
            fresh=fresh,
            levels=tuple(
                Level(seat=track.seat, rms=rms, peak=peak, clipped=clip)
                for track, (rms, peak, clip) in zip(self.plan.tracks, shown, strict=True)
            ),
            position=self._writer.synced,
        )

    def _health(self, now: int) -> tuple[Health, str]:
        match self.source.state:
            case "lost":
                return "failed", self.source.reason
            case "delivering" if self._lost:
                return "failed", self._lost
            case "holding":
                return "holding", ""
            case "ended":
                return "ended", "ended"
            case "waiting":
                return "good", ""
        if self._recording and now - self._heard_until > BEHIND_NS:
            return "warning", "behind"
        if now - self._clipped < CLIPPED_NS:
            return "warning", "clipping"
        if self.plan.kind != "file" and now - self._sounded > SILENT_NS:
            return "warning", "silent"
        return "good", ""
