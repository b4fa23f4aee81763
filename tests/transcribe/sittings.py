"""Sitting folders made of sound in memory: as a recorder leaves them, or growing while somebody reads."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from app import resources
from app.chain import ChainLog
from app.clock import NS, TickClock, stamp
from app.media import facts
from app.media.facts import Anchor, SeatChannel

BEGIN = datetime(2026, 11, 20, 4, 30, 0, tzinfo=UTC)
BOOT_NS = 5_000 * NS
PIECE_S = 0.5

Samples = NDArray[np.float32]


@dataclass
class Device:
    """A sound card: what each seat's microphone hears (±1), in frames at ``rate`` Hz; ``width`` bytes a sample."""

    name: str
    seats: Mapping[str, Samples]
    rate: int = 16000
    width: Literal[2, 3] = 2
    done: int = field(default=0, init=False)
    file: str = field(default="", init=False)
    files: int = field(default=0, init=False)
    opened: int = field(default=0, init=False)

    @property
    def frames(self) -> int:
        return min(map(len, self.seats.values()))


class Sitting:
    """Writes a sitting step by step; time goes on with :meth:`record` and :meth:`pause` alone."""

    def __init__(self, folder: Path, devices: Sequence[Device]) -> None:
        self.folder = folder
        self.devices = list(devices)
        self.clock = TickClock(BOOT_NS, BEGIN)
        self.run = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.log = ChainLog(folder / facts.NAME, clock=self.clock)

    def write(self, *found: facts.Fact) -> None:
        for fact in found:
            self.log.append(type(fact).__name__, fact.model_dump(mode="json"), actor="recorder")

    def start(self) -> Sitting:
        """A recorder starts and opens its devices."""
        self.run += 1
        now, utc = self.clock.now_ns, stamp(self.clock.utc())
        self.write(facts.RecorderStarted(run=self.run, pid=1, program="test", boot="b", monotonic=now, utc=utc))
        for device in self.devices:
            tracks = tuple(SeatChannel(channel=n, seat=seat) for n, seat in enumerate(device.seats))
            self.write(facts.SourceOpened(
                run=self.run, source=device.name, kind="file", device=device.name, rate=device.rate,
                width=device.width, channels=len(device.seats), tracks=tracks,
            ))  # fmt: skip
        self._course("recording")
        return self

    def record(self, seconds: float | None = None) -> Sitting:
        """All devices write on, in pieces as a recorder's, until ``seconds`` from here or their end."""
        longest = max((device.frames - device.done) / device.rate for device in self.devices)
        left = longest if seconds is None else min(seconds, longest)
        while left > 1e-9:
            piece = min(PIECE_S, left)
            for device in self.devices:
                self._piece(device, round((self._at + piece - self._since) * device.rate))
            self.clock.advance(round(piece * NS))
            left -= piece
        return self

    def pause(self, seconds: float) -> Sitting:
        """A break: files are closed, time passes, nothing is written, frames are not counted."""
        self._course("break")
        self._close()
        self.clock.advance(round(seconds * NS))
        self._paused += seconds
        self._course("recording")
        return self

    def overflow(self) -> Sitting:
        """A flaky microphone: the files are closed, and the next ones go on with the very next frame."""
        self._close()
        return self

    def stop(self) -> Path:
        self._close()
        self._course("stopped")
        self.write(facts.RecorderStopped(run=self.run, reason="stop"))
        self.log.close()
        return self.folder

    _paused = 0.0

    @property
    def _at(self) -> float:
        return (self.clock.now_ns - BOOT_NS) / NS

    @property
    def _since(self) -> float:
        return self._paused

    def _course(self, course: Literal["recording", "break", "stopped"]) -> None:
        now, utc = self.clock.now_ns, stamp(self.clock.utc())
        self.write(facts.CourseChanged(run=self.run, course=course, monotonic=now, utc=utc))

    def _anchor(self, frame: int, device: Device) -> Anchor:
        at = frame / device.rate + self._paused
        return Anchor(frame=frame, monotonic=BOOT_NS + round(at * NS), utc=stamp(BEGIN + timedelta(seconds=at)))

    def _piece(self, device: Device, until: int) -> None:
        until = min(until, device.frames)
        while device.done < until:
            if not device.file:
                device.files += 1
                device.file = f"{facts.FOLDER}/{device.name}/{self.run}-{device.files}.wav"
                device.opened = device.done
                path = self.folder / device.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(_header(device, facts.SEGMENT_SECONDS * device.rate))
                self.write(facts.SegmentOpened(
                    run=self.run, source=device.name, file=device.file, anchor=self._anchor(device.done, device)
                ))  # fmt: skip
            last = min(until, device.opened + facts.SEGMENT_SECONDS * device.rate)
            sound = np.stack([seat[device.done : last] for seat in device.seats.values()], axis=1)
            with open(self.folder / device.file, "ab") as file:
                file.write(_packed(sound, device.width))
            device.done = last
            self.write(facts.Written(
                run=self.run, source=device.name, file=device.file, anchor=self._anchor(last, device)
            ))  # fmt: skip
            if last == device.opened + facts.SEGMENT_SECONDS * device.rate:
                self._close_file(device)

    def _close_file(self, device: Device) -> None:
        if device.file:
            self.write(facts.SegmentClosed(run=self.run, source=device.name, file=device.file, last=device.done))
            device.file = ""

    def _close(self) -> None:
        for device in self.devices:
            self._close_file(device)


def _packed(sound: Samples, width: int) -> bytes:
    full = (1 << (8 * width - 1)) - 1
    whole = np.clip(np.rint(sound.astype(np.float64) * full), -full - 1, full).astype("<i4")
    if width == 2:
        return whole.astype("<i2").tobytes()
    raw = whole.tobytes()
    return b"".join(raw[at : at + 3] for at in range(0, len(raw), 4))


def _header(device: Device, frames: int) -> bytes:
    step = device.width * len(device.seats)
    size = frames * step
    head = struct.pack("<IHHIIHH", 16, 1, len(device.seats), device.rate, device.rate * step, step, 8 * device.width)
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + head + b"data" + struct.pack("<I", size)


@cache
def demonstration() -> dict[str, Samples]:
    """The microphones of the demonstration hearing, 16 kHz."""
    folder = resources.folder("demo")
    return {path.stem: soundfile.read(path, dtype="float32")[0] for path in sorted(folder.glob("*.flac"))}


@cache
def cues() -> list[dict[str, Any]]:
    """What is said in it: at, end (s), speaker, language, words."""
    whole = json.loads((resources.folder("demo") / "cues.json").read_text(encoding="utf-8"))
    return [cue for cue in whole["cues"] if "speaker" in cue]
