"""Sound of a microphone that was not the chosen one never reaches a seat."""

from __future__ import annotations

from app.capture.microphone import Microphone, _Arrival
from app.capture.plan import parse_source
from app.capture.source import Block, Format
from app.clock import SystemClock

FRAMES = 1600


def sound(stream: int, level: int) -> _Arrival:
    return _Arrival(stream, bytes([level]) * 2 * FRAMES, FRAMES, SystemClock().monotonic_ns(), overflow=False)


def test_a_refused_stream_stays_refused_when_the_right_one_comes_back() -> None:
    """The keeper's steps are taken by hand: stream 1 is right, 2 is another microphone, 3 the right one again."""
    microphone = Microphone(parse_source("judge=desk:1"), SystemClock())
    microphone.format, microphone._channels = Format(16_000, 2, 1), 1

    def opened(stream: int) -> None:
        microphone._number, microphone._called = stream, SystemClock().monotonic_ns()
        microphone._queue.append(sound(stream, stream))

    def heard() -> list[int]:
        return [item.pcm[0] for item in microphone.read() if isinstance(item, Block)]

    opened(1)
    assert heard() == [], "not yet known to be the right one"
    microphone._trust()
    assert heard() == [1]
    microphone._give_up("lost")
    opened(2)
    assert heard() == []
    microphone._give_up("moved")
    microphone._queue.append(sound(2, 2))
    opened(3)
    assert heard() == []
    microphone._trust()
    assert heard() == [3]
