"""Finishing: a recording becomes files for keeping and for listening. Nothing is named before it is proved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from av.error import FFmpegError
from filelock import FileLock, Timeout

from app import clock, files
from app.errors import Trouble
from app.i18n import _
from app.media import listening, tracks
from app.media.listening import Chapter
from app.media.picture import picture
from app.media.recording import Recording
from app.media.seconds import SecondHasher, logged
from app.media.timeline import Gap, Take, Timeline
from app.media.tracks import Damaged

VIDEO = "hearing.mp4"
SOUND = "hearing.m4a"
_LOCK = ".finishing.lock"

Progress = Callable[[float], None]


@dataclass(frozen=True)
class FinishedTrack:
    """One seat's span as FLAC: frames ``first`` to ``last`` (excluded) of ``channel``; ``width`` in bytes a sample."""

    file: Path
    seat: str
    run: int
    source: str
    channel: int
    first: int
    last: int
    rate: int
    width: int
    begin_utc: str
    seconds: float
    sha256: str


@dataclass(frozen=True)
class FinishedMix:
    """The copy for listening."""

    file: Path
    seconds: float
    has_video: bool
    sha256: str


@dataclass(frozen=True)
class Finished:
    """Everything that finishing made. ``damaged`` names seconds that no longer are what the recorder heard."""

    tracks: tuple[FinishedTrack, ...]
    listening: FinishedMix | None
    gaps: tuple[Gap, ...]
    damaged: tuple[Damaged, ...] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """All files, in the order of a package."""
        return (*(track.file for track in self.tracks), *([self.listening.file] if self.listening else []))


def finish(
    folder: Path, out: Path, progress: Progress = lambda done: None, chapters: Sequence[Chapter] = ()
) -> Finished:
    """Make FLAC files and the listening copy of the sitting in ``folder``; what is already there and whole is kept.

    ``progress`` gets 0…1; an exception that it raises stops the work cleanly. Trouble: ``nothing-recorded``,
    ``finishing-busy``, ``finishing-failed`` (disk), ``segment-missing``, ``flac-differs``, ``listening-copy-broken``.
    """
    timeline = Timeline(Recording(folder))
    if not timeline.takes and not timeline.recording.videos:
        raise Trouble("nothing-recorded", _("Nothing was recorded in {folder}.", folder=folder.name))
    files.make_folder(out)
    lock = FileLock(str(out / _LOCK))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Trouble(
            "finishing-busy",
            _("The recordings of this hearing are already being finished."),
            remedy=_("Wait until the other program is done."),
        ) from error
    try:
        _clear(out)
        return _Finishing(timeline, out, progress).run(chapters)
    except (OSError, FFmpegError) as error:
        raise Trouble(
            "finishing-failed",
            _(
                "The recordings cannot be written to {path}: {reason}.",
                path=str(out),
                reason=error.strerror or str(error),
            ),
            safe=_("The recording itself is whole."),
            remedy=_("Free space on the disk or choose another folder, then try again."),
        ) from error
    finally:
        _clear(out)
        lock.release()


def _clear(out: Path) -> None:
    """Remove what an interrupted finishing left."""
    for half in out.glob(".*.part"):
        half.unlink(missing_ok=True)


class _Finishing:
    def __init__(self, timeline: Timeline, out: Path, progress: Progress) -> None:
        self.timeline = timeline
        self.out = out
        self._progress = progress
        self._done = 0.0
        # every take is read to prove what is there, and most are read twice more to write and prove; then the mix
        self._total = 3 * sum(take.seconds for take in timeline.takes) + timeline.seconds or 1.0

    def _advance(self, seconds: float) -> None:
        self._done += seconds
        self._progress(min(1.0, self._done / self._total))

    def run(self, chapters: Sequence[Chapter]) -> Finished:
        log = logged(self.timeline.recording)
        spans = self.timeline.spans
        named = {
            (span.run, span.source, span.first, span.channel): self.out / name
            for span, name in zip(spans, tracks.names(spans), strict=True)
        }
        damaged: list[Damaged] = []
        hashers: dict[tuple[int, str, int], SecondHasher] = {}
        for take in self.timeline.takes:
            paths = {track.channel: named[take.run, take.source, take.first, track.channel] for track in take.tracks}
            own = {
                channel: hashers.setdefault((take.run, take.source, channel), SecondHasher(take.rate, take.width))
                for channel in paths
            }
            damaged += self._take(take, paths, own, log.get((take.run, take.source), {}))
        mix = self._listening(chapters)
        self._progress(1.0)
        finished = tuple(
            FinishedTrack(
                (path := named[span.run, span.source, span.first, span.channel]), span.seat, span.run, span.source,
                span.channel, span.first, span.last, span.take.rate, span.take.width, clock.stamp(span.begin_utc),
                span.take.seconds, files.sha256(path),
            )
            for span in spans
        )  # fmt: skip
        return Finished(finished, mix, self.timeline.gaps, tuple(damaged))

    def _take(self, take: Take, paths: dict[int, Path], hashers: dict[int, SecondHasher], log: Any) -> list[Damaged]:
        whole, damaged = tracks.proved(take, paths, self._advance, hashers, log)
        missing = {channel: path for channel, path in paths.items() if channel not in whole}
        if not missing:
            self._advance(2 * take.seconds)
            return damaged
        tracks.write(take, missing, tracks.tags(take), self._advance)
        halves = {channel: tracks.half(path) for channel, path in missing.items()}
        again, _damaged = tracks.proved(take, halves, self._advance)
        if again != set(missing):
            raise Trouble(
                "flac-differs",
                _("The lossless copy of {source} does not hold the same sound as the recording.", source=take.source),
                safe=_("The recording itself is whole and was not touched."),
                remedy=_("Check the disk and the memory of this PC, then try again."),
            )
        for path in missing.values():
            tracks.settle(path)
        return damaged

    def _listening(self, chapters: Sequence[Chapter]) -> FinishedMix | None:
        if not self.timeline.stretches:
            return None
        shown = picture(self.timeline)
        path = self.out / (VIDEO if shown else SOUND)
        mark = listening.fingerprint(self.timeline, shown, chapters)
        there = listening.described(path) if path.exists() else None
        if there is None or there[0] != mark:
            listening.write(tracks.half(path), self.timeline, shown, chapters, mark, self._advance)
            listening.check(tracks.half(path), self.timeline, mark)
            tracks.settle(path)
        seconds, has_video = listening.check(path, self.timeline, mark)
        return FinishedMix(path, seconds, has_video, files.sha256(path))
