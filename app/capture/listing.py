"""What is connected to this PC. Asked in a child process, because PortAudio sees new devices only when it begins."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app import processes
from app.values import Frozen

_PATIENCE_S = 20.0


class MicrophoneFound(Frozen):
    """A device with inputs; ``rate`` in Hz."""

    index: int
    name: str
    channels: int
    rate: int
    host: str


class CameraFound(Frozen):
    """A camera: ``device`` is what to write after ``camera:``."""

    device: str
    name: str


class Devices(Frozen):
    """Everything found; nothing at all is not an error."""

    microphones: tuple[MicrophoneFound, ...] = ()
    cameras: tuple[CameraFound, ...] = ()


def devices() -> Devices:
    """Look now, without touching what this process has open; empty if the look-out fails or takes too long."""
    try:
        looked = subprocess.run(
            processes.command("app.capture.listing"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=processes.environment(),
            timeout=_PATIENCE_S,
            check=False,
        )
        return Devices.model_validate_json(looked.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, ValidationError, IndexError, OSError):
        return Devices()


def main(_arguments: list[str]) -> int:
    """Print the devices as one line of JSON."""
    found = Devices(microphones=_microphones(), cameras=_cameras())
    sys.stdout.write(json.dumps(found.model_dump(mode="json"), ensure_ascii=False) + "\n")
    return 0


def _microphones() -> tuple[MicrophoneFound, ...]:
    try:
        from app.capture import devices as portaudio
    except OSError:
        return ()  # PortAudio itself is not installed
    from app.capture.sound_server import SoundServer

    server = SoundServer()
    found = []
    for device in portaudio.microphones():
        truth = portaudio.probe(device, server)
        found.append(
            MicrophoneFound(
                index=device.index, name=device.name, channels=truth.channels, rate=truth.rate, host=device.host
            )
        )
    server.close()
    return tuple(found)


def _cameras() -> tuple[CameraFound, ...]:
    if sys.platform == "win32":
        return _cameras_by_trying()
    found = []
    for node in sorted(Path("/dev").glob("video*"), key=lambda path: (len(path.name), path.name)):
        described = Path("/sys/class/video4linux") / node.name
        # a camera has several nodes; only the first of them gives pictures
        if _text(described / "index") in ("", "0"):
            found.append(
                CameraFound(device=node.name.removeprefix("video"), name=_text(described / "name") or str(node))
            )
    return tuple(found)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _cameras_by_trying() -> tuple[CameraFound, ...]:
    import cv2

    found = []
    for index in range(4):
        capture: Any = cv2.VideoCapture(index)
        if capture.isOpened():
            found.append(CameraFound(device=str(index), name=f"camera {index}"))
        capture.release()
    return tuple(found)
