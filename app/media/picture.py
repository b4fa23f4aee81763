"""The first camera's picture on the listening timeline: breaks cut out, packets copied where that is possible."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.error import FFmpegError

from app import clock
from app.media.recording import VideoFile
from app.media.timeline import Timeline

#: Ticks a second of the finished picture.
TICKS = 90000
#: A picture that has to be encoded again is made no wider than this.
WIDEST = 1280


@dataclass(frozen=True)
class Picture:
    """The readable files of the first camera; ``copied`` if their H.264 can be taken over as it is."""

    timeline: Timeline
    files: tuple[VideoFile, ...]
    copied: bool

    def add_to(self, container: Any) -> Iterator[tuple[float, Any]]:
        """Add a stream to an open MP4; the iterator gives (position in s, packet to mux), in order."""
        return self._copies(container) if self.copied else self._encodings(container)

    def _copies(self, container: Any) -> Iterator[tuple[float, Any]]:
        with av.open(str(self.files[0].file)) as first:
            stream = container.add_stream_from_template(first.streams.video[0])
        stream.time_base = Fraction(1, TICKS)

        def packets() -> Iterator[tuple[float, Any]]:
            latest = -1
            for file in self.files:
                whole = False  # a group of pictures is shown from its key picture on or not at all
                for packet in _packets(file):
                    position = self._position(file, packet)
                    whole = position is not None and (whole or packet.is_keyframe)
                    if position is None or not whole:
                        continue
                    shown = round(position * TICKS)
                    ahead = packet.pts - (packet.dts if packet.dts is not None else packet.pts)
                    decoded = max(latest + 1, shown - round(ahead * packet.time_base * TICKS))
                    latest = decoded
                    packet.time_base = Fraction(1, TICKS)
                    packet.pts, packet.dts, packet.stream = max(shown, decoded), decoded, stream
                    yield position, packet

        return packets()

    def _encodings(self, container: Any) -> Iterator[tuple[float, Any]]:
        width = min(WIDEST, self.files[0].width) // 2 * 2
        height = round(self.files[0].height * width / self.files[0].width) // 2 * 2
        stream = container.add_stream("libx264", rate=max(1, round(self.files[0].fps)))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "27"}
        stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)

        def packets() -> Iterator[tuple[float, Any]]:
            latest = -1
            for file in self.files:
                for frame in _frames(file):
                    position = self._position(file, frame)
                    if position is None or round(position * TICKS) <= latest:
                        continue
                    latest = round(position * TICKS)
                    shown = frame.reformat(width=width, height=height, format="yuv420p")
                    shown.pts, shown.time_base = latest, Fraction(1, TICKS)
                    shown.pict_type = 0
                    for packet in stream.encode(shown):
                        yield position, packet
            for packet in stream.encode(None):
                yield self.timeline.seconds, packet

        return packets()

    def _position(self, file: VideoFile, at: Any) -> float | None:
        """Where in the listening copy a packet or frame is shown; None while nothing was recorded."""
        if at.pts is None or at.time_base is None:
            return None
        monotonic = file.monotonic + int(at.pts * at.time_base * clock.NS)
        for stretch in self.timeline.stretches:
            if stretch.run == file.run and stretch.begin <= monotonic < stretch.end:
                return stretch.position + (monotonic - stretch.begin) / clock.NS
        return None


def picture(timeline: Timeline) -> Picture | None:
    """The first camera's picture; None if there was no camera, or no file of it can be read."""
    videos = sorted(timeline.recording.videos, key=lambda video: (video.run, video.monotonic))
    readable = [(video, form) for video in videos if (form := _form(video)) is not None]
    if not readable:
        return None
    source = readable[0][0].source
    own = [(video, form) for video, form in readable if video.source == source]
    forms = {form for _video, form in own}
    return Picture(timeline, tuple(video for video, _form in own), len(forms) == 1 and own[0][1][0] == "h264")


def _form(video: VideoFile) -> tuple[str, int, int, bytes] | None:
    """What must be equal for pictures to follow each other in one stream; None for a file without a picture."""
    try:
        with av.open(str(video.file)) as container:
            context = container.streams.video[0].codec_context
            name = context.name if context.pix_fmt in ("yuv420p", "yuvj420p") and context.extradata else "other"
            if next((packet for packet in container.demux(video=0) if packet.size), None) is None:
                return None
            return name, context.width, context.height, bytes(context.extradata or b"")
    except (FFmpegError, OSError, IndexError):
        return None


def _packets(video: VideoFile) -> Iterator[Any]:
    """Packets up to the end, or up to where a killed recorder left the file."""
    with contextlib.suppress(FFmpegError, OSError), av.open(str(video.file)) as container:
        for packet in container.demux(video=0):
            if packet.size:
                yield packet


def _frames(video: VideoFile) -> Iterator[Any]:
    with contextlib.suppress(FFmpegError, OSError), av.open(str(video.file)) as container:
        for packet in container.demux(video=0):
            with contextlib.suppress(FFmpegError):
                yield from packet.decode()
