"""From the frames of all microphones to the utterances of each seat: levels, whose voice it is, where it speaks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app import clock
from app.media.facts import SeatChannel, SourceOpened
from app.media.recording import Segment
from app.transcribe import levels, seats
from app.transcribe.follow import Piece, Step
from app.transcribe.levels import BandLevels, NoiseFloor, first_hop, hop_frame, whole_hops
from app.transcribe.resuming import Resuming
from app.transcribe.seats import AHEAD, BEHIND, SLOT_NS, Seats
from app.transcribe.voice import Begun, Ended, Interval, Sounded, Voice, VoiceEvent

#: Before what is known already, so much is listened to once more, so that all states are as they were (s).
WARM_UP_S = 60
#: Speech is noticed at most so long after it began (s); the files of that time are kept, however short they are.
_NOTICED_S = 3


@dataclass(frozen=True, eq=False)
class Speech:
    """An utterance that began; ``lead`` seconds of it were heard before frame ``first``; ``order`` its time (ns)."""

    run: int
    source: str
    channel: int
    seat: str
    rate: int
    first: int
    lead: float
    begin: str
    order: int


@dataclass(frozen=True, eq=False)
class SpeechSounded:
    """Sound of an utterance: 16 kHz, 16 bits."""

    speech: Speech
    pcm: bytes


@dataclass(frozen=True, eq=False)
class SpeechEnded:
    """An utterance ended before frame ``last``; ``foreign`` seconds of its sound were a neighbour's."""

    speech: Speech
    last: int
    foreign: tuple[Interval, ...]


Spoken = Speech | SpeechSounded | SpeechEnded


@dataclass
class _Hops:
    """Whole hops of a source that wait for the decision whose voice they are."""

    hop: int
    samples: NDArray[np.int32]
    slots: NDArray[np.int64]
    heights: levels.Levels
    begins: bool


@dataclass
class _Track:
    channel: SeatChannel
    column: int
    voice: Voice
    known: int
    resuming: Resuming
    speech: Speech | None = None


@dataclass
class _Source:
    opened: SourceOpened
    levels: BandLevels
    floor: NoiseFloor
    tracks: list[_Track]
    segments: deque[Segment] = field(default_factory=deque)
    rest: NDArray[np.int32] | None = None
    hop: int = 0
    waiting: deque[_Hops] = field(default_factory=deque)
    ended: bool = False


class Listening:
    """Listens to one run of the recorder."""

    def __init__(
        self, run: int, opened: Callable[[str], SourceOpened], known: Mapping[tuple[str, int], int] | None = None
    ) -> None:
        """``known``: frame up to which a (source, channel) is text already; utterances before it are not given out,
        and one that goes on beyond it begins there.
        """
        self._run = run
        self._opened = opened
        self._known = known or {}
        self._sources: dict[str, _Source] = {}
        self._seats = Seats(0)
        self._columns = 0
        self._base = 0  # slot of the first row of _heights
        self._heights = np.zeros((0, 0), np.float32)
        self._decided = -1  # slots before this one are decided

    def take(self, step: Step) -> list[Spoken]:
        """What the newly read sound adds."""
        for piece in step.pieces:
            self._add(piece)
        for name in step.ended:
            if name in self._sources:
                self._sources[name].ended = True
        return self._decide(step.known)

    def _enter(self, name: str) -> _Source:
        opened = self._opened(name)
        tracks = []
        for channel in opened.tracks:
            known = self._known.get((name, channel.channel), 0)
            voice, resuming = Voice(opened.rate, opened.width), Resuming(known, opened.rate)
            tracks.append(_Track(channel, self._columns, voice, known, resuming))
            self._columns += 1
        found = _Source(opened, BandLevels(opened.rate, opened.width), NoiseFloor(max(1, len(tracks))), tracks)
        self._sources[name] = found
        self._seats = self._seats.widened(self._columns)
        wider = np.full((len(self._heights), self._columns), -np.inf, np.float32)
        wider[:, : self._heights.shape[1]] = self._heights
        self._heights = wider
        return found

    def _add(self, piece: Piece) -> None:
        """Cut a piece into hops, measure them, and lay them into the common slots."""
        source = self._sources.get(piece.source) or self._enter(piece.source)
        if not source.tracks:
            return
        source.ended = False
        rate = source.opened.rate
        if not source.segments or source.segments[-1] is not piece.segment:
            source.segments.append(piece.segment)
        samples, begins = piece.samples, piece.begins or source.rest is None
        if begins:
            source.hop = first_hop(piece.first, rate)
            before = hop_frame(source.hop, rate) - piece.first
            if before > len(samples):
                source.rest = None
                return
            samples = samples[before:]
        else:
            samples = np.concatenate([source.rest, samples]) if source.rest is not None else samples
        start = hop_frame(source.hop, rate)
        count = max(0, whole_hops(start + len(samples), rate) - source.hop)
        cut = hop_frame(source.hop + count, rate) - start
        source.rest = samples[cut:]
        samples = samples[:cut]
        channels = [track.channel.channel for track in source.tracks]
        if not count:
            if begins:  # the stream begins here all the same
                nothing = np.zeros((0, len(channels)), np.float32)
                source.waiting.append(_Hops(source.hop, samples, np.zeros(0, np.int64), nothing, True))
            return
        heard = source.levels.of(samples[:, channels], source.hop)
        heights = seats.without_twins(heard - source.floor.take(heard, source.hop))
        middles = [hop_frame(source.hop + n, rate) + rate // (2 * levels.HOPS) for n in range(count)]
        slots = np.maximum.accumulate([piece.segment.monotonic(frame) // SLOT_NS for frame in middles])
        self._lay(source, slots, heights)
        source.waiting.append(_Hops(source.hop, samples, slots, heights, begins))
        source.hop += count

    def _lay(self, source: _Source, slots: NDArray[np.int64], heights: levels.Levels) -> None:
        if not len(self._heights):
            self._base = int(slots[0]) - BEHIND
            self._decided = int(slots[0])
        needed = int(slots[-1]) + 1 - self._base - len(self._heights)
        if needed > 0:
            more = np.full((needed, self._columns), -np.inf, np.float32)
            self._heights = np.concatenate([self._heights, more])
        columns = [track.column for track in source.tracks]
        rows = slots - self._base
        inside = rows >= 0  # a source that comes too late is heard, but the others were decided without it
        np.maximum.at(self._heights, (rows[inside][:, None], np.array(columns)[None, :]), heights[inside])
        skipped = rows[inside][1:][np.diff(rows[inside]) == 2] - 1  # two clocks: a slot between two hops
        if len(skipped):
            self._heights[skipped[:, None], columns] = self._heights[skipped[:, None] + 1, columns]

    def _decide(self, known: int) -> list[Spoken]:
        """Decide all slots of which everything is known, and let the seats' voices hear them."""
        end = self._base + len(self._heights)
        until = min(known // SLOT_NS - AHEAD, end)
        spoken: list[Spoken] = []
        if len(self._heights) and until > self._decided:
            short = until + AHEAD - end
            if short > 0:
                more = np.full((short, self._columns), -np.inf, np.float32)
                self._heights = np.concatenate([self._heights, more])
            first = self._decided - BEHIND - self._base
            own, foreign = self._seats.decide(self._heights[first : until + AHEAD - self._base], self._decided)
            for source in self._sources.values():
                self._hear(source, own, foreign, self._decided, until, spoken)
            self._decided = until
            self._heights = self._heights[until - BEHIND - self._base :]
            self._base = until - BEHIND
        for source in self._sources.values():
            if source.ended and not source.waiting:
                self._end(source, spoken)
                source.ended = False
                source.rest = None
            _forget(source)
        return spoken

    def _hear(
        self, source: _Source, own: seats.Flags, foreign: seats.Flags, first: int, until: int, spoken: list[Spoken]
    ) -> None:
        rate = source.opened.rate
        while source.waiting:
            hops = source.waiting[0]
            if hops.begins:
                self._end(source, spoken)
                hops.begins = False
            count = int(np.searchsorted(hops.slots, until))
            if not count and len(hops.slots):
                break
            frames = hop_frame(hops.hop + count, rate) - hop_frame(hops.hop, rate)
            late = hops.slots[:count] < first  # the others were decided without these: nobody contests them
            rows = np.maximum(hops.slots[:count] - first, 0)
            for number, track in enumerate(source.tracks if count else ()):
                if hop_frame(hops.hop, rate) < track.known - WARM_UP_S * rate:
                    continue
                column = hops.samples[:frames, track.channel.channel]
                his = np.where(late, hops.heights[:count, number] >= seats.HOT_DB, own[rows, track.column])
                others = np.where(late, False, foreign[rows, track.column])
                events = track.voice.take(hops.hop, column, his, others)
                self._tell(source, track, events, spoken)
            if count < len(hops.slots):
                source.waiting[0] = _Hops(
                    hops.hop + count, hops.samples[frames:], hops.slots[count:], hops.heights[count:], False
                )
                break
            source.waiting.popleft()

    def _end(self, source: _Source, spoken: list[Spoken]) -> None:
        for track in source.tracks:
            self._tell(source, track, track.voice.end(), spoken)

    def _tell(self, source: _Source, track: _Track, events: list[VoiceEvent], spoken: list[Spoken]) -> None:
        for event in track.resuming.take(events):
            match event:
                case Begun():
                    track.speech = self._speech(source, track, event)
                    spoken.append(track.speech)
                case Sounded() if track.speech is not None:
                    spoken.append(SpeechSounded(track.speech, event.pcm))
                case Ended() if track.speech is not None:
                    spoken.append(SpeechEnded(track.speech, event.last, event.foreign))
                    track.speech = None
                case _:
                    pass

    def _speech(self, source: _Source, track: _Track, event: Begun) -> Speech:
        segment = next((s for s in reversed(source.segments) if s.first <= event.first), source.segments[0])
        rate = source.opened.rate
        return Speech(
            self._run, source.opened.source, track.channel.channel, track.channel.seat, rate, event.first,
            (event.first - event.heard_from) / rate, clock.stamp(segment.utc(event.first)),
            segment.monotonic(event.first),
        )  # fmt: skip


def _forget(source: _Source) -> None:
    """Let go of the files in which no utterance can begin any more: a flaky microphone leaves many short ones."""
    hop = source.waiting[0].hop if source.waiting else source.hop
    reached = hop_frame(hop, source.opened.rate) - _NOTICED_S * source.opened.rate
    while len(source.segments) > 1 and source.segments[1].first <= reached:
        source.segments.popleft()
