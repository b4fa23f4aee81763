"""The wheel carries its resources and works outside of the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_wheel_runs_in_any_folder_with_its_own_resources(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    [wheel] = (tmp_path / "dist").glob("*.whl")
    place = tmp_path / "орнатылған бағдарлама"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    environment = os.environ | {"PYTHONPATH": str(place), "KHATSHY_LOGS": str(tmp_path / "logs"), "PYTHONUTF8": "1"}

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        ).stdout

    assert str(place) in run("-c", "import app; print(app.__file__)")
    assert "_resources" in run("-c", "from app import resources; print(resources.root())")
    speech = place / "app" / "_resources" / "demo" / "third_party.flac"
    said = json.loads(run("-m", "app", "transcribe", str(speech), "--synthetic-speech", "--json", "-o", str(tmp_path)))
    assert said["files"][0]["utterances"]
