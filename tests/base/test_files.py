"""Names and replacements that cannot hurt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import files
from app.errors import Trouble


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("7585-26-00-2/101", "7585-26-00-2_101"),
        ("2а-1234/24", "2а-1234_24"),
        ("../../etc/passwd", "etc_passwd"),
        ('«Іс» "№5" \\ :*?', "Іс_5"),
        ("nul", "_nul"),
        ("", "_"),
        ("...", "_"),
    ],
)
def test_a_case_number_of_any_kind_becomes_a_harmless_name(text: str, name: str) -> None:
    assert files.safe_name(text) == name


@given(st.text(max_size=300))
def test_no_text_leaves_its_folder(text: str) -> None:
    name = files.safe_name(text)
    assert name
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name.encode()) < 200


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    files.replace(path, b"one")
    files.replace(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a.json"]


def test_a_folder_under_a_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Trouble) as refused:
        files.make_folder(tmp_path / "file" / "inside")
    assert refused.value.code == "folder-refused"
