"""Lossless copies: every span of a seat's sound as one FLAC file, decoded again and compared before it counts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from app import clock
from app.files import safe_name, sync_folder
from app.media.lossless import decode, is_flac_of
from app.media.seconds import SecondHasher
from app.media.timeline import Span, Take

#: Seconds that are in memory at once.
BLOCK_S = 5


@dataclass(frozen=True, slots=True)
class Damaged:
    """A second of a seat's sound that is not what the recorder heard; ``begin`` is a UTC stamp."""

    seat: str
    run: int
    source: str
    second: int
    begin: str


def names(spans: Sequence[Span]) -> list[str]:
    """File names of the spans, ``<n>-<seat>.flac``: n counts a seat's spans in the order of time."""
    counted: dict[str, int] = {}
    found = []
    for span in spans:
        seat = safe_name(span.seat)
        number = counted[seat.casefold()] = counted.get(seat.casefold(), 0) + 1
        found.append(f"{number:02d}-{seat}.flac")
    return found


def half(path: Path) -> Path:
    """The temporary name of a file that is being made: hidden, and never taken for a finished one."""
    return path.with_name(f".{path.name}.part")


def settle(path: Path) -> None:
    """Give a complete, checked file its name, durably."""
    with open(half(path), "r+b") as file:  # Windows flushes only what is open for writing
        os.fsync(file.fileno())
    os.replace(half(path), path)
    sync_folder(path.parent)


def write(take: Take, files: Mapping[int, Path], tags: Mapping[str, str], progress: Callable[[float], None]) -> None:
    """Write channels of a take (channel -> path) as FLAC files in one pass, under their temporary names.

    Samples go in as they are: 16 or 24 bits, the source's own rate, mono. ``progress`` gets seconds done.
    """
    seats = {track.channel: track.seat for track in take.tracks}
    with contextlib.ExitStack() as stack:
        encoders = {}
        for channel, path in files.items():
            container = stack.enter_context(av.open(str(half(path)), "w", format="flac"))
            container.metadata.update({**tags, "SEAT": seats[channel], "CHANNEL": str(channel)})
            stream = container.add_stream("flac", rate=take.rate, layout="mono", format=_format(take.width))
            encoders[channel] = (container, stream)
        for first, block in _blocks(take):
            for channel, (container, stream) in encoders.items():
                container.mux(stream.encode(_frame(block[:, channel], take, first - take.first)))
            progress(len(block) / take.rate)
        for container, stream in encoders.values():
            container.mux(stream.encode(None))


def tags(take: Take) -> dict[str, str]:
    """Vorbis comments that say where the samples come from."""
    return {
        "SOURCE": take.source, "RUN": str(take.run), "FIRST": str(take.first), "LAST": str(take.last),
        "BEGIN": clock.stamp(take.begin_utc),
    }  # fmt: skip


def _format(width: int) -> str:
    return "s16" if width == 2 else "s32"


def _frame(samples: NDArray[np.int32], take: Take, offset: int) -> Any:
    # FFmpeg keeps 24 bits in the upper part of 32
    shaped = samples.astype(np.int16) if take.width == 2 else samples << 8
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(shaped).reshape(1, -1), format=_format(take.width), layout="mono"
    )
    frame.sample_rate = take.rate
    frame.pts = offset
    return frame


def _blocks(take: Take) -> Iterator[tuple[int, NDArray[np.int32]]]:
    for first in range(take.first, take.last, BLOCK_S * take.rate):
        yield first, take.read(first, min(take.last, first + BLOCK_S * take.rate))


def proved(
    take: Take,
    files: Mapping[int, Path],
    progress: Callable[[float], None],
    hashers: Mapping[int, SecondHasher] | None = None,
    log: Mapping[int, tuple[str, ...]] | None = None,
) -> tuple[set[int], list[Damaged]]:
    """Decode the files and compare every sample with the recording, and every second with the recorder's hashes.

    ``files`` maps channels to what shall be read; ``hashers`` go on from take to take of a source. Returns the channels
    whose file holds exactly the recording, and (where ``log`` is given) the seconds in which the recording itself is
    no longer what the recorder heard.
    """
    seats = {track.channel: track.seat for track in take.tracks}
    equal: set[int] = set()
    damaged: list[Damaged] = []
    with contextlib.ExitStack() as stack:
        decoders: dict[int, Any] = {}
        for channel, path in files.items():
            with contextlib.suppress(soundfile.LibsndfileError, OSError):
                sound = stack.enter_context(soundfile.SoundFile(str(path)))
                if is_flac_of(sound, take.rate, take.width, take.last - take.first):
                    decoders[channel] = sound
                    equal.add(channel)
        for first, block in _blocks(take):
            for channel in files:
                wanted = block[:, channel]
                if channel in equal and not np.array_equal(decode(decoders[channel], len(wanted), take.width), wanted):
                    equal.discard(channel)
                for second, digest in hashers[channel].take(first, wanted) if hashers else ():
                    hashes = (log or {}).get(second, ())
                    if channel < len(hashes) and hashes[channel] != digest:
                        begin = clock.stamp(take.utc(first) + timedelta(seconds=second - first / take.rate))
                        damaged.append(Damaged(seats[channel], take.run, take.source, second, begin))
            progress(len(block) / take.rate)
    return equal, damaged
