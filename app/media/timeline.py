"""The time of a sitting: what was recorded when, where it is in the listening copy, and where sound is missing.

A *stretch* is recorded without a break. The *position* of a moment is the recorded time before it, in seconds: breaks,
deliberations and the time in which a dead recorder was not yet restarted are cut out. A *take* is what one source
delivered without an interruption, however many segments hold it; a *span* is one seat's channel of a take.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app import clock
from app.errors import Trouble
from app.i18n import _
from app.media import facts
from app.media.recording import Recording, Segment, VideoFile

#: Two segments whose frames follow each other belong together unless the clock says that this much is missing (s).
JOINT_S = 0.2
#: A source that delivers at once may begin or end this much beside the recorder's command (s).
SLACK_S = 1.0
#: Shorter silence of a source at the edges of a stretch is the device's start and not a gap (s).
GAP_S = 0.5
#: Anchors closer than this to the one before, or further off than any real crystal, say nothing about drift.
KNOT_S = 5.0
DRIFT = 0.005


@dataclass(frozen=True, slots=True)
class Stretch:
    """Recorded without a break by ``run``: monotonic ``begin`` to ``end`` (ns); ``position`` of its begin (s)."""

    run: int
    begin: int
    end: int
    position: float
    utc: datetime

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return (self.end - self.begin) / clock.NS


@dataclass(frozen=True)
class Take:
    """Frames ``first`` to ``last`` (excluded) of a source, uninterrupted; ``tracks`` names its seats."""

    run: int
    source: str
    segments: tuple[Segment, ...]
    tracks: tuple[facts.SeatChannel, ...]

    @property
    def first(self) -> int:
        return self.segments[0].first

    @property
    def last(self) -> int:
        return self.segments[-1].last

    @property
    def rate(self) -> int:
        """Hz."""
        return self.segments[0].rate

    @property
    def width(self) -> int:
        """Bytes per sample."""
        return self.segments[0].width

    @property
    def seconds(self) -> float:
        """Length by the source's own count of frames."""
        return (self.last - self.first) / self.rate

    @property
    def begin(self) -> int:
        """Monotonic ns of the first frame."""
        return self.segments[0].anchors[0].monotonic

    @property
    def end(self) -> int:
        """Monotonic ns after the last frame."""
        return self.monotonic(self.last)

    @property
    def begin_utc(self) -> datetime:
        return self.utc(self.first)

    @cached_property
    def _knots(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Frames and ns, both from the take's begin, between which time runs straight: the source's drift."""
        frames, times = [0.0], [0.0]
        for anchor in (anchor for segment in self.segments for anchor in segment.anchors):
            frame, elapsed = float(anchor.frame - self.first), float(anchor.monotonic - self.begin)
            behind = frame - frames[-1]
            if behind < KNOT_S * self.rate:
                continue
            if abs((elapsed - times[-1]) / clock.NS * self.rate / behind - 1) < DRIFT:
                frames.append(frame)
                times.append(elapsed)
        # beyond the last anchor the nominal rate holds
        frames.append(frames[-1] + 3600.0 * self.rate)
        times.append(times[-1] + 3600.0 * clock.NS)
        return np.array(frames), np.array(times)

    def frames(self, monotonic: NDArray[np.float64]) -> NDArray[np.float64]:
        """Frames, fractions included and counted from ``first``, heard at ns counted from ``begin``; drift corrected.

        Moments outside the take give −1 or a frame beyond its last.
        """
        frames, times = self._knots
        return np.interp(monotonic, times, frames, left=-1.0)

    def monotonic(self, frame: int) -> int:
        """Monotonic ns at which ``frame`` was heard."""
        frames, times = self._knots
        return self.begin + round(float(np.interp(frame - self.first, frames, times)))

    def utc(self, frame: int) -> datetime:
        """Civil time at which ``frame`` was heard, by the clock of the take's first anchor."""
        elapsed = self.monotonic(frame) - self.begin
        return clock.moment(self.segments[0].anchors[0].utc) + timedelta(microseconds=elapsed / 1000)

    def read(self, first: int, last: int) -> NDArray[np.int32]:
        """Frames ``first``…``last``-1 as (frames, channels) integers; Trouble ``segment-missing`` if a file is gone."""
        parts = []
        for segment in self.segments:
            begin, end = max(first, segment.first), min(last, segment.last)
            if begin < end:
                parts.append(self._read(segment, begin, end))
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def _read(self, segment: Segment, first: int, last: int) -> NDArray[np.int32]:
        try:
            found = segment.read(first, last)
            if len(found) == last - first:
                return found
            reason = "short"
        except (OSError, ValueError) as error:
            reason = str(error)
        raise Trouble(
            "segment-missing",
            _(
                "The recording of {source} cannot be read at {time}: the file {file} is missing or damaged.",
                source=self.source, time=f"{clock.local(self.utc(first)):%H:%M:%S}", file=segment.file.name,
            ),
            safe=_("The rest of the recording is not touched."),
            remedy=_("Copy this file from the second folder, where the same sound is, and try again."),
        ) from ValueError(reason)  # fmt: skip


@dataclass(frozen=True)
class Span:
    """One seat's channel of a take: what becomes one FLAC file."""

    take: Take
    channel: int
    seat: str

    @property
    def run(self) -> int:
        return self.take.run

    @property
    def source(self) -> str:
        return self.take.source

    @property
    def first(self) -> int:
        return self.take.first

    @property
    def last(self) -> int:
        return self.take.last

    @property
    def begin_utc(self) -> datetime:
        return self.take.begin_utc


@dataclass(frozen=True, slots=True)
class Gap:
    """``source`` was not heard from ``begin`` to ``end`` (UTC stamps) although the sitting was being recorded.

    ``source`` is empty where the recorder itself was dead: that time is not in the listening copy; the rest of the
    gaps is silence there, from ``position`` on.
    """

    source: str
    begin: str
    end: str
    seconds: float
    position: float
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {
            "source": self.source, "begin": self.begin, "end": self.end, "seconds": round(self.seconds, 3),
            "position": round(self.position, 3), "reason": self.reason,
        }  # fmt: skip


class Timeline:
    """The times of a recording as it stands; make a new one when the recording has grown."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.takes = _takes(recording)
        self.stretches = _stretches(recording, self.takes)
        self._anchors = _anchors(recording)

    @property
    def seconds(self) -> float:
        """Length of the listening copy."""
        return self.stretches[-1].position + self.stretches[-1].seconds if self.stretches else 0.0

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Every seat's sound, in the order of time and then of seats."""
        return tuple(Span(take, track.channel, track.seat) for take in self.takes for track in take.tracks)

    def position(self, at: datetime | str) -> float:
        """Listening position (s) of a moment of civil time; what falls into a break is where the break was cut.

        The nearest anchor tells the monotonic time, so that a clock stepped in the middle of a sitting does no harm.
        """
        utc = clock.moment(at) if isinstance(at, str) else at
        if not self._anchors:
            return 0.0
        place = bisect.bisect(self._anchors, utc, key=lambda anchor: anchor[0])
        near = min(self._anchors[max(0, place - 1) : place + 1], key=lambda anchor: abs(anchor[0] - utc))
        return self.at(near[1], near[2] + (utc - near[0]) // timedelta(microseconds=1) * 1000)

    def at(self, run: int, monotonic: int) -> float:
        """Listening position (s) of a monotonic moment (ns) of ``run``."""
        found = 0.0
        for stretch in self.stretches:
            if stretch.run > run or (stretch.run == run and monotonic < stretch.begin):
                break
            inside = min(monotonic, stretch.end) if stretch.run == run else stretch.end
            found = stretch.position + (inside - stretch.begin) / clock.NS
        return found

    def of_frame(self, run: int, source: str, frame: int) -> float:
        """Listening position (s) of a frame of a source; ValueError if that frame was never recorded."""
        for take in self.takes:
            if take.run == run and take.source == source and take.first <= frame <= take.last:
                return self.at(run, take.monotonic(frame))
        raise ValueError(f"frame {frame} of {source} is not in run {run}")

    def moment(self, position: float) -> datetime:
        """Civil time at a listening position: the reverse of :meth:`position`. ValueError if nothing was recorded."""
        if not self.stretches:
            raise ValueError("nothing was recorded")
        place = bisect.bisect(self.stretches, position, key=lambda stretch: stretch.position)
        stretch = self.stretches[max(0, place - 1)]
        inside = min(max(0.0, position - stretch.position), stretch.seconds)
        return stretch.utc + timedelta(seconds=inside)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Where sound is missing: lost devices, and the times in which the recorder was dead."""
        return tuple(sorted([*self._recorder_gaps(), *self._source_gaps()], key=lambda gap: (gap.begin, gap.source)))

    def _recorder_gaps(self) -> list[Gap]:
        gaps = []
        for before, after in zip(self.stretches, self.stretches[1:], strict=False):
            if before.run != after.run and not _commanded(self.recording, before.run):
                end = before.utc + timedelta(seconds=before.seconds)
                seconds = max(0.0, (after.utc - end).total_seconds())
                gaps.append(Gap("", clock.stamp(end), clock.stamp(after.utc), seconds, after.position, "recorder"))
        return gaps

    def _source_gaps(self) -> list[Gap]:
        gaps = []
        for source in dict.fromkeys(take.source for take in self.takes):
            own = [take for take in self.takes if take.source == source]
            for stretch in self.stretches:
                if (stretch.run, stretch.begin) < (own[0].run, own[0].begin - int(SLACK_S * clock.NS)):
                    continue  # the source was not there yet
                reached = stretch.begin
                for take in [take for take in own if take.run == stretch.run and take.begin < stretch.end]:
                    if take.end <= stretch.begin:
                        continue
                    gaps += self._gap(source, stretch, reached, take.begin)
                    reached = max(reached, take.end)
                gaps += self._gap(source, stretch, reached, stretch.end)
        return gaps

    def _gap(self, source: str, stretch: Stretch, begin: int, end: int) -> list[Gap]:
        edge = begin == stretch.begin or end == stretch.end
        if end - begin <= (GAP_S if edge else 0.0) * clock.NS:
            return []
        moments = [stretch.utc + timedelta(microseconds=(at - stretch.begin) / 1000) for at in (begin, end)]
        since, until = (clock.stamp(moment) for moment in moments)
        reason = next(
            (
                loss.reason
                for loss in self.recording.losses
                if isinstance(loss, facts.SourceLost)
                and (loss.run, loss.source) == (stretch.run, source)
                and abs(loss.anchor.monotonic - begin) < SLACK_S * 2 * clock.NS
            ),
            "",
        )
        position = self.at(stretch.run, begin)
        return [Gap(source, since, until, (end - begin) / clock.NS, position, reason)]


def _takes(recording: Recording) -> tuple[Take, ...]:
    takes: list[Take] = []
    for (run, source), opened in recording.sources.items():
        joined: list[Segment] = []
        for segment in recording.of_track(run, source):
            if segment.last == segment.first:
                continue
            if joined and not _follows(joined[-1], segment):
                takes.append(Take(run, source, tuple(joined), opened.tracks))
                joined = []
            joined.append(segment)
        if joined:
            takes.append(Take(run, source, tuple(joined), opened.tracks))
    return tuple(sorted(takes, key=lambda take: (take.run, take.begin)))


def _follows(before: Segment, segment: Segment) -> bool:
    missing = segment.anchors[0].monotonic - before.monotonic(before.last)
    return segment.first == before.last and abs(missing) < JOINT_S * clock.NS


def _commanded(recording: Recording, run: int) -> bool:
    """Whether the run's last word was a break or an end (else it died while recording)."""
    changes = [change.course for change in recording.course if change.run == run]
    return bool(changes) and changes[-1] != "recording"


def _stretches(recording: Recording, takes: Sequence[Take]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    anchors = _anchors(recording)
    position = 0.0
    for run in dict.fromkeys([*(started.run for started in recording.runs), *(take.run for take in takes)]):
        sound = [(take.begin, take.end) for take in takes if take.run == run]
        pictures = [_extent(video) for video in recording.videos if video.run == run and video.seconds > 0]
        floor = 0
        for begin, end in _commands(recording, run, sound or pictures):
            # not a sample of what was written beside the command is lost to the listener
            near = [at for at, until in sound if begin - SLACK_S * clock.NS < at < end and until > begin]
            begin = max(floor, min([begin, *near]))
            near = [until for at, until in sound if begin <= at < end and until < end + SLACK_S * clock.NS]
            end = max([end, *near])
            floor = end
            stretch = Stretch(run, begin, end, position, _civil(anchors, run, begin))
            if stretch.seconds > 0:
                found.append(stretch)
                position += stretch.seconds
    return tuple(found)


def _extent(video: VideoFile) -> tuple[int, int]:
    return video.monotonic, video.monotonic + int(video.seconds * clock.NS)


def _commands(recording: Recording, run: int, written: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """From when until when the run was told to record; without a word to the contrary, as long as it wrote."""
    changes = [change for change in recording.course if change.run == run]
    found = []
    since = None
    if written and (not changes or min(written)[0] < changes[0].monotonic - SLACK_S * clock.NS):
        since = min(written)[0]
    for change in changes:
        if change.course == "recording":
            since = change.monotonic if since is None else since
        elif since is not None:
            found.append((since, max(since, change.monotonic)))
            since = None
    if since is not None and written:
        found.append((since, max(since, *(end for _begin, end in written))))
    return found


def _anchors(recording: Recording) -> list[tuple[datetime, int, int]]:
    """Every known pair of clocks: (civil time, run, monotonic ns), in the order of civil time."""
    found = [(clock.moment(fact.utc), fact.run, fact.monotonic) for fact in recording.runs]
    found += [(clock.moment(fact.utc), fact.run, fact.monotonic) for fact in recording.course]
    found += [(clock.moment(video.utc), video.run, video.monotonic) for video in recording.videos]
    for segment in recording.segments:
        found += [(clock.moment(anchor.utc), segment.run, anchor.monotonic) for anchor in segment.anchors]
    return sorted(found)


def _civil(anchors: list[tuple[datetime, int, int]], run: int, monotonic: int) -> datetime:
    own = [anchor for anchor in anchors if anchor[1] == run]
    near = min(own, key=lambda anchor: abs(anchor[2] - monotonic))
    return near[0] + timedelta(microseconds=(monotonic - near[2]) / 1000)
