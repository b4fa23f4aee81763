"""The port behind which every device that hears stands: it is pulled, never waits, and loses sound by saying so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from app.capture.plan import SourcePlan
from app.errors import Trouble
from app.i18n import Message, _
from app.media.facts import SeatChannel

#: delivering; waiting (the sitting is not being recorded); holding or ended (files only); lost (tries to come back).
State = Literal["delivering", "waiting", "holding", "ended", "lost"]


@dataclass(frozen=True, slots=True)
class Format:
    """Rate in Hz, width in bytes a sample (2 or 3, little-endian PCM), channels interleaved."""

    rate: int
    width: int
    channels: int

    @property
    def frame_bytes(self) -> int:
        return self.width * self.channels


@dataclass(frozen=True, slots=True)
class Block:
    """Contiguous frames; the first was heard at ``monotonic`` (ns)."""

    pcm: bytes
    frames: int
    monotonic: int


@dataclass(frozen=True, slots=True)
class Loss:
    """Between the blocks before and after it something may be missing; ``reason`` is a stable English word."""

    reason: str


class AudioSource(Protocol):
    """A device's stream, from :meth:`open` to :meth:`close`; used by one thread.

    It delivers the channels that have a seat, in the order of the plan's tracks, and no others.
    """

    @property
    def state(self) -> State: ...

    @property
    def reason(self) -> str:
        """Why it is lost: a stable English word, else empty."""
        ...

    def open(self) -> Format:
        """Begin to deliver; Trouble ``device-…`` or ``file-…`` if that cannot be."""
        ...

    def read(self) -> list[Block | Loss]:
        """What arrived since the last call; at once, and without an exception when the device is gone."""
        ...

    def follow(self, recording: bool, at: int) -> None:
        """The sitting is (or is not) being recorded from ``at`` (monotonic ns) on. Devices do not care; files do."""
        ...

    def close(self) -> None:
        """Let the device go; may be called twice."""
        ...


def device_trouble(code: str, happened: Message) -> Trouble:
    """A Trouble about a device, with the usual way out."""
    return Trouble(
        code,
        happened,
        safe=_("Nothing was recorded, nothing was changed."),
        remedy=_("See khatshy devices for what is connected, choose again, then start the recording."),
    )


def file_trouble(code: str, happened: Message) -> Trouble:
    """A Trouble about a file that was chosen as a source."""
    return Trouble(code, happened, safe=_("Nothing was recorded, nothing was changed."))


def check_channels(plan: SourcePlan, channels: int) -> None:
    """Trouble ``channel-unknown`` where the plan asks for a channel that the device does not have."""
    highest = max(track.channel for track in plan.tracks)
    if highest >= channels:
        raise device_trouble(
            "channel-unknown",
            _(
                "“{device}” has {channels} channels; channel {wanted} was asked for.",
                device=plan.device, channels=channels, wanted=highest + 1,
            ),
        )  # fmt: skip


def pick_channels(pcm: bytes, format: Format, tracks: Sequence[SeatChannel]) -> bytes:
    """The channels of ``tracks`` out of all that a device delivers (``format``)."""
    wanted = [track.channel for track in tracks]
    if wanted == list(range(format.channels)):
        return pcm
    frames = np.frombuffer(pcm, np.uint8).reshape(-1, format.channels, format.width)
    return frames[:, wanted].tobytes()
