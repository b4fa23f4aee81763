"""Sound files into text, and text into the formats that other programs read."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from app.errors import Trouble
from app.transcribe import models, subtitles
from app.transcribe.files import transcribe_file
from app.transcribe.proposal import Proposal
from tests.transcribe.sittings import demonstration
from tests.transcribe.speech import installed


@pytest.fixture(autouse=True)
def own_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHATSHY_LOGS", str(tmp_path / "logs"))


def synthetic() -> list[models.InstalledModel]:
    return models.choose("auto", synthetic_speech=True)


@pytest.fixture(scope="module")
def stereo() -> np.ndarray:
    sound = demonstration()
    return np.stack([sound[seat][22 * 16000 : 33 * 16000] for seat in ("claimant", "respondent")], axis=1)


def test_each_channel_is_a_seat(stereo: np.ndarray, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "Сот залы.flac", stereo, 16000)
    steps: list[float] = []
    found = transcribe_file(tmp_path / "Сот залы.flac", synthetic(), steps.append)
    assert steps[-1] == 1.0
    assert {(p.seat, p.reading.language) for p in found} >= {("channel 1", "kk"), ("channel 2", "ru")}
    assert found == subtitles.in_time(found)
    assert found[0].reading.text == "иә құрметті сот мен осындамын"
    assert found[0].span.first / found[0].span.rate == pytest.approx(0.73, abs=0.3)


def test_compressed_sound_of_a_video_file_mixed_into_one_seat(stereo: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "call.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(stereo.T), format="fltp", layout="stereo")
        frame.sample_rate = 16000
        for packet in [p for f in av.AudioResampler("fltp", "stereo", 48000).resample(frame) for p in stream.encode(f)]:
            container.mux(packet)
        container.mux(stream.encode(None))
    found = transcribe_file(path, synthetic(), mixed=True)
    assert {p.seat for p in found} == {"channel 1"}
    assert "осындамын" in " ".join(p.reading.text for p in found)


def test_what_is_no_sound_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to hear")
    with pytest.raises(Trouble) as raised:
        transcribe_file(tmp_path / "notes.txt", synthetic())
    assert raised.value.code == "file-unreadable"
    with pytest.raises(Trouble) as raised:
        transcribe_file(tmp_path / "nowhere.wav", synthetic())
    assert raised.value.code == "file-unreadable"


def test_without_a_model_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as raised:
        models.choose("auto", place=tmp_path)
    assert raised.value.code == "no-model"
    assert len(models.choose("auto", place=installed(tmp_path, "kk", "ru"))) == 2


def proposal(first: int, seat: str, *words: str, synthetic: bool = False) -> Proposal:
    return Proposal.model_validate({
        "id": f"u1-f-0-{first}", "seat": seat,
        "span": {"run": 1, "source": "f", "channel": 0, "first": first, "last": first + 8000 * len(words),
                 "rate": 16000, "begin": ""},
        "reading": {
            "language": "kk", "confidence": 0.9, "model": {"name": "m", "synthetic": synthetic},
            "words": [
                {"text": word, "first": 8000 * n, "last": 8000 * n + 7000, "confidence": 0.9}
                for n, word in enumerate(words)
            ],
        },
    })  # fmt: skip


def test_formats() -> None:
    said = [proposal(160_000, "channel 2", "иә"), proposal(16_000, "<judge>", "сот", "отырысы", "ашық")]
    assert subtitles.txt(said) == "[00:00:01] <judge>: сот отырысы ашық\n[00:00:10] channel 2: иә\n"
    assert subtitles.vtt(said) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.438\n<v &lt;judge&gt;>сот отырысы ашық\n\n"
        "00:00:10.000 --> 00:00:10.500\n<v channel 2>иә\n"
    )
    assert subtitles.srt(said).startswith("1\n00:00:01,000 --> 00:00:02,438\n<judge>: сот отырысы ашық\n\n2\n")
    whole = json.loads(subtitles.json_text(said))
    assert [Proposal.model_validate(raw) for raw in whole["utterances"]] == said[::-1]
    assert not whole["synthetic"]
    assert "demonstration" in subtitles.vtt([proposal(0, "a", "иә", synthetic=True)])
    long = subtitles.vtt([proposal(0, "a", *["отырысы"] * 40)])
    assert all(len(line) < 100 for line in long.splitlines())
