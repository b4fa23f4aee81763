"""The demonstration's room: virtual microphones and a local camera, recorded like real ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from app.capture.mjpeg import MjpegCamera
from app.capture.virtual import VirtualMicrophone, VirtualRoom
from app.hearing.model import Source, Track
from app.session.demonstration import Script, Stretch

MICROPHONE = "courtroom"
#: The demonstration's sound files have this rate (Hz), and so has the virtual device.
RATE = 16_000


@dataclass(frozen=True)
class PlayedRoom:
    """Sources to record from, and what plays a stretch of the script into them."""

    sources: tuple[Source, ...]
    script: Script
    room: VirtualRoom

    def play(self, stretch: Stretch) -> None:
        """Play the stretch to its end."""
        voices = [self.script.folder / f"{seat}.flac" for seat in self.script.seats]
        self.room.play(MICROPHONE, voices, stretch.begin, stretch.end).wait()


@contextmanager
def virtual_room(script: Script) -> Iterator[PlayedRoom]:
    """One device with a channel for each seat, and a camera that streams over HTTP on this PC.

    The recorder is started while the room exists and finds it through the environment. Trouble
    ``virtual-room-absent`` where PulseAudio is not installed.
    """
    with ExitStack() as stack:
        room = stack.enter_context(VirtualRoom(VirtualMicrophone(MICROPHONE, len(script.seats), RATE)))
        before = {name: os.environ.get(name) for name in room.environment}
        stack.callback(_restore, before)
        os.environ.update(room.environment)
        tracks = tuple(Track(channel=channel, seat=seat) for channel, seat in enumerate(script.seats))
        sources = [Source(name="room", kind="microphone", device=MICROPHONE, tracks=tracks)]
        clip = script.folder / "camera.mp4"
        if clip.exists():
            camera = stack.enter_context(MjpegCamera(clip))
            sources.append(Source(name="camera", kind="stream", device=camera.url))
        yield PlayedRoom(tuple(sources), script, room)


def _restore(before: dict[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
