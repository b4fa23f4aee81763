"""What the recorder writes into ``capture.jsonl``: the closed list of facts about a recording.

A *run* is one life of the recorder process (1, 2, …). A *source* is a device's stream; its frames are counted from 0
in each run, over all its segments. A *segment* is one file of contiguous frames: every interruption (break, lost
device, overflow) ends a segment, so gaps are what lies between segments. An *anchor* ties a frame to the clocks.
"""

from __future__ import annotations

from typing import Literal

from app.chain import Line
from app.values import Frozen

NAME = "capture.jsonl"
FOLDER = "capture"
SEGMENT_SECONDS = 60


class Anchor(Frozen):
    """Frame number ``frame`` was heard at ``monotonic`` (ns, :class:`app.clock.Clock`) and ``utc`` (stamp)."""

    frame: int
    monotonic: int
    utc: str


class SeatChannel(Frozen):
    """Channel (from 0) of a source and the seat whose microphone it is."""

    channel: int
    seat: str


class Fact(Frozen):
    """Base of the list."""

    run: int


class RecorderStarted(Fact):
    """``boot`` identifies the boot of the PC in which the monotonic times of this run are comparable."""

    pid: int
    program: str
    boot: str
    monotonic: int
    utc: str


class SourceOpened(Fact):
    """A source delivers: rate in Hz, width in bytes per sample (2 or 3, little-endian PCM).

    Only channels that have a seat are kept: ``channels`` and ``tracks`` count those of the files, ``inputs`` says
    which channel (from 0) of the device each of them is.
    """

    source: str
    kind: str
    device: str
    rate: int
    width: int
    channels: int
    tracks: tuple[SeatChannel, ...]
    inputs: tuple[int, ...] = ()


class SegmentOpened(Fact):
    """A WAV file was begun with frame ``anchor.frame``; ``file`` is relative to the sitting's folder."""

    source: str
    file: str
    anchor: Anchor


class Written(Fact):
    """Everything before frame ``anchor.frame`` of ``source`` is fsynced in ``file``.

    ``seconds`` maps whole seconds of the source (second k = frames k·rate … (k+1)·rate − 1) that became complete to
    the SHA-256 of each channel's samples in that second, as PCM of the source's width. When a source ends, the
    incomplete second at its end is hashed too.
    """

    source: str
    file: str
    anchor: Anchor
    seconds: dict[int, tuple[str, ...]] = {}


class SegmentClosed(Fact):
    """The segment ends before frame ``last``; its header now tells its true length."""

    source: str
    file: str
    last: int


class SourceLost(Fact):
    """The source stopped delivering after frame ``anchor.frame``; ``reason`` is a stable English word."""

    source: str
    anchor: Anchor
    reason: str


class SourceReturned(Fact):
    """The source delivers again from ``anchor.frame`` on."""

    source: str
    anchor: Anchor


class CourseChanged(Fact):
    """The recorder was told ``course``; from here on frames are (or are not) written."""

    course: Literal["recording", "break", "deliberation", "stopped"]
    monotonic: int
    utc: str


class VideoOpened(Fact):
    """A Matroska file with one video stream was begun; its time 0 is ``monotonic``/``utc``."""

    source: str
    file: str
    width: int
    height: int
    fps: float
    monotonic: int
    utc: str


class VideoWritten(Fact):
    """``packets`` packets in ``bytes`` bytes are fsynced; the last picture is of ``seconds`` after time 0."""

    source: str
    file: str
    packets: int
    bytes: int
    seconds: float


class VideoClosed(Fact):
    """The file is complete."""

    source: str
    file: str


class FolderLost(Fact):
    """The first or second folder cannot be written any more."""

    folder: Literal["first", "second"]
    reason: str


class RecorderStopped(Fact):
    """The run ended in order."""

    reason: str


FACTS: dict[str, type[Fact]] = {
    kind.__name__: kind
    for kind in (
        RecorderStarted, SourceOpened, SegmentOpened, Written, SegmentClosed, SourceLost, SourceReturned,
        CourseChanged, VideoOpened, VideoWritten, VideoClosed, FolderLost, RecorderStopped,
    )
}  # fmt: skip


def decode(line: Line) -> Fact | None:
    """The fact of a line; None if this program does not know its type."""
    kind = FACTS.get(line.type)
    return kind.model_validate(line.payload) if kind and line.payload is not None else None
