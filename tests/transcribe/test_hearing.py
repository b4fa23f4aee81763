"""The demonstration hearing and new ones: who said what, when, in which language."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr

from tests.transcribe.sittings import Device, Samples, Sitting, cues, demonstration
from tests.transcribe.speech import Line, Run, score, script, transcribe
from tools.models.grammar.sampler import sentences
from tools.speech.room import amplitude, at_level, delayed, noise, reverberate
from tools.speech.voice import say

pytestmark = pytest.mark.xdist_group("speech-hearing")


def two_devices(sound: dict[str, Samples]) -> list[Device]:
    """A 4-channel device in the room and the video link on another one."""
    room = {seat: samples for seat, samples in sound.items() if seat != "third_party"}
    return [Device("room", room), Device("line", {"third_party": sound["third_party"]})]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Run:
    sitting = Sitting(tmp_path_factory.mktemp("sitting"), two_devices(demonstration()))
    return transcribe(sitting.start().record().stop())


def test_the_hearing_becomes_text(heard: Run) -> None:
    found = score(script(cues()), heard.proposals)
    print(found)
    assert heard.finished
    assert found.wer <= 0.05
    assert found.seats == 1.0
    assert found.languages >= 0.98
    assert found.start <= 0.3
    assert found.spurious == 0


def test_every_line_is_one_utterance_of_one_seat(heard: Run) -> None:
    for cue in cues():
        own = [
            proposal.span
            for proposal in heard.proposals
            if proposal.seat == cue["speaker"]
            and proposal.span.first / proposal.span.rate < cue["end"]
            and proposal.span.last / proposal.span.rate > cue["at"]
        ]
        assert len(own) == 1, cue
        assert abs(own[0].first / own[0].rate - cue["at"]) < 0.3, cue
        assert -0.05 < own[0].last / own[0].rate - cue["end"] < 0.5, cue
    assert len(heard.proposals) == len(cues())


def test_every_word_has_its_place_and_its_machine(heard: Run) -> None:
    for proposal in heard.proposals:
        span = proposal.span
        assert proposal.id == f"u{span.run}-{span.source}-{span.channel}-{span.first}"
        assert proposal.reading.model.synthetic
        assert len(proposal.reading.model.hash) == 64
        for word in proposal.reading.words:
            assert 0 <= word.first <= word.last <= span.last - span.first
    words = [
        (word.text, (p.span.first + word.first) / p.span.rate) for p in heard.proposals for word in p.reading.words
    ]
    errors = []
    for cue in cues():
        for text, begin, _end in cue["words"]:
            near = [abs(at - begin) for word, at in words if word == text]
            errors.append(min(near, default=9.0))
    assert float(np.median(errors)) <= 0.05


def test_of_one_seat_it_comes_in_order(heard: Run) -> None:
    for seat in {proposal.seat for proposal in heard.proposals}:
        firsts = [p.span.first for p in heard.proposals if p.seat == seat]
        assert firsts == sorted(firsts)


def test_who_changes_seats_is_heard_at_the_other_seat(tmp_path: Path) -> None:
    """Text follows the sound, not the name of the seat; rates and widths of the devices differ as well."""
    places = dict(zip(demonstration(), np.roll(list(demonstration()), 2).tolist(), strict=True))
    moved = {places[seat]: samples[: 50 * 16000] for seat, samples in demonstration().items()}
    high = {seat: soxr.resample(samples, 16000, 44100).astype(np.float32) for seat, samples in moved.items()}
    first, *others = high
    devices = [
        Device("one", {seat: high[seat] for seat in others}, rate=44100, width=3),
        Device("two", {first: moved[first]}),
    ]
    run = transcribe(Sitting(tmp_path, devices).start().record().stop())
    lines = [line for line in script(cues(), places) if line.end < 50]
    found = score(lines, [p for p in run.proposals if p.span.last / p.span.rate < 50])
    print(found)
    assert found.seats == 1.0
    assert found.wer <= 0.05
    assert found.languages >= 0.98


def new_hearing(seed: int, count: int = 8) -> tuple[list[Line], dict[str, Samples]]:
    """Sentences that no model was trained on, said by four seats in turn, with bleed of 15 dB and noise."""
    random = np.random.default_rng(seed)
    people = {"a": ("kk", "f2"), "b": ("ru", "m3"), "c": ("ru", "f4"), "d": ("kk", "m1")}
    lines: list[Line] = []
    voiced = []
    now = 1.0
    for number in range(count):
        seat = "abcd"[(number * 3 + seed) % 4]
        language, variant = people[seat]
        utterance = say(sentences(language, count, seed)[number], language, variant, speed=170)
        words = utterance.words
        lines.append(Line(seat, language, now + words[0][1], now + words[-1][2], tuple(word for word, *_ in words)))
        voiced.append((seat, round(now * 16000), at_level(utterance.samples, -24)))
        now += words[-1][2] + 0.7
    length = round((now + 1) * 16000)
    dry = {seat: np.zeros(length, np.float32) for seat in people}
    for seat, start, samples in voiced:
        dry[seat][start : start + len(samples)] += samples[: length - start]
    mixed = {}
    for seat in people:
        mixed[seat] = dry[seat] + noise(length, -60, -5, random)
        for other in people:
            if other != seat:
                mixed[seat] = mixed[seat] + reverberate(delayed(dry[other], 0.008), 0.3, -10, random) * amplitude(-15)
    return lines, mixed


def test_sentences_that_were_never_said_before(tmp_path: Path) -> None:
    seed = int(np.random.default_rng().integers(1_000_000))
    lines, mixed = new_hearing(seed)
    run = transcribe(Sitting(tmp_path, [Device("desk", mixed)]).start().record().stop())
    found = score(lines, run.proposals)
    print(seed, found)
    assert found.seats == 1.0, seed
    assert found.languages == 1.0, seed
    assert found.wer <= 0.08, seed
    assert found.start <= 0.3, seed
    assert found.spurious == 0, seed


def test_a_seat_can_be_pinned_to_one_language(tmp_path: Path) -> None:
    sound = {seat: samples[25 * 16000 : 33 * 16000] for seat, samples in demonstration().items()}
    sitting = Sitting(tmp_path, two_devices(sound)).start().record().stop()
    run = transcribe(sitting, pinned={"respondent": "ru", "judge": "kk"})
    assert {(p.seat, p.reading.language) for p in run.proposals} <= {("respondent", "ru"), ("judge", "kk")}
    assert all(p.other is None for p in run.proposals)
    assert any(p.seat == "respondent" for p in run.proposals)
