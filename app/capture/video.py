"""One camera's way to the disk, on a thread of its own: whatever happens here never touches the sound."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections import deque
from datetime import timedelta

from app import clock as clocks
from app.capture.folders import Folders
from app.capture.matroska import MatroskaFile
from app.capture.pictures import Picture, PictureSource
from app.capture.plan import SourcePlan
from app.capture.status import Health, SourceState
from app.clock import NS, Clock
from app.errors import Trouble
from app.media.facts import FOLDER, Anchor, Fact, SourceLost, SourceReturned, VideoClosed, VideoOpened, VideoWritten

SYNC_NS = NS
FRESH_NS = 2 * NS
#: A picture that waited longer than this is left out, so that the encoder catches up (not in fast runs).
LATE_NS = NS
FPS = 25.0
_CLOSE_S = 5.0


class VideoLane:
    """Made when its source has been opened; the recorder's loop wakes it and takes its facts."""

    def __init__(
        self,
        plan: SourcePlan,
        source: PictureSource,
        folder: str,
        run: int,
        folders: Folders,
        clock: Clock,
        *,
        fast: bool,
        before_s: float = 0.0,
    ) -> None:
        self.plan = plan
        self.source = source
        self._place = f"{FOLDER}/{folder}"
        self._run = run
        self._folders = folders
        self._clock = clock
        self._fast = fast
        self._before_s = before_s
        self._facts: deque[Fact] = deque()
        self._turns: deque[tuple[int, bool]] = deque()
        self._recording = False
        self._lost = ""
        self._file: MatroskaFile | None = None
        self._name = ""
        self._files = self._pictures = self._packets = self._closed_packets = 0
        self._recorded_s = self._closed_s = 0.0
        self._came = clock.monotonic_ns()
        self._synced = 0
        self._reached = 0
        self._wake = threading.Event()
        self._stepped = threading.Condition()
        self._closing = False
        self._given_up = ""
        self._thread = threading.Thread(target=self._run_thread, name=f"video {plan.name}", daemon=True)
        self._thread.start()

    # --- the loop's side ------------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Look for pictures now."""
        self._wake.set()

    def wait_until(self, moment: int, timeout_s: float = 10.0) -> None:
        """Return when every picture of up to ``moment`` (monotonic ns) is written: the barrier of fast runs."""
        with self._stepped:
            self._stepped.wait_for(lambda: self._reached >= moment or not self._thread.is_alive(), timeout_s)

    def turn(self, at: int, recording: bool) -> None:
        """Pictures seen from ``at`` (monotonic ns) on are (or are not) written."""
        self._turns.append((at, recording))
        self.source.follow(recording, at)
        self._wake.set()

    def give_up(self, reason: str) -> None:
        """Write no more pictures in this run."""
        if not self._given_up:
            self._given_up = reason
            self._wake.set()

    @property
    def settled(self) -> bool:
        return not self._turns or not self._thread.is_alive()

    @property
    def idle(self) -> bool:
        return self.source.state in ("waiting", "holding", "ended")

    def take_facts(self) -> list[Fact]:
        """What happened since the last call; everything in it is durable."""
        return [self._facts.popleft() for _fact in range(len(self._facts))]

    def finish(self) -> None:
        """Close what is open; an encoder that hangs is left behind."""
        self._closing = True
        self._wake.set()
        self._thread.join(_CLOSE_S)
        self.source.close()

    def state(self) -> SourceState:
        """How the source is now."""
        fresh = self._clock.monotonic_ns() - self._came < FRESH_NS
        state, reason = self._health(fresh)
        return SourceState(
            name=self.plan.name,
            kind=self.plan.kind,
            state=state,
            reason=reason,
            written_s=round(self._before_s + self._recorded_s, 3),
            fresh=fresh,
            position=self._packets,
        )

    def _health(self, fresh: bool) -> tuple[Health, str]:
        if failed := self._given_up or self._lost or (self.source.state == "lost" and self.source.reason):
            return "failed", failed
        if self.source.state == "ended":
            return "ended", "ended"
        return ("warning", "stalled") if self.source.state == "delivering" and not fresh else ("good", "")

    # --- its own thread -------------------------------------------------------------------------------------------

    def _run_thread(self) -> None:
        while not self._closing:
            self._wake.wait(0.1)
            self._wake.clear()
            now = self._clock.monotonic_ns()
            try:
                self._step(now)
            except Exception as error:
                self._fail("encoder", error)
            with self._stepped:
                self._reached = now
                self._stepped.notify_all()
        try:
            self._close_file()
        except Exception as error:
            self._fail("encoder", error)

    def _fail(self, reason: str, error: Exception) -> None:
        """Leave the file where it is; the next picture begins another."""
        if not isinstance(error, Trouble):
            traceback.print_exception(error, file=sys.stderr)
        if self._file is not None:
            self._file.abandon()
            self._file = None
        self._lose(reason)

    def _step(self, now: int) -> None:
        for picture in self._source_pictures(now):
            while self._turns and picture.monotonic >= self._turns[0][0]:
                self._take_turn()
            late = not self._fast and now - picture.monotonic > LATE_NS
            if self._recording and not late:
                self._keep(picture)
        while self._turns and self._turns[0][0] <= now:
            self._take_turn()
        self._sync()

    def _source_pictures(self, now: int) -> list[Picture]:
        pictures = self.source.take(now)
        if self._given_up:
            self._close_file()
            self._lose(self._given_up)
            return []
        if pictures:
            self._came = now
            if self._lost:
                self._lost = ""
                self._facts.append(
                    SourceReturned(run=self._run, source=self.plan.name, anchor=self._anchor(pictures[0].monotonic))
                )
        elif self.source.state == "lost" and not self._lost:
            self._close_file()
            self._lose(self.source.reason)
        return pictures

    def _lose(self, reason: str) -> None:
        if not self._lost:
            self._lost = reason
            anchor = self._anchor(self._clock.monotonic_ns())
            self._facts.append(SourceLost(run=self._run, source=self.plan.name, anchor=anchor, reason=reason))

    def _anchor(self, monotonic: int) -> Anchor:
        return Anchor(frame=self._pictures, monotonic=monotonic, utc=self._utc(monotonic))

    def _utc(self, monotonic: int) -> str:
        behind = self._clock.monotonic_ns() - monotonic
        return clocks.stamp(self._clock.utc() - timedelta(microseconds=behind / 1000))

    def _take_turn(self) -> None:
        _at, self._recording = self._turns[0]
        if not self._recording:
            self._close_file()
        self._turns.popleft()  # last, because then it counts as settled

    def _keep(self, picture: Picture) -> None:
        if self._file is None:
            self._open_file(picture)
        assert self._file is not None
        self._file.write(picture.image, picture.monotonic)
        self._pictures += 1

    def _open_file(self, picture: Picture) -> None:
        image = picture.image
        height, width = image.shape[:2] if hasattr(image, "shape") else (image.height, image.width)
        self._files += 1
        self._name = f"{self._place}/{self._run}-{self._files}.mkv"
        self._file = MatroskaFile(self._folders.create(self._name), width, height, FPS, picture.monotonic)
        self._synced = time.monotonic_ns()
        self._facts.append(
            VideoOpened(
                run=self._run,
                source=self.plan.name,
                file=self._name,
                width=self._file.width,
                height=self._file.height,
                fps=FPS,
                monotonic=picture.monotonic,
                utc=self._utc(picture.monotonic),
            )
        )

    def _sync(self) -> None:
        if self._file is not None and time.monotonic_ns() - self._synced >= SYNC_NS:
            self._file.sync()
            self._synced = time.monotonic_ns()
            self._tell(self._file)

    def _tell(self, file: MatroskaFile) -> None:
        self._facts.append(
            VideoWritten(
                run=self._run, source=self.plan.name, file=self._name, packets=file.packets, bytes=file.bytes,
                seconds=file.seconds,
            )
        )  # fmt: skip
        self._recorded_s = self._closed_s + file.seconds
        self._packets = self._closed_packets + file.packets

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        file.close()
        self._tell(file)
        self._closed_s, self._closed_packets = self._recorded_s, self._packets
        self._facts.append(VideoClosed(run=self._run, source=self.plan.name, file=self._name))
