"""The transcript beside the recording says when, who and that a machine made it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from app.hearing import record
from app.media.recording import Recording
from app.media.timeline import Timeline
from app.protocol import subtitles
from tests.protocol.package.hearings import Packed, held, spoken


def test_captions_stand_where_the_words_are_heard_in_the_listening_copy(demonstration: Packed) -> None:
    text = (demonstration.package.folder / "data/transcript/transcript.vtt").read_text(encoding="utf-8")

    assert text.startswith("WEBVTT\n\nNOTE\n")
    assert "танымайды" in text.split("-->")[0]  # the machine's mark stands before the first caption
    times = re.findall(r"^(\S+) --> ", text, flags=re.MULTILINE)
    assert [time[:10] for time in times] == ["00:00:02.0", "00:00:08.5", "00:00:14.0"]  # 21 s of the world
    assert "<v Төрағалық етуші Қ. Шартты>сот отырысы ашық" in text


def test_words_and_names_cannot_break_out_of_a_caption(demonstration: Packed) -> None:
    text = (demonstration.package.folder / "data/transcript/transcript.vtt").read_text(encoding="utf-8")

    assert "<v Куә Б. &lt;Болжам&gt; &amp; Co>" in text
    assert "көрдім --&gt; &lt;b&gt;анық" in text
    assert len(re.findall("-->", text)) == 3


def test_json_holds_every_word_and_what_a_person_made_of_it(demonstration: Packed) -> None:
    found = json.loads((demonstration.package.folder / "data/transcript/transcript.json").read_bytes())

    assert (found["machine_made"], found["synthetic"], found["demonstration"]) == (True, True, True)
    assert "синтетикалық" in found["notice"]
    first, _second, third = found["utterances"]
    assert (first["seat"], first["participant"], first["edited"]) == ("judge", "p1", False)
    assert [word["text"] for word in first["machine"]["words"]] == ["сот", "отырысы", "ашық", "деп", "жарияланады"]
    assert abs(first["machine"]["words"][1]["begin"] - 2.333) < 0.01
    assert third["edited"]
    assert third["text"] == "Сот отырысы жалғасады."
    assert third["machine"]["text"] == "сот отырысы жалғасады"
    assert abs(third["begin"] - 14.0) < 0.01


def test_long_speech_is_cut_into_captions_that_fit_a_screen(tmp_path: Path) -> None:
    sitting = held(tmp_path)
    book = record.Record(sitting)
    book.append(spoken("claimant", 20, " ".join(["жауапкердің"] * 30)), actor="x")
    book.close()
    hearing, _reading = record.load(sitting)

    text = subtitles.vtt(hearing, Timeline(Recording(sitting)), "kk")

    captions = [line.split(">", 1)[1] for line in text.splitlines() if line.startswith("<v claimant")]
    assert len(captions) == 5
    assert max(map(len, captions)) <= subtitles.LETTERS
    assert " ".join(captions).split() == ["жауапкердің"] * 30


def test_text_without_its_recording_still_has_a_place(tmp_path: Path) -> None:
    sitting = held(tmp_path)
    book = record.Record(sitting)
    book.append(spoken("claimant", 5, "сөз", run=7), actor="x")
    book.close()
    hearing, _reading = record.load(sitting)

    found = subtitles.transcript(hearing, Timeline(Recording(sitting)), "ru")

    (lost,) = [row for row in found["utterances"] if row["span"]["run"] == 7]
    assert abs(lost["begin"] - 5) < 0.01
