"""A camera in the network that is none: a video file as MJPEG over HTTP on this PC, for demonstration and tests."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

_BOUNDARY = "picture"


class MjpegCamera:
    """``with MjpegCamera(path) as camera``: ``camera.url`` shows the clip over and over, in real time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jpeg = b""
        self._number = 0
        self._new = threading.Condition()
        self._closing = threading.Event()
        self._frozen = threading.Event()

    def __enter__(self) -> MjpegCamera:
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                camera._serve(self)

            def log_message(self, format: str, *arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.05,), name="mjpeg-server", daemon=True),
            threading.Thread(target=self._play, name="mjpeg-clip", daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/camera.mjpeg"

    def freeze(self, frozen: bool = True) -> None:
        """Stop sending pictures without hanging up, as a camera does that has lost its network."""
        if frozen:
            self._frozen.set()
        else:
            self._frozen.clear()

    def _play(self) -> None:
        import cv2

        while not self._closing.is_set():
            clip: Any = cv2.VideoCapture(str(self._path))
            step = 1 / (clip.get(cv2.CAP_PROP_FPS) or 25.0)
            due = time.monotonic()
            while not self._closing.is_set():
                there, image = clip.read()
                if not there:
                    break
                _done, jpeg = cv2.imencode(".jpg", image)
                with self._new:
                    self._jpeg = jpeg.tobytes()
                    self._number += 1
                    self._new.notify_all()
                due += step
                self._closing.wait(max(0.0, due - time.monotonic()))
            clip.release()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
        request.end_headers()
        number = 0
        try:
            while not self._closing.is_set():
                with self._new:
                    self._new.wait_for(lambda seen=number: self._number > seen, timeout=0.5)  # type: ignore[misc]
                    number, jpeg = self._number, self._jpeg
                if not jpeg or self._frozen.is_set():
                    continue
                head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                request.wfile.write(head.encode() + jpeg + b"\r\n")
        except OSError:
            pass  # whoever looked has left

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()
