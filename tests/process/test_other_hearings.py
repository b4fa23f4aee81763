"""Hearings that nobody rehearsed: new sentences, people on other seats, and the demonstration through microphones."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app import resources
from app.session import demonstration
from app.session.demonstration import Script, conduct
from app.session.engine import Engine
from app.session.scoring import Score, score
from tools.demo import sound
from tools.demo.script import Script as WrittenScript
from tools.demo.script import Seat
from tools.demo.staging import stage
from tools.models.grammar.sampler import sentences

Figure = Callable[[str, object], None]
TRIAL = bool(os.environ.get("KHATSHY_TRIAL"))


@pytest.fixture(autouse=True)
def private_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "CONFIG", "LOGS", "RUNTIME", "MODELS"):
        monkeypatch.setenv(f"KHATSHY_{name}", str(tmp_path / name.lower()))


def held(play: Script, folder: Path) -> Score:
    """Record the hearing from its sound files, wait for the text, compare."""
    sitting = demonstration.open_sitting(play, demonstration.file_sources(play), folder, None)
    engine = Engine(sitting)
    try:
        conduct(engine, play, fast=True)
        assert engine.wait_for_text(150)
        return score(engine.hearing, play.cues, play.holds)
    finally:
        engine.close()


def keep(figure: Figure, found: Score) -> None:
    figure("word error rate, %", round(100 * found.wer, 2))
    figure("error of a turn's beginning, median, s", found.start_error_s)
    figure("speakers wrong, %", round(100 - 100 * found.speakers_right, 1))
    figure("languages wrong, %", round(100 - 100 * found.languages_right, 1))


def new_hearing(folder: Path, seed: int, lines: int) -> Script:
    """A hearing of sentences drawn now, spoken in turn by people with voices of their own, as the demonstration is."""
    play = demonstration.script()
    chance = random.Random(seed)
    variants = ("f2", "m3", "f4", "m1", "m7")
    voices = [
        Seat(person.seat, variant, 170 + 5 * number, 42 + 3 * number, person.presence == "remote")
        for number, (person, variant) in enumerate(zip(play.participants, variants, strict=True))
    ]
    texts = {tongue: sentences(tongue, lines, seed) for tongue in ("kk", "ru")}
    written: list[dict[str, Any]] = []
    for number in range(lines):
        tongue = chance.choice(("kk", "ru"))
        speaker = chance.choice(voices).name
        written.append({"speaker": speaker, "language": tongue, "text": texts[tongue][number], "pause": 0.9})
    script = WrittenScript({seat.name: seat for seat in voices}, written)
    staging = stage(script)
    folder.mkdir()
    sound.write(sound.mix(script, staging), folder)
    return replace(play, cues=tuple(staging.cues), holds=(), seconds=staging.seconds, folder=folder)


@pytest.mark.parametrize("seed", range(10 if TRIAL else 2))
def test_sentences_made_now_are_understood(tmp_path: Path, seed: int, figure: Figure) -> None:
    play = new_hearing(tmp_path / "speech", 1000 + seed, 40 if TRIAL else 16)
    found = held(play, tmp_path)
    keep(figure, found)
    assert found.wer <= 0.05, found
    assert found.start_error_s <= 0.3, found
    assert found.speakers_right >= 0.95, found
    assert found.languages_right >= 0.95, found


def test_people_on_other_seats_are_still_themselves(tmp_path: Path) -> None:
    """Everybody sits one seat further: text and speaker must follow the sound, not the seat."""
    play = demonstration.script()
    seats = [person.seat for person in play.participants]
    moved = dict(zip(seats, [*seats[1:], seats[0]], strict=True))
    folder = tmp_path / "moved"
    folder.mkdir()
    for seat in seats:
        shutil.copy(play.folder / f"{seat}.flac", folder / f"{moved[seat]}.flac")
    people = tuple(person.model_copy(update={"seat": moved[person.seat]}) for person in play.participants)
    found = held(replace(play, participants=people, folder=folder), tmp_path)
    assert found.wer <= 0.05, found
    assert found.speakers_right == 1.0, found


def test_the_hearing_played_into_microphones(tmp_path: Path, figure: Figure) -> None:
    """Real time through PulseAudio and PortAudio, the camera as a stream; all of it in the trial."""
    from app.session.virtual import virtual_room

    play = demonstration.script()
    if not TRIAL:
        until = next(cue["at"] for cue in play.cues if cue["at"] > 26 and "speaker" in cue) - 0.3
        play = replace(play, seconds=until, holds=(), cues=tuple(c for c in play.cues if c.get("end", c["at"]) < until))
    with virtual_room(play) as room:
        sitting = demonstration.open_sitting(play, room.sources, tmp_path, tmp_path / "second")
        engine = Engine(sitting, mirror_root=tmp_path / "second")
        try:
            conduct(engine, play, stage_play=room.play)
            assert engine.wait_for_text(60)
            found = score(engine.hearing, play.cues, play.holds, played=True)
        finally:
            engine.close()
    keep(figure, found)
    assert found.wer <= 0.05, found
    assert found.start_error_s <= 0.3, found
    assert found.speakers_right == 1.0, found
    assert found.languages_right >= 0.98, found
    assert list(sitting.rglob("*.mkv")), "the camera was recorded"


def test_the_shipped_script_and_cues_belong_together() -> None:
    folder = resources.folder("demo")
    written = [line["text"] for line in json.loads((folder / "script.json").read_bytes())["lines"] if "speaker" in line]
    voiced = [cue["text"] for cue in json.loads((folder / "cues.json").read_bytes())["cues"] if "speaker" in cue]
    assert written == voiced
