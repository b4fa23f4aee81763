"""The main job, as a person starts it: `khatshy demo`, real processes from the first frame to the verified package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.library import projection

KHATSHY = [sys.executable, "-m", "app"]


def khatshy(*arguments: str, home: Path, timeout: float = 200) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "KHATSHY_DATA": str(home / "data"),
        "KHATSHY_CONFIG": str(home / "config"),
        "KHATSHY_LOGS": str(home / "logs"),
        "KHATSHY_RUNTIME": str(home / "run"),
        "KHATSHY_LANGUAGE": "en",
        "PYTHONUTF8": "1",
    }
    return subprocess.run(
        [*KHATSHY, *arguments], capture_output=True, text=True, env=environment, timeout=timeout, check=False
    )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One demonstration in a folder with spaces and Kazakh letters, shared by the tests of this file."""
    home = tmp_path_factory.mktemp("Сот залы №1 ә")
    done = khatshy("demo", "--fast", "--json", "--output", str(home / "out"), home=home)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    found["home"] = str(home)
    return found


@pytest.mark.xdist_group("whole-line")
class TestDemonstration:
    def test_everything_promised_is_there(self, demo: dict[str, Any]) -> None:
        for key in ("protocol_pdf", "transcript", "package", "zip"):
            assert Path(demo[key]).exists(), key
        assert demo["verified"] is True
        assert demo["seconds"] > 0
        assert len(demo["recordings"]) >= 5

    def test_the_machine_heard_it(self, demo: dict[str, Any]) -> None:
        assert demo["wer"] <= 0.05
        assert demo["score"]["start_error_s"] <= 0.3
        assert demo["score"]["speakers_right"] == 1.0
        assert demo["score"]["languages_right"] >= 0.98

    def test_both_signatures_are_accepted_by_poppler(self, demo: dict[str, Any]) -> None:
        said = subprocess.run(["pdfsig", demo["protocol_pdf"]], capture_output=True, text=True, check=False).stdout
        assert said.count("Signature is Valid") == 2, said
        transcript = subprocess.run(["pdfsig", demo["transcript"]], capture_output=True, text=True, check=False).stdout
        assert transcript.count("Signature is Valid") == 1

    def test_the_protocol_can_be_searched_in_kazakh_and_says_that_it_is_a_demonstration(
        self, demo: dict[str, Any]
    ) -> None:
        text = subprocess.run(
            ["pdftotext", demo["protocol_pdf"], "-"], capture_output=True, text=True, check=True
        ).stdout
        assert "ҚЫСҚАША ХАТТАМАСЫ" in text
        assert "7585-26-00-2/101" in text

    def test_the_recordings_are_bit_for_bit_the_hearing(self, demo: dict[str, Any]) -> None:
        import numpy as np
        import soundfile

        from app import resources

        judge = sorted(Path(path) for path in demo["recordings"] if path.endswith("judge.flac"))
        recorded = np.concatenate([soundfile.read(path, dtype="int16")[0] for path in judge])
        original, _rate = soundfile.read(resources.folder("demo") / "judge.flac", dtype="int16")
        assert np.array_equal(recorded, original)

    def test_the_second_folder_holds_the_same(self, demo: dict[str, Any]) -> None:
        first = Path(demo["sitting"])
        second = Path(demo["home"]) / "out" / "second-folder" / Path(*first.parts[-3:])
        names = [path.relative_to(first) for path in first.rglob("*.wav")]
        assert names
        for name in (*names, Path("events.jsonl"), Path("capture.jsonl")):
            assert (second / name).read_bytes() == (first / name).read_bytes(), name

    def test_hearing_db_deleted_and_made_again_is_the_same(self, demo: dict[str, Any]) -> None:
        database = Path(demo["sitting"]) / projection.NAME
        before = projection.dump(database)
        database.unlink()
        assert projection.dump(projection.rebuild(Path(demo["sitting"]))) == before
        assert dict(before)["utterances"]

    def test_verify_finds_the_package_whole_and_names_what_is_changed(
        self, demo: dict[str, Any], tmp_path: Path
    ) -> None:
        home = Path(demo["home"])
        assert khatshy("verify", demo["package"], home=home).returncode in (0, 3)
        copy = tmp_path / "package"
        shutil.copytree(demo["package"], copy)
        victim = next(path for path in sorted(copy.rglob("*.flac")))
        content = bytearray(victim.read_bytes())
        content[len(content) // 2] ^= 1
        victim.write_bytes(content)
        said = khatshy("verify", str(copy), home=home)
        assert said.returncode == 1
        assert victim.name in said.stdout

    def test_a_second_protocol_in_the_same_language_leaves_the_signed_one_alone(
        self, demo: dict[str, Any], tmp_path: Path
    ) -> None:
        sitting = tmp_path / "sitting"
        shutil.copytree(demo["sitting"], sitting)
        before = (sitting / "output" / Path(demo["protocol_pdf"]).name).read_bytes()
        said = khatshy("protocol", str(sitting), "--language", "kk", "--json", home=tmp_path)
        assert said.returncode == 0, said.stdout + said.stderr
        made = json.loads(said.stdout)
        assert made["verified"] is True
        assert Path(made["protocol_pdf"]).name == "protocol-kk-2.pdf"
        assert (sitting / "output" / "protocol-kk.pdf").read_bytes() == before

    def test_a_zip_that_reaches_outside_is_refused(self, demo: dict[str, Any], tmp_path: Path) -> None:
        evil = tmp_path / "evil.zip"
        with zipfile.ZipFile(evil, "w") as archive:
            archive.writestr("../outside.txt", "x")
        said = khatshy("verify", str(evil), home=Path(demo["home"]))
        assert said.returncode != 0
        assert "Traceback" not in said.stdout + said.stderr
        assert not (tmp_path.parent / "outside.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["record", "--case", "1", "--source", "judge=No Such Device:1"], "khatshy devices"),
        (["record", "--case", "1", "--source", "judge"], "judge"),
        (["record", "--case", "1", "--source", "judge=file:/nowhere/x.flac"], "x.flac"),
        (["verify", "/nowhere/package.zip"], "/nowhere/package.zip"),
        (["protocol", "/nowhere"], "/nowhere"),
        (["transcribe", "/nowhere/x.wav"], "x.wav"),
        (["demo", "--language", "fr"], "fr"),
    ],
)
def test_wrong_input_gets_a_sentence_and_a_status(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    said = khatshy(*arguments, home=tmp_path)
    assert said.returncode not in (0, 70)
    assert sentence in said.stderr + said.stdout
    assert "Traceback" not in said.stderr + said.stdout


def test_every_command_explains_itself(tmp_path: Path) -> None:
    for command in ("demo", "record", "transcribe", "protocol", "verify", "devices", "doctor"):
        said = khatshy(command, "--help", home=tmp_path)
        assert said.returncode == 0
        assert "Usage" in said.stdout
