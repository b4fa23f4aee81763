"""Where somebody speaks and at whose seat: without any recogniser, on the files alone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.transcribe.follow import Follow
from app.transcribe.listening import Listening, SpeechEnded
from tests.transcribe.sittings import Device, Samples, Sitting, demonstration
from tools.speech.room import noise

SECONDS = 12
COUNT = SECONDS * 16000
AT = np.arange(COUNT) / 16000


class Reader:
    """Listens to a sitting as far as it is there; every call goes on."""

    def __init__(self, folder: Path, known: dict[tuple[str, int], int] | None = None, *, live: bool = True) -> None:
        self.follow = Follow(folder, live=live)
        self.known = known
        self.listening: Listening | None = None
        self.run = 0
        self.ended: list[SpeechEnded] = []

    def read(self) -> Reader:
        while True:
            step = self.follow.step()
            if self.listening is None or step.run != self.run:
                self.run = step.run
                self.listening = Listening(step.run, self.follow.opened, self.known)
            self.ended += [event for event in self.listening.take(step) if isinstance(event, SpeechEnded)]
            if step.over or (not step.pieces and not self.follow.recording.stopped):
                return self

    @property
    def spans(self) -> list[tuple[int, str, int, int, int]]:
        return sorted((e.speech.run, e.speech.source, e.speech.channel, e.speech.first, e.last) for e in self.ended)


def spans(folder: Path, devices: list[Device]) -> list[tuple[int, str, int, int, int]]:
    return Reader(Sitting(folder, devices).start().record().stop()).read().spans


def tone(hertz: float, level: float = 0.2) -> Samples:
    return (level * np.sin(2 * np.pi * hertz * AT)).astype(np.float32)


def now_and_then(sound: Samples, every: float, length: float) -> Samples:
    return np.where((AT % every) < length, sound, 0.0).astype(np.float32)


def nobody() -> dict[str, Samples]:
    random = np.random.default_rng(1)
    hum = tone(50, 0.1) + tone(150, 0.05) + tone(250, 0.03)
    falling = np.exp(-(AT % 3.0) * 10)
    return {
        "silence": np.zeros(COUNT, np.float32),
        "offset": np.full(COUNT, 0.3, np.float32),
        "white": noise(COUNT, -25, 0, random),
        "pink": noise(COUNT, -25, -3, random),
        "ventilation": noise(COUNT, -20, -6, random),
        "hum": hum,
        "tone": tone(440),
        "beeps": now_and_then(tone(1000), 2.0, 0.5),
        "ringing": now_and_then(tone(440, 0.1) + tone(480, 0.1), 4.0, 2.0) * (np.sin(2 * np.pi * 20 * AT) > 0),
        "doors": (noise(COUNT, -10, -6, random) * falling).astype(np.float32),
        "coughs": (now_and_then(noise(COUNT, -15, -2, random), 2.0, 0.4) * falling).astype(np.float32),
        "paper": (noise(COUNT, -28, 3, random) * np.abs(noise(COUNT, 0, -6, random))).astype(np.float32),
        "clicks": now_and_then(noise(COUNT, -10, 0, random), 0.3, 0.01),
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(nobody()))
def test_where_nobody_speaks_nothing_is_heard(name: str, tmp_path: Path) -> None:
    quiet = noise(COUNT, -62, -7, np.random.default_rng(2))
    assert spans(tmp_path, [Device("room", {"a": nobody()[name], "b": quiet})]) == []


def part(begin: float, end: float) -> dict[str, Samples]:
    return {seat: samples[int(begin * 16000) : int(end * 16000)] for seat, samples in demonstration().items()}


def test_two_who_speak_at_once_are_two_and_their_bleed_is_nobody(tmp_path: Path) -> None:
    """The claimant's and the respondent's lines are laid over each other, bleed and all."""
    one, other = part(77, 86), part(86, 91)
    length = len(other["judge"])
    both = {seat: one[seat][:length] + other[seat] for seat in one}
    before = part(20, 48.5)  # the room was heard for a while
    sound = {seat: np.concatenate([before[seat], both[seat]]) for seat in both}
    found = spans(tmp_path, [Device("room", sound)])
    seats = list(sound)
    late = {seats[channel] for _run, _source, channel, _first, last in found if last > 29 * 16000}
    assert late == {"claimant", "respondent"}


def test_one_sound_on_two_channels_is_one_seat(tmp_path: Path) -> None:
    judge = part(0, 25)["judge"]
    found = spans(tmp_path, [Device("stereo", {"left": judge, "right": judge.copy()})])
    assert found
    assert {channel for _run, _source, channel, *_rest in found} == {0}


def test_it_does_not_matter_how_the_files_grow(tmp_path: Path) -> None:
    sound = part(0, 50)
    whole = spans(tmp_path / "whole", [Device("room", sound)])
    random = np.random.default_rng(3)
    sitting = Sitting(tmp_path / "growing", [Device("room", sound)]).start().record(0.1)
    reader = Reader(sitting.folder)
    while sitting.devices[0].done < sitting.devices[0].frames:
        sitting.record(float(random.uniform(0.05, 4.0)))
        reader.read()
    sitting.stop()
    assert reader.read().spans == whole
    known = {("room", 2): whole[len(whole) // 2][4]}
    again = Reader(sitting.folder, known).read().spans
    assert again == [span for span in whole if span[2] != 2 or span[3] >= known["room", 2]]


def test_a_flaky_microphone_is_heard_like_any_other(tmp_path: Path) -> None:
    """Every 0.5 s its file is closed and another one opened: many of them in one utterance, and in one step."""
    sound = part(0, 30)
    whole = spans(tmp_path / "whole", [Device("room", sound)])
    sitting = Sitting(tmp_path / "flaky", [Device("room", sound)]).start()
    while sitting.devices[0].done < sitting.devices[0].frames:
        sitting.record(0.5).overflow()
    reader = Reader(sitting.stop()).read()
    assert reader.spans == whole
    assert reader.listening is not None
    (source,) = reader.listening._sources.values()
    assert len(source.segments) < 20  # of 60: what is decided is let go


def test_resumed_in_a_long_speech_nothing_is_lost_and_nothing_said_twice(tmp_path: Path) -> None:
    line = part(77.3, 85.4)["claimant"]
    louder = np.abs(line) > 0.02
    line = line[np.convolve(louder, np.ones(3200), "same") > 0]  # without a breath
    folder = Sitting(tmp_path, [Device("room", {"claimant": np.tile(line, 115 * 16000 // len(line))})])
    whole = Reader(folder.start().record().stop()).read().spans
    resumed = 0
    for number, (*_track, last) in enumerate(whole[:-1]):
        if last < 70 * 16000:  # before, listening begins again where it began
            continue
        resumed += 1
        again = Reader(tmp_path, {("room", 0): last}).read().spans
        assert all(first >= last for *_same, first, _last in again)
        assert all(later[3] >= earlier[4] for earlier, later in pairwise(again))
        covered = np.zeros(120 * 16000, bool)
        for *_same, first, end in again:
            covered[first:end] = True
        lost = [int((~covered[first:end]).sum()) for *_same, first, end in whole[number + 1 :]]
        assert sum(lost) < 0.5 * 16000, (last / 16000, lost)
    assert resumed >= 2


def test_the_last_words_before_a_break_and_before_the_end_are_not_lost(tmp_path: Path) -> None:
    """The recording stops in the middle of a word, goes on after a break, and stops in the middle of one again."""
    sound = part(8, 15)  # one long line from 0.44 to 7.8 s
    sitting = Sitting(tmp_path, [Device("room", sound)]).start().record(3.0).pause(300).record()
    found = Reader(sitting.stop()).read().spans
    assert len(found) == 2
    assert found[0][4] == pytest.approx(3.0 * 16000, abs=0.1 * 16000)
    assert found[1][3] == pytest.approx(3.0 * 16000, abs=0.2 * 16000)
    assert found[1][4] == pytest.approx(7.0 * 16000, abs=0.1 * 16000)


def test_a_second_life_of_the_recorder_is_heard_too(tmp_path: Path) -> None:
    sound = part(0, 20)
    sitting = Sitting(tmp_path, [Device("room", sound)]).start().record(10.0)
    sitting.devices[0].file = ""  # killed: nothing was closed
    sitting.start().record()
    runs = {span[0] for span in Reader(sitting.stop()).read().spans}
    assert runs == {1, 2}


def test_a_long_speech_is_cut_where_it_is_quiet(tmp_path: Path) -> None:
    line = part(77.3, 85.4)["claimant"]
    found = spans(tmp_path, [Device("room", {"claimant": np.tile(line, 5)})])
    assert len(found) >= 2
    assert max(last - first for *_track, first, last in found) <= 20.5 * 16000
    assert all(later[3] >= earlier[4] for earlier, later in pairwise(found))
