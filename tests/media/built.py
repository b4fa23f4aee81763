"""Sitting folders as a recorder leaves them, made without one: devices with rates, drift, gaps, breaks and crashes.

What is heard is a function of the world's time, so that a test knows what must be where.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
from numpy.typing import NDArray

from app.chain import ChainLog
from app.clock import NS, TickClock, stamp
from app.media import facts
from app.media.facts import Anchor, SeatChannel

BEGIN = datetime(2026, 11, 20, 4, 30, 0, tzinfo=UTC)
BOOT_NS = 5_000 * NS
PIECE_S = 0.5

Course = Literal["recording", "break", "deliberation", "stopped"]
#: Sound (−1…1) at the given seconds of the world.
Heard = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def noise(seed: int, level: float = 0.3) -> Heard:
    """Noise below 2 kHz that is the same at the same moment for whoever asks: made for correlating."""
    table = np.random.default_rng(seed).uniform(-1, 1, 1 << 16)
    return lambda at: level * np.interp((at * 4000.0) % (len(table) - 1), np.arange(len(table)), table)


def tone(hertz: float, level: float = 0.3) -> Heard:
    return lambda at: level * np.sin(2 * np.pi * hertz * at)


@dataclass
class Device:
    """A sound card: nominal rate (Hz), bytes a sample, what each seat hears, and how wrong its crystal is."""

    name: str
    seats: Mapping[str, Heard]
    rate: int = 16000
    width: int = 2
    ppm: float = 0.0
    jitter_s: float = 0.0
    _frame: int = field(default=0, init=False)

    def samples(self, begin: float, count: int) -> NDArray[np.int32]:
        true_rate = self.rate * (1 + self.ppm * 1e-6)
        at = begin + np.arange(count) / true_rate
        full = (1 << (8 * self.width - 1)) - 1
        return np.stack([np.round(heard(at) * full).astype(np.int32) for heard in self.seats.values()], axis=1)


def packed(samples: NDArray[np.int32], width: int) -> bytes:
    if width == 2:
        return samples.astype("<i2").tobytes()
    flat = samples.astype("<i4").tobytes()
    return b"".join(flat[at : at + 3] for at in range(0, len(flat), 4))


def header(rate: int, width: int, channels: int, frames: int) -> bytes:
    size = frames * width * channels
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack(
        "<IHHIIHH", 16, 1, channels, rate, rate * width * channels, width * channels, 8 * width
    ) + b"data" + struct.pack("<I", size)  # fmt: skip


class Sitting:
    """Builds ``capture.jsonl`` and its files; time goes on with :meth:`record` and :meth:`wait` only."""

    def __init__(self, folder: Path, devices: Sequence[Device], *, counts_breaks: bool = True) -> None:
        self.folder = folder
        self.devices = list(devices)
        self.clock = TickClock(BOOT_NS, BEGIN)
        self.counts_breaks = counts_breaks
        self.run = 0
        self._random = np.random.default_rng(7)
        self._pictures = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.log = ChainLog(folder / facts.NAME, clock=self.clock)

    @property
    def at(self) -> float:
        """Seconds of the world since its begin."""
        return (self.clock.now_ns - BOOT_NS) / NS

    def utc(self, at: float) -> datetime:
        return BEGIN + timedelta(seconds=at)

    def write(self, fact: facts.Fact) -> None:
        self.log.append(type(fact).__name__, fact.model_dump(mode="json"), actor="recorder")

    def start(self, boot: str = "boot-1") -> None:
        """A recorder starts, opens its devices and is told to record."""
        self.run += 1
        self.write(facts.RecorderStarted(
            run=self.run, pid=1, program="test", boot=boot, monotonic=self.clock.now_ns, utc=stamp(self.clock.utc())
        ))  # fmt: skip
        for device in self.devices:
            device._frame = 0
            self.write(facts.SourceOpened(
                run=self.run, source=device.name, kind="microphone", device=device.name, rate=device.rate,
                width=device.width, channels=len(device.seats),
                tracks=tuple(SeatChannel(channel=n, seat=seat) for n, seat in enumerate(device.seats)),
            ))  # fmt: skip
        self.course("recording")

    def course(self, course: Course) -> None:
        self.write(facts.CourseChanged(
            run=self.run, course=course, monotonic=self.clock.now_ns, utc=stamp(self.clock.utc())
        ))  # fmt: skip

    def wait(self, seconds: float) -> None:
        """Time passes and nothing is recorded; devices may go on counting frames."""
        if self.counts_breaks:
            for device in self.devices:
                device._frame += round(seconds * device.rate * (1 + device.ppm * 1e-6))
        self.clock.advance(round(seconds * NS))

    def pause(self, seconds: float, course: Course = "break") -> None:
        self.course(course)
        self.wait(seconds)
        self.course("recording")

    def record(
        self, seconds: float, *, without: Sequence[str] = (), closed: bool = True, picture: bool = False,
        reason: str = "device-lost",
    ) -> None:  # fmt: skip
        """All devices but ``without`` are recorded for ``seconds``; ``closed`` False leaves files as a crash does."""
        begin = self.at
        for device in self.devices:
            count = round(seconds * device.rate * (1 + device.ppm * 1e-6))
            if device.name in without:
                self.write(facts.SourceLost(
                    run=self.run, source=device.name, anchor=self._anchor(device, 0, begin), reason=reason
                ))  # fmt: skip
            else:
                self._segments(device, begin, count, closed)
            device._frame += count
        if picture:
            self.picture(begin, seconds, closed)
        self.clock.advance(round(seconds * NS))

    def stop(self) -> None:
        self.course("stopped")
        self.write(facts.RecorderStopped(run=self.run, reason="stop"))

    def close(self) -> Path:
        self.log.close()
        return self.folder

    def _anchor(self, device: Device, frame: int, begin: float) -> Anchor:
        at = begin + frame / (device.rate * (1 + device.ppm * 1e-6))
        jitter = self._random.uniform(-1, 1) * device.jitter_s if frame else 0.0
        return Anchor(
            frame=device._frame + frame, monotonic=BOOT_NS + round((at + jitter) * NS), utc=stamp(self.utc(at + jitter))
        )

    def _segments(self, device: Device, begin: float, count: int, closed: bool) -> None:
        longest = facts.SEGMENT_SECONDS * device.rate
        true_rate = device.rate * (1 + device.ppm * 1e-6)
        folder = self.folder / facts.FOLDER / device.name
        folder.mkdir(parents=True, exist_ok=True)
        hashed = b""
        hashing = -(-device._frame // device.rate)  # the first second that is whole
        step = device.width * len(device.seats)
        for first in range(0, count, longest):
            length = min(longest, count - first)
            name = f"{facts.FOLDER}/{device.name}/{self.run}-{len(list(folder.iterdir())) + 1}.wav"
            raw = packed(device.samples(begin + first / true_rate, length), device.width)
            complete = closed or first + length < count
            announced = length if complete else longest
            (self.folder / name).write_bytes(header(device.rate, device.width, len(device.seats), announced) + raw)
            place = {"run": self.run, "source": device.name, "file": name}
            self.write(facts.SegmentOpened(**place, anchor=self._anchor(device, first, begin)))
            piece = round(PIECE_S * device.rate)
            for done in range(0, length, piece):
                until = min(length, done + piece)
                hashed += raw[done * step : until * step]
                frame = device._frame + first + until
                seconds = {}
                while frame >= (hashing + 1) * device.rate:
                    skipped = max(0, len(hashed) // step - (frame - hashing * device.rate))
                    whole = hashed[skipped * step : (skipped + device.rate) * step]
                    seconds[hashing] = _hashes(whole, device.width, len(device.seats))
                    hashed = hashed[(skipped + device.rate) * step :]
                    hashing += 1
                self.write(facts.Written(**place, anchor=self._anchor(device, first + until, begin), seconds=seconds))
            if complete:
                self.write(facts.SegmentClosed(**place, last=device._frame + first + length))

    def picture(self, begin: float, seconds: float, closed: bool = True) -> None:
        """A film of ``seconds`` from the world's ``begin`` on."""
        self._pictures += 1
        name = f"{facts.FOLDER}/camera/{self.run}-{self._pictures}.mkv"
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        place = {"run": self.run, "source": "camera", "file": name}
        monotonic = BOOT_NS + round(begin * NS)
        self.write(facts.VideoOpened(
            **place, width=160, height=96, fps=10, monotonic=monotonic, utc=stamp(self.utc(begin))
        ))  # fmt: skip
        count = round(seconds * 10)
        film(self.folder / name, begin, count)
        self.write(facts.VideoWritten(**place, packets=count, bytes=1, seconds=(count - 1) / 10))
        if closed:
            self.write(facts.VideoClosed(**place))


def film(path: Path, begin: float, count: int, codec: str = "libx264", *, reordered: bool = False) -> None:
    """Pictures at 10 a second whose grey tells the second of the world: 20 + 2·second.

    ``reordered``: stored in another order than they are shown, as cameras of their own encoder do.
    """
    with av.open(str(path), "w", format="matroska") as container:
        stream: Any = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        if codec == "libx264":
            fast = {"preset": "ultrafast", "tune": "zerolatency"}
            stream.options = {"preset": "medium", "bf": "3"} if reordered else fast
        stream.codec_context.gop_size = 10
        stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(count):
            grey = grey_of(begin + number / 10)
            frame = av.VideoFrame.from_ndarray(np.full((96, 160, 3), grey, np.uint8), format="rgb24")
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = number * 100, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def grey_of(at: float) -> int:
    return int(20 + 2 * (at % 100))


def _hashes(whole: bytes, width: int, channels: int) -> tuple[str, ...]:
    frames = np.frombuffer(whole, np.uint8).reshape(-1, channels, width)
    return tuple(hashlib.sha256(frames[:, channel].tobytes()).hexdigest() for channel in range(channels))


def courtroom(folder: Path, *, picture: bool = False, counts_breaks: bool = True) -> Sitting:
    """Two devices of different rates, widths and crystals; a break of 7 s, and the room lost for 3 s."""
    room = Device("room", {"judge": noise(1), "claimant": noise(2)}, rate=16000, ppm=200, jitter_s=0.002)
    desk = Device("desk", {"witness": noise(3)}, rate=44100, width=3, ppm=-200, jitter_s=0.002)
    sitting = Sitting(folder, [room, desk], counts_breaks=counts_breaks)
    sitting.start()
    sitting.record(12.3, picture=picture)
    sitting.pause(7.0)
    sitting.record(5.2, picture=picture)
    sitting.record(3.0, without=["room"], picture=picture)
    sitting.record(6.5, picture=picture)
    sitting.stop()
    return sitting
