"""H.264 in Matroska that can be played up to the last half second, whenever its writer dies."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av

from app.capture.folders import Twin
from app.clock import NS

#: Pictures that come closer than this are left out (a camera at 60 Hz is recorded at 30).
FASTEST_FPS = 30
GOP = 50
#: Every packet at once, clusters of half a second: what a killed process loses.
_CONTAINER = {"flush_packets": "1", "cluster_time_limit": "500"}
_ENCODER = {"preset": "ultrafast", "tune": "zerolatency", "crf": "26"}


class MatroskaFile:
    """One file; pictures go in with their own times (monotonic ns), time 0 is that of the first.

    ``packets`` and ``seconds`` (of the last picture) count what has left the muxer, which keeps a cluster to itself
    until it is complete.
    """

    def __init__(self, twin: Twin, width: int, height: int, fps: float, begin: int) -> None:
        self.width, self.height = width - width % 2, height - height % 2  # the encoder halves both for colour
        self.packets = 0
        self.seconds = 0.0
        self._twin = twin
        self._begin = begin
        self._last = -1
        self._inside = 0
        self._container: Any = av.open(twin, "w", format="matroska", options=_CONTAINER)
        self._stream: Any = self._container.add_stream("libx264", rate=round(fps), options=_ENCODER)
        self._stream.width, self._stream.height = self.width, self.height
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = Fraction(1, 1000)
        self._stream.codec_context.gop_size = GOP
        self._stream.codec_context.thread_count = 1

    @property
    def bytes(self) -> int:
        """Bytes in the file."""
        return self._twin.bytes

    def write(self, image: Any, seen: int) -> None:
        """Encode and write one picture; one that comes too soon after the last is left out."""
        stamp = (seen - self._begin) * 1000 // NS
        if self._last >= 0 and stamp - self._last < 800 // FASTEST_FPS:
            return
        frame = image if isinstance(image, av.VideoFrame) else av.VideoFrame.from_ndarray(image, format="bgr24")
        even = frame.reformat(self.width, self.height, "yuv420p")
        even.pts, even.time_base = stamp, Fraction(1, 1000)
        even.pict_type = av.video.frame.PictureType.NONE  # not the one it had in the file it comes from
        self._mux(self._stream.encode(even))
        self._last = stamp

    def _mux(self, packets: Any) -> None:
        for packet in packets:
            before = self._twin.bytes
            self._container.mux(packet)
            if self._twin.bytes > before and self._last >= 0:  # the cluster before this packet is out
                self._all_out()
            self._inside += 1

    def _all_out(self) -> None:
        self.packets, self.seconds = self._inside, self._last / 1000

    def sync(self) -> None:
        """Return when everything written is on both disks."""
        self._twin.sync()

    def close(self) -> None:
        """Complete the file."""
        self._mux(self._stream.encode(None))
        self._container.close()
        self._all_out()
        self._twin.sync()
        self._twin.close()

    def abandon(self) -> None:
        """Leave the file as a killed process would: playable as far as it goes."""
        self._twin.close()
