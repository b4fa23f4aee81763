"""Cameras on USB and in the network through OpenCV: read by a thread of their own, given up and found again."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from typing import Any

from app.capture.pictures import Picture
from app.capture.plan import SourcePlan
from app.capture.source import State, device_trouble
from app.clock import Clock
from app.i18n import _

OPEN_MS, READ_MS = 4000, 2000
#: A first picture is waited for at the start of a sitting (s).
FIRST_S = 8.0
RETRY_S = 1.0
#: Pictures that wait for the encoder; older ones are dropped.
WAITING = 8
WIDTH, HEIGHT, FPS = 1280, 720, 25


class Camera:
    """``device``: index, device file, or the address of an RTSP or HTTP stream."""

    def __init__(self, plan: SourcePlan, clock: Clock, *, wait: bool = True) -> None:
        """Without ``wait`` an absent camera does not stop the start: it is lost until it comes."""
        self._plan = plan
        self._clock = clock
        self._wait = wait
        self._pictures: deque[Picture] = deque(maxlen=WAITING)
        self._tried = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"camera {plan.name}", daemon=True)
        self.state: State = "lost"
        self.reason = "lost"

    def open(self) -> None:
        self._thread.start()
        if not self._wait:
            return
        self._tried.wait(FIRST_S)
        if self.state != "delivering":
            self.close()
            raise device_trouble(
                "camera-unreachable", _("The camera “{device}” gives no picture.", device=_without_password(self._plan))
            )

    def _watch(self) -> None:
        while not self._closing.is_set():
            capture = _open(self._plan)
            while not self._closing.is_set():
                seen, image = capture.read()
                if not seen:
                    break
                self._pictures.append(Picture(image, self._clock.monotonic_ns()))
                self.state, self.reason = "delivering", ""
                self._tried.set()
            capture.release()
            self.state, self.reason = "lost", "lost"
            self._tried.set()
            self._closing.wait(RETRY_S)

    def take(self, now: int) -> list[Picture]:
        found = []
        while self._pictures and self._pictures[0].monotonic <= now:
            found.append(self._pictures.popleft())
        return found

    def follow(self, recording: bool, at: int) -> None:
        """A camera sees whether it is recorded or not."""

    def close(self) -> None:
        self._closing.set()


def _open(plan: SourcePlan) -> Any:
    # OpenCV's own threads and messages would only disturb the sound
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    if plan.device.startswith("rtsp"):
        os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
    import cv2

    if plan.kind == "stream":
        patience = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_MS]
        return cv2.VideoCapture(plan.device, cv2.CAP_FFMPEG, patience)
    system = cv2.CAP_MSMF if sys.platform == "win32" else cv2.CAP_V4L2
    capture = cv2.VideoCapture(int(plan.device) if plan.device.isdigit() else plan.device, system)
    for what, value in (
        (cv2.CAP_PROP_FRAME_WIDTH, WIDTH),
        (cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT),
        (cv2.CAP_PROP_FPS, FPS),
    ):
        capture.set(what, value)
    return capture


def _without_password(plan: SourcePlan) -> str:
    scheme, separator, rest = plan.device.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else plan.device
