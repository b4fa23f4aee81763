"""Where a track is listened to again: of what is text already nothing is given out, and of the rest everything."""

from __future__ import annotations

from app.transcribe.engine import RATE
from app.transcribe.voice import Begun, Ended, Sounded, VoiceEvent

#: An utterance that ends so soon after what is known is the known one, heard a little longer (samples, 0.2 s).
_SAME = int(0.2 * RATE)


class Resuming:
    """Passes the events of a voice on; an utterance that began before ``known`` begins there."""

    def __init__(self, known: int, rate: int) -> None:
        """``known``: frame up to which the track is text already; ``rate`` in Hz."""
        self._known = known
        self._rate = rate
        self._before = 0  # samples of the present utterance that are text already
        self._heard = 0
        self._held: bytes | None = None  # what comes after them, until it is clear that the utterance goes on

    def take(self, events: list[VoiceEvent]) -> list[VoiceEvent]:
        """What of the events is new."""
        found: list[VoiceEvent] = []
        for event in events:
            match event:
                case Begun() if event.first >= self._known:
                    self._before, self._held = 0, None
                    found.append(event)
                case Begun():
                    self._before = -((event.heard_from - self._known) * RATE // self._rate)
                    self._heard, self._held = 0, b""
                case Sounded() if self._held is not None:
                    self._hold(event, self._held, found)
                case Ended() if self._held is not None:
                    self._held = None
                case Ended():
                    found.append(Ended(event.last, self._strangers(event)))
                case Sounded():
                    found.append(event)
        return found

    def _hold(self, event: Sounded, held: bytes, found: list[VoiceEvent]) -> None:
        known = max(0, self._before - self._heard)
        self._heard += len(event.pcm) // 2
        self._held = held + event.pcm[2 * known :]
        if len(self._held) > 2 * _SAME:
            found += [Begun(self._known, self._known), Sounded(self._held)]
            self._held = None

    def _strangers(self, event: Ended) -> tuple[tuple[float, float], ...]:
        gone = self._before / RATE
        return tuple((max(0.0, begin - gone), end - gone) for begin, end in event.foreign if end > gone)
