"""A real microphone through PortAudio, watched closely: it may vanish, stall, or be exchanged by the sound server."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

import sounddevice
from filelock import FileLock, Timeout

from app import paths
from app.capture import devices
from app.capture.plan import SourcePlan
from app.capture.sound_server import Attached, SoundServer
from app.capture.source import Block, Format, Loss, State, check_channels, device_trouble, pick_channels
from app.capture.timing import Timing
from app.clock import NS, Clock
from app.errors import Trouble
from app.i18n import _

BLOCKS_A_SECOND = 10
WATCH_S = 0.25
RETRY_S = 1.0
#: Without a block for so long the device counts as lost; after the second time it is opened anew.
STALLED_NS = NS
STUCK_NS = 5 * NS


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What a callback put aside: ``stream`` counts the times the device was opened."""

    stream: int
    pcm: bytes
    frames: int
    arrived: int
    overflow: bool


@dataclass(frozen=True, slots=True)
class _End:
    """A stream was given up; what its callback still brings is not to be trusted."""

    stream: int
    reason: str


#: PortAudio must not open and close streams in two threads at once.
_PORTAUDIO = threading.Lock()


class Microphone:
    """The callback only puts bytes aside; a thread of its own keeps the stream alive; the recorder's loop reads."""

    def __init__(self, plan: SourcePlan, clock: Clock, known: Format | None = None) -> None:
        """``known``: what it delivered before the recorder died; then an absent device is waited for."""
        self._plan = plan
        self._clock = clock
        self._known = known
        self._queue: deque[_Arrival | _End] = deque()
        self._stream: Any = None
        self._number = 0
        self._trusted: set[int] = set()
        self._ended = 0
        self._channels = 0
        self._called = 0
        self._finished = threading.Event()
        self._closing = threading.Event()
        self._server = SoundServer()
        self._output: int | None = None
        self._heard: Attached | None = None
        self._timing: tuple[int, Timing] | None = None
        self._stalled = False
        self.state: State = "lost"
        self.reason = ""

    def open(self) -> Format:
        try:
            name = devices.find(self._plan.device).name
        except Trouble:
            if self._known is None:
                raise
            name = self._plan.device
        self._lock = FileLock(_lock_path(name))
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            busy = _("The microphone “{device}” is being recorded for another hearing.", device=self._plan.device)
            raise device_trouble("device-busy", busy) from error
        try:
            self.format = self._connect()
            self._trust()
        except Trouble:
            if self._known is None:
                self._lock.release()
                raise
            self.format = self._known
            self.reason = "lost"
            self._queue.append(_End(0, "lost"))
        self._keeper = threading.Thread(target=self._keep, name=f"keeper {self._plan.name}", daemon=True)
        self._keeper.start()
        return self.format

    # --- the stream -----------------------------------------------------------------------------------------------

    def _connect(self) -> Format:
        """Open the device; Trouble says why not."""
        found = devices.find(self._plan.device)
        with _PORTAUDIO:
            try:
                truth = devices.probe(found, self._server)
                self._channels = truth.channels
                check_channels(self._plan, truth.channels)
                rate = self._plan.rate or (self._known.rate if self._known else truth.rate)
                before = self._server.streams()
                self._start(found, rate)
                self._attach(before)
            except sounddevice.PortAudioError as error:
                self._drop_stream()
                raise devices.trouble_of(error, self._plan.device) from error
        return Format(rate, self._plan.width, len(self._plan.tracks))

    def _trust(self) -> None:
        """It is the microphone that was chosen: let the loop have its sound."""
        self._checked = self._clock.monotonic_ns()
        self._trusted.add(self._number)
        self.state, self.reason = "delivering", ""

    def _give_up(self, reason: str) -> None:
        self.state, self.reason = "lost", reason
        self._queue.append(_End(self._number, reason))
        with _PORTAUDIO:
            self._drop_stream()

    def _start(self, found: devices.Microphone, rate: int) -> None:
        self._number += 1
        self._finished.clear()
        self._called = self._clock.monotonic_ns()
        number, put, now = self._number, self._queue.append, self._clock.monotonic_ns

        def callback(pcm: Any, frames: int, _times: Any, flags: Any) -> None:
            self._called = arrived = now()
            put(_Arrival(number, bytes(pcm), frames, arrived, bool(flags.input_overflow)))

        self._stream = sounddevice.RawInputStream(
            device=found.index, channels=self._channels, samplerate=rate, blocksize=rate // BLOCKS_A_SECOND,
            dtype="int16" if self._plan.width == 2 else "int24", latency="high", callback=callback,
            finished_callback=self._finished.set,
        )  # fmt: skip
        self._stream.start()

    def _attach(self, before: dict[int, Attached] | None) -> None:
        """Remember which source of the sound server this stream hears."""
        self._output = self._heard = None
        new = {n: to for n, to in (self._server.streams() or {}).items() if n not in (before or {})}
        for number, heard in new.items():
            self._output, self._heard = number, heard

    def _drop_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.abort()
                stream.close()
            except sounddevice.PortAudioError:
                pass  # it is gone, which is what was wanted

    # --- the keeper -----------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        while not self._closing.is_set():
            if self._stream is None:
                if not self._closing.wait(RETRY_S):
                    self._return()
                continue
            self._server.wait(WATCH_S)
            if self._closing.is_set():
                break
            if reason := self._missing():
                self._give_up(reason)
            else:
                self._checked = self._clock.monotonic_ns()
        with _PORTAUDIO:
            self._drop_stream()
        self._server.close()

    def _missing(self) -> str:
        if self._finished.is_set() or self._clock.monotonic_ns() - self._called > STUCK_NS:
            return "lost"
        if self._heard is None:
            return ""
        streams = self._server.streams()
        if streams is None or self._output is None:
            return ""  # a server that died ends the stream by itself
        now = streams.get(self._output)
        if now is None:
            return "lost"
        return "" if now.source == self._heard.source else "moved"

    def _return(self) -> None:
        expected = self.format
        was, self._heard = self._heard, None
        try:
            found = self._connect()
        except Trouble:
            self._heard = was
            return
        if found != expected or (was and self._heard and was.source != self._heard.source):
            # the sound server gave us another microphone in its place
            self._give_up("moved")
            self._heard = was
        else:
            self._trust()

    # --- the loop's side ------------------------------------------------------------------------------------------

    def read(self) -> list[Block | Loss]:
        found: list[Block | Loss] = []
        while self._queue:
            item = self._queue[0]
            trusted = item.stream in self._trusted
            if isinstance(item, _Arrival) and not trusted and item.stream == self._number:
                break  # opened anew, and not yet known to be the same microphone
            self._queue.popleft()
            if isinstance(item, _End):
                self._ended = item.stream
                found.append(Loss(item.reason))
            elif trusted and item.stream > self._ended and not self._doubtful(item):
                found += self._block(item)
        if self.state == "delivering" and not self._stalled and self._silent_ns() > STALLED_NS:
            self._stalled = True
            found.append(Loss("stalled"))
        return found

    def _doubtful(self, item: _Arrival) -> bool:
        """Whether it came after the last look at which the stream still heard the right microphone."""
        return self.reason == "moved" and item.arrived > self._checked

    def _block(self, item: _Arrival) -> list[Block | Loss]:
        if self._timing is None or self._timing[0] != item.stream:
            self._timing = (item.stream, Timing(self.format.rate))
        heard, missing = self._timing[1].heard(item.frames, item.arrived)
        self._stalled = False
        delivered = Format(self.format.rate, self.format.width, self._channels)
        block = Block(pick_channels(item.pcm, delivered, self._plan.tracks), item.frames, heard)
        return [Loss("overflow"), block] if item.overflow or missing else [block]

    def _silent_ns(self) -> int:
        return self._clock.monotonic_ns() - self._called

    def follow(self, recording: bool, at: int) -> None:
        """A microphone hears whether it is recorded or not."""

    def close(self) -> None:
        self._closing.set()
        if hasattr(self, "_keeper"):
            self._keeper.join(timeout=2.0)  # a frozen sound server may hold it; the process ends soon
            self._lock.release()


def _lock_path(device: str) -> str:
    folder = paths.runtime() / "devices"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return str(folder / f"{hashlib.sha256(device.casefold().encode()).hexdigest()[:16]}.lock")
