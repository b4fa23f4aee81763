"""What is to be recorded, from where and to where: the order that a client gives to the recorder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePath
from typing import Literal

from app.errors import Trouble
from app.i18n import _
from app.media.facts import SeatChannel
from app.values import Frozen

Kind = Literal["microphone", "loopback", "file", "camera", "stream", "video-file"]
SOUND: frozenset[Kind] = frozenset({"microphone", "loopback", "file"})
FILES: frozenset[Kind] = frozenset({"file", "video-file"})

_STREAMS = ("rtsp://", "rtsps://", "http://", "https://")
_VIDEO_SUFFIXES = frozenset({".mp4", ".mkv", ".mov", ".avi", ".webm", ".m4v", ".ts"})


class SourcePlan(Frozen):
    """One device's stream.

    ``device`` is a name, a unique part of a name, an index, a path or an address; channels of ``tracks`` count from 0
    on the device. ``rate`` (Hz, None = the device's own) and ``width`` (bytes a sample) are asked of microphones;
    files keep their own. ``holds`` are positions (s) at which a file falls silent until the hearing goes on, ``loop``
    lets it begin again at its end.
    """

    name: str
    kind: Kind
    device: str
    tracks: tuple[SeatChannel, ...] = ()
    rate: int | None = None
    width: Literal[2, 3] = 2
    fast: bool = False
    holds: tuple[float, ...] = ()
    loop: bool = False


class Plan(Frozen):
    """Everything the recorder of one sitting has to know.

    ``address`` is its socket, ``actor`` who is answerable in the log. ``reserve_bytes`` stay free on each disk. With
    ``speed`` fast all sources are files, read as fast as they can be, on a clock of their own that starts at
    ``start_utc`` (a stamp; empty: now).
    """

    sitting: str
    folder: Path
    mirror: Path | None = None
    address: Path
    actor: str
    sources: tuple[SourcePlan, ...]
    reserve_bytes: int = 200_000_000
    start_utc: str = ""
    speed: Literal["real", "fast"] = "real"

    @property
    def fast(self) -> bool:
        """Whether this run has a clock of its own."""
        return self.speed == "fast"


def parse_source(text: str) -> SourcePlan:
    """A source as it is typed: ``SEAT=DEVICE:CHANNEL``, ``SEAT=file:PATH``, ``NAME=camera:0``, ``NAME=rtsp://…``.

    Channels count from 1 here and may be left out. A file with a video suffix is a picture, unless a channel of its
    sound is asked for. Trouble ``source-unclear`` says what was expected.
    """
    seat, _equals, place = (part.strip() for part in text.partition("="))
    scheme, _colon, rest = place.partition(":")
    if not seat or not place or (scheme in ("file", "camera") and not rest):
        raise _unclear(text)
    if place.startswith(_STREAMS):
        return SourcePlan(name=seat, kind="stream", device=place)
    if scheme == "camera":
        return SourcePlan(name=seat, kind="camera", device=rest)
    device, channel = _channel(text, rest if scheme == "file" else place)
    if scheme == "file" and channel is None and PurePath(device).suffix.lower() in _VIDEO_SUFFIXES:
        return SourcePlan(name=seat, kind="video-file", device=device)
    tracks = (SeatChannel(channel=(channel or 1) - 1, seat=seat),)
    return SourcePlan(name=seat, kind="file" if scheme == "file" else "microphone", device=device, tracks=tracks)


def _channel(text: str, place: str) -> tuple[str, int | None]:
    device, _colon, tail = place.rpartition(":")
    if not device or not tail.isascii() or not tail.isdigit():
        return place, None
    if int(tail) < 1:
        raise _unclear(text)
    return device, int(tail)


def _unclear(text: str) -> Trouble:
    return Trouble(
        "source-unclear",
        _("The source “{source}” is not understood.", source=text),
        remedy=_(
            "Write SEAT=DEVICE:CHANNEL (channels count from 1), SEAT=file:PATH, NAME=camera:0 or NAME=rtsp://…; "
            "khatshy devices lists what there is."
        ),
    )


def merge_sources(sources: list[SourcePlan]) -> tuple[SourcePlan, ...]:
    """Several seats of one device become one source with several tracks; every source gets a name of its own.

    Trouble ``seat-twice`` and ``channel-twice`` where two microphones claim one seat or two seats one channel.
    """
    for seat, count in Counter(track.seat for source in sources for track in source.tracks).items():
        if count > 1:
            raise Trouble("seat-twice", _("The seat “{seat}” was given more than one microphone.", seat=seat))
    merged: dict[tuple[str, str], SourcePlan] = {}
    for source in sources:
        before = merged.get((source.kind, source.device))
        if before is None or source.kind not in SOUND:
            merged[source.kind, source.device if source.kind in SOUND else f"{source.device}\0{source.name}"] = source
            continue
        tracks = (*before.tracks, *source.tracks)
        if len({track.channel for track in tracks}) < len(tracks):
            number = source.tracks[0].channel + 1
            raise Trouble(
                "channel-twice",
                _("Channel {number} of “{device}” was given to two seats.", number=number, device=source.device),
            )
        name = f"device {source.device}" if source.device.isdigit() else PurePath(source.device).name
        merged[source.kind, source.device] = before.model_copy(update={"tracks": tracks, "name": name})
    return _distinct(list(merged.values()))


def _distinct(sources: list[SourcePlan]) -> tuple[SourcePlan, ...]:
    taken: set[str] = set()
    found = []
    for source in sources:
        name, number = source.name, 1
        while name in taken:
            number += 1
            name = f"{source.name} {number}"
        taken.add(name)
        found.append(source.model_copy(update={"name": name}))
    return tuple(found)
