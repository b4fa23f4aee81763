"""Whether every second of every microphone is what the recorder heard, and which second is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import soundfile

from app import clock
from app.i18n import _, _n
from app.media.lossless import decode, is_flac_of
from app.media.recording import Recording
from app.media.seconds import SecondHasher, logged
from app.protocol.manifest import Manifest, TrackEntry
from app.protocol.verification.contents import Contents
from app.protocol.verification.report import Finding, Refused, broken, ok

#: Decoded at a time (s).
_BLOCK_S = 10
_AT_ONCE = 2
#: No sitting is recorded for longer without an interruption (s); a few bytes of FLAC can claim a year of silence.
_LONGEST_S = 48 * 3600

_Log = Mapping[tuple[int, str], Mapping[int, tuple[str, ...]]]


@dataclass
class _Channel:
    """What became of one channel of a source: its files in order, and the seconds that are equal or not."""

    run: int
    source: str
    channel: int
    seat: str
    files: list[TrackEntry] = field(default_factory=list)
    equal: set[int] = field(default_factory=set)
    differing: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def check(contents: Contents, manifest: Manifest, recording: Recording) -> Iterator[Finding]:
    """Decode every track and compare each second with the log; nothing that was heard may be missing."""
    log = logged(recording)
    channels: dict[tuple[int, str, int], _Channel] = {}
    for run, source, track in recording.tracks():
        channels[run, source, track.channel] = _Channel(run, source, track.channel, track.seat)
    for entry in sorted(manifest.tracks, key=lambda entry: entry.first):
        owner = channels.get((entry.run, entry.source, entry.channel))
        if owner is None or owner.seat != entry.seat:
            message = _("{file} is said to be a microphone that the recorder never had.", file=entry.path)
            yield broken("track-foreign", message, entry.path)
        else:
            owner.files.append(entry)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for channel in pool.map(lambda channel: _decoded(contents, recording, channel, log), channels.values()):
            yield from channel.findings
            yield from _judged(channel, recording, log.get((channel.run, channel.source), {}))
    count = sum(len(channel.equal) for channel in channels.values())
    if channels and not any(channel.differing or channel.findings for channel in channels.values()):
        message = _n(
            "The second of sound is what the recorder heard.",
            "All {n} seconds of sound, microphone by microphone, are what the recorder heard.",
            count,
        )
        yield ok("sound-equal", message)


def _decoded(contents: Contents, recording: Recording, channel: _Channel, log: _Log) -> _Channel:
    hashes = log.get((channel.run, channel.source), {})
    opened = recording.sources[channel.run, channel.source]
    hasher = SecondHasher(opened.rate, opened.width)
    for entry in channel.files:
        honest = 0 <= entry.last - entry.first <= _LONGEST_S * opened.rate
        if not honest or (entry.rate, entry.width) != (opened.rate, opened.width):
            message = _("{file} is not recorded as the log tells.", file=entry.path)
            channel.findings.append(broken("track-foreign", message, entry.path))
        elif entry.path in contents.files:
            _decode(contents, entry, channel, hasher, hashes)
    rest = hasher.rest()
    if rest is not None and rest[0] in hashes:
        _compare(channel, rest, hashes)
    return channel


def _compare(channel: _Channel, second: tuple[int, str], hashes: Mapping[int, tuple[str, ...]]) -> None:
    number, digest = second
    expected = hashes.get(number, ())
    same = channel.channel < len(expected) and expected[channel.channel] == digest
    if expected:
        (channel.equal if same else channel.differing).add(number)


def _decode(
    contents: Contents,
    entry: TrackEntry,
    channel: _Channel,
    hasher: SecondHasher,
    hashes: Mapping[int, tuple[str, ...]],
) -> None:
    try:
        with contents.open(entry.path) as file, soundfile.SoundFile(file) as sound:
            if not is_flac_of(sound, entry.rate, entry.width, entry.last - entry.first):
                message = _("{file} is not the sound that the manifest tells of.", file=entry.path)
                channel.findings.append(broken("track-foreign", message, entry.path))
                return
            frame = entry.first
            while frame < entry.last:
                wanted = min(_BLOCK_S * entry.rate, entry.last - frame)
                samples = decode(sound, wanted, entry.width)
                for second in hasher.take(frame, samples):
                    _compare(channel, second, hashes)
                if len(samples) < wanted:
                    raise soundfile.LibsndfileError(0)
                frame += wanted
    except (soundfile.LibsndfileError, OSError, Refused, ValueError, RuntimeError):
        message = _("{file} cannot be played to its end.", file=entry.path)
        channel.findings.append(broken("track-unreadable", message, entry.path))


def _judged(channel: _Channel, recording: Recording, hashes: Mapping[int, tuple[str, ...]]) -> Iterator[Finding]:
    file = channel.files[0].path if len(channel.files) == 1 else ""
    for begin, end in _ranges(channel.differing):
        message = _(
            "{seat}'s microphone, {begin}-{end} differs from what the recorder heard.",
            seat=channel.seat, begin=_clock(recording, channel, begin), end=_clock(recording, channel, end),
        )  # fmt: skip
        yield broken("second-differs", message, file)
    for begin, end in _ranges(set(hashes) - channel.equal - channel.differing):
        message = _(
            "{seat}'s microphone, {begin}-{end} was recorded and is missing here.",
            seat=channel.seat, begin=_clock(recording, channel, begin), end=_clock(recording, channel, end),
        )  # fmt: skip
        yield broken("second-missing", message, file)


def _ranges(seconds: set[int]) -> Iterator[tuple[int, int]]:
    """Seconds that follow each other as (first, after the last)."""
    numbers = np.array(sorted(seconds), dtype=np.int64)
    if len(numbers):
        for part in np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1):
            yield int(part[0]), int(part[-1]) + 1


def _clock(recording: Recording, channel: _Channel, second: int) -> str:
    """The court's wall clock at a second of a source."""
    for segment in recording.of_track(channel.run, channel.source):
        frame = second * segment.rate
        if segment.first <= frame <= segment.last:
            # rounded, for a source begins where it begins
            return f"{clock.local(segment.utc(frame)) + timedelta(milliseconds=1):%H:%M:%S}"
    return f"{second // 60}:{second % 60:02d}"
