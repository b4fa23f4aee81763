"""The port behind which every camera stands, and the clip that plays a camera in demonstration and tests."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.capture.plan import SourcePlan
from app.capture.source import State, file_trouble
from app.clock import NS, Clock
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Picture:
    """A PyAV video frame, or an array (height, width, 3) of blue, green, red; seen at ``monotonic`` (ns)."""

    image: Any
    monotonic: int


class PictureSource(Protocol):
    """A camera from :meth:`open` to :meth:`close`; all but :meth:`follow` and ``state`` belong to one thread."""

    @property
    def state(self) -> State: ...

    @property
    def reason(self) -> str: ...

    def open(self) -> None:
        """Begin; Trouble ``camera-unreachable`` or ``file-…`` if there is no picture to be had."""
        ...

    def take(self, now: int) -> list[Picture]:
        """The pictures of up to ``now`` (monotonic ns) that were not taken yet, in order; never waits."""
        ...

    def follow(self, recording: bool, at: int) -> None:
        """As for sound: cameras do not care, clips play only while the sitting is recorded."""
        ...

    def close(self) -> None: ...


class Clip:
    """A video file in place of a camera; its sound is not used."""

    def __init__(self, plan: SourcePlan, clock: Clock, position_s: float = 0.0) -> None:
        """``position_s``: what an earlier run has recorded already."""
        self._plan = plan
        self._clock = clock
        self._position = position_s
        self._turn = threading.Lock()
        self._begun_at = 0
        self._begun_with = position_s
        self._until: int | None = None
        self._ahead: tuple[float, Any] | None = None
        self.state: State = "waiting"
        self.reason = ""

    def open(self) -> None:
        import av

        path = Path(self._plan.device)
        if not path.is_file():
            raise file_trouble("file-missing", _("There is no file {path}.", path=str(path)))
        try:
            with av.open(str(path)) as container:
                next(container.decode(video=0))
        except (OSError, IndexError, StopIteration, ValueError) as error:
            raise file_trouble(
                "file-unreadable", _("The file {path} holds no pictures that can be shown.", path=str(path))
            ) from error
        self._frames = self._decode(path)
        while self._position and self._peek() is not None and self._ahead and self._ahead[0] < self._position:
            self._ahead = None

    def _decode(self, path: Path) -> Generator[tuple[float, Any], None, None]:
        """Frames with their time (s); again and again where the clip is looped."""
        import av

        begin = 0.0
        while True:
            last = 0.0
            with av.open(str(path)) as container:
                rate = container.streams.video[0].average_rate
                step = float(1 / rate) if rate else 0.04
                for frame in container.decode(video=0):
                    last = float(frame.time or 0.0)
                    yield begin + last, frame
            if not self._plan.loop:
                return
            begin += last + step

    def _peek(self) -> tuple[float, Any] | None:
        if self._ahead is None:
            self._ahead = next(self._frames, None)
        return self._ahead

    def take(self, now: int) -> list[Picture]:
        found: list[Picture] = []
        with self._turn:
            if self.state != "delivering":
                return found
            until = now if self._until is None else min(now, self._until - 1)
            while (ahead := self._peek()) is not None:
                shown = self._begun_at + round((ahead[0] - self._begun_with) * NS)
                if shown > until:
                    break
                found.append(Picture(ahead[1], shown))
                self._ahead = None
            if ahead is None:
                self.state = "ended"
            elif self._until is not None and now >= self._until:
                self._begun_with += (self._until - self._begun_at) / NS
                self.state = "waiting"
        return found

    def follow(self, recording: bool, at: int) -> None:
        with self._turn:
            if not recording:
                self._until = at
            elif self.state in ("waiting", "delivering"):
                if self._until is not None and self.state == "delivering":  # it was not even asked in between
                    self._begun_with += (self._until - self._begun_at) / NS
                self._begun_at, self._until, self.state = at, None, "delivering"

    def close(self) -> None:
        if hasattr(self, "_frames"):
            self._frames.close()
