"""When a frame was heard, although blocks arrive when they please."""

from __future__ import annotations

import random

from app.capture.timing import Timing
from app.clock import NS

RATE, BLOCK = 48_000, 4_800
BEGIN = 1_000 * NS


def arrival(number: int, delay_s: float, drift: float = 0.0) -> int:
    """When block ``number`` (from 0) is complete, plus a delay; ``drift`` of the device's crystal."""
    return BEGIN + round(((number + 1) * 0.1 * (1 + drift) + delay_s) * NS)


def test_delays_do_not_move_the_time() -> None:
    timing, chance = Timing(RATE), random.Random(7)
    for number in range(600):
        heard, missing = timing.heard(BLOCK, arrival(number, 0.005 + chance.random() * 0.08))
        assert not missing
        if number > 20:
            true = BEGIN + number * NS // 10
            assert 0 <= heard - true < 15_000_000


def test_a_crystal_that_drifts_is_followed() -> None:
    timing = Timing(RATE)
    for number in range(3 * 600):
        heard, _missing = timing.heard(BLOCK, arrival(number, 0.005, drift=200e-6))
    true = arrival(3 * 600 - 1, 0.005, drift=200e-6) - NS // 10
    assert abs(heard - true) < 10_000_000


def test_a_burst_after_a_stall_is_no_gap() -> None:
    timing = Timing(RATE)
    for number in range(50):
        timing.heard(BLOCK, arrival(number, 0.0))
    frozen_until = arrival(80, 0.0)
    for number in range(50, 100):
        heard, missing = timing.heard(BLOCK, max(frozen_until, arrival(number, 0.0)))
        assert not missing
        if number >= 50:
            assert abs(heard - (BEGIN + number * NS // 10)) < 1_000_000
    assert abs(heard - (BEGIN + 99 * NS // 10)) < 1_000_000


def test_frames_that_were_dropped_are_noticed() -> None:
    timing = Timing(RATE)
    for number in range(50):
        timing.heard(BLOCK, arrival(number, 0.0))
    found = [timing.heard(BLOCK, arrival(number + 5, 0.0)) for number in range(50, 70)]
    assert sum(missing for _heard, missing in found) == 1
    assert abs(found[-1][0] - (BEGIN + 74 * NS // 10)) < 1_000_000
