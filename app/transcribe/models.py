"""The speech models of this PC: which there are, for which language, and whether libvosk may be trusted with them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app import files, paths, resources
from app.errors import Trouble
from app.i18n import Message, _
from app.transcribe.structure import validate

__all__ = [
    "DESCRIPTION",
    "InstalledModel",
    "demonstration",
    "describe",
    "find",
    "fingerprint",
    "missing",
    "partly",
    "validate",
]

#: Beside a model, optional: language, name, version, confidence, unknown_word.
DESCRIPTION = "khatshy.json"

_LANGUAGE_OF_NAME = {"kk": "kk", "kz": "kk", "ru": "ru"}
_NAME = re.compile(r"^vosk-model-(?:small-|big-)?([a-z]{2})(?:-|$)|^(kk|kz|ru)$")


@dataclass(frozen=True)
class InstalledModel:
    """A model folder and what is known of it; ``confidence`` holds calibration (app/transcribe/language.py)."""

    folder: Path
    language: str
    name: str
    version: str = ""
    synthetic: bool = False
    unknown_word: str = "[unk]"
    confidence: dict[str, Any] = field(default_factory=dict)


def describe(folder: Path) -> InstalledModel | None:
    """What a folder says of itself: by its khatshy.json, else by its name; None where its language is unknown.

    Trouble ``model-broken`` if the description cannot be read.
    """
    about: dict[str, Any] = {}
    described = folder / DESCRIPTION
    if described.is_file():
        try:
            about = json.loads(described.read_text(encoding="utf-8"))
            if not isinstance(about, dict):
                raise ValueError("not an object")
        except (OSError, ValueError) as error:
            raise Trouble(
                "model-broken",
                _("The speech model {name} is broken: {file} cannot be read.", name=folder.name, file=DESCRIPTION),
                safe=_("The recording is not affected."),
                remedy=_("Copy the model into the models folder again; what was recorded becomes text later."),
            ) from error
    named = _NAME.match(folder.name.lower())
    short = (named[1] or named[2]) if named else ""
    language = about.get("language") or _LANGUAGE_OF_NAME.get(short, short)
    if not language:
        return None
    version = re.search(r"-(\d+(?:\.\d+)+)$", folder.name)
    calibration = about["confidence"] if isinstance(about.get("confidence"), dict) else {}
    return InstalledModel(
        folder,
        str(language),
        str(about.get("name") or folder.name),
        str(about.get("version") or (version[1] if version else "")),
        bool(about.get("synthetic", False)),
        str(about.get("unknown_word") or calibration.get("unknown_word") or "[unk]"),
        calibration,
    )


def find(language: str, folder: Path | None = None) -> InstalledModel | None:
    """The installed model of a language, None if there is none; a folder laid into the models folder is enough.

    The largest version wins among several, a big model over a small one. Demonstration models are never found here.
    Trouble ``model-unnamed`` if the only thing there is a model whose language nobody can tell.
    """
    place = folder or paths.models()
    unnamed: list[Path] = []
    found: list[InstalledModel] = []
    for child in _folders(place):
        model = describe(child)
        if model is None:
            unnamed.append(child)
        elif model.language == language and not model.synthetic:
            found.append(model)
    if not found and unnamed:
        raise _unnamed(unnamed[0])
    found.sort(key=lambda model: ("small" not in model.name, [int(part) for part in re.findall(r"\d+", model.version)]))
    return found[-1] if found else None


def _folders(place: Path) -> list[Path]:
    """What lies in the models folder and is, or was meant to be, a model; also one folder deeper, as some unpack."""
    found = []
    for child in sorted(place.iterdir()) if place.is_dir() else ():
        if not child.is_dir() or child.name.startswith("."):
            continue
        inner = [below for below in child.iterdir() if below.is_dir()]
        if len(inner) == 1 and (inner[0] / "am").is_dir():
            found.append(inner[0])
        elif (child / "am").is_dir() or (child / DESCRIPTION).is_file() or _NAME.match(child.name.lower()):
            found.append(child)
    return found


def demonstration(language: str) -> InstalledModel | None:
    """The model that ships for the demonstration: it understands our synthetic speech and nobody else's."""
    folder = resources.folder("models") / f"demo-{language}"
    if not (folder / "am").is_dir():
        return None
    described = describe(folder) or InstalledModel(folder, language, folder.name)
    return replace(described, language=language, synthetic=True)


def choose(
    language: str, *, folders: Sequence[Path] = (), synthetic_speech: bool = False, place: Path | None = None
) -> list[InstalledModel]:
    """The models for a language («auto»: Kazakh and Russian), one a language, from what is installed.

    ``folders`` are used in their place; ``synthetic_speech`` says that the sound is our own synthetic speech, for
    which the demonstration models may be used. Trouble ``no-model``, ``model-unnamed``, ``model-synthetic``,
    ``model-broken``, ``folder-missing``.
    """
    wanted = ("kk", "ru") if language == "auto" else (language,)
    if folders:
        return [_chosen(folder, language, synthetic_speech) for folder in folders]
    if synthetic_speech:
        found = [demonstration(each) for each in wanted]
    else:
        found = [find(each, place) for each in wanted]
    chosen = [model for model in found if model is not None]
    if not chosen:
        raise Trouble("no-model", missing(wanted, place))
    return chosen


def _chosen(folder: Path, language: str, synthetic_speech: bool) -> InstalledModel:
    if not folder.is_dir():
        raise Trouble("folder-missing", _("There is no folder {path}.", path=str(folder)))
    validate(folder)
    model = describe(folder)
    if model is None and language != "auto":
        model = InstalledModel(folder, language, folder.name)
    if model is None:
        raise _unnamed(folder)
    if model.synthetic and not synthetic_speech:
        raise Trouble(
            "model-synthetic",
            _("{name} understands only the synthetic speech of the demonstration; of human speech it makes words "
              "that nobody said.", name=model.name),
            remedy=_("Install a real model."),
        )  # fmt: skip
    return model


def _unnamed(folder: Path) -> Trouble:
    return Trouble(
        "model-unnamed",
        _("It is not known which language the speech model {name} understands.", name=folder.name),
        safe=_("The recording is not affected."),
        remedy=_('Rename the folder to vosk-model-kz-… or vosk-model-ru-…, or lay a file khatshy.json with '
                 '{example} into it.', example='{"language": "kk"}'),
    )  # fmt: skip


def missing(languages: tuple[str, ...], place: Path | None = None) -> Message:
    """What to install, and where, so that ``languages`` become text."""
    names = {"kk": "vosk-model-small-kz-0.42", "ru": "vosk-model-small-ru-0.22"}
    wanted = ", ".join(names.get(language, f"vosk-model-{language}") for language in languages)
    return _(
        "No speech model is installed, so there is no text; the recording is complete. Unpack {names} into {place}.",
        names=wanted, place=str(place or paths.models()),
    )  # fmt: skip


def partly(languages: tuple[str, ...], place: Path | None = None) -> Message:
    """What to install beside the model that is there."""
    names = {"kk": _("Kazakh"), "ru": _("Russian")}
    return _(
        "There is no speech model for {language}: such speech is taken for the other language. "
        "Unpack a model into {place}.",
        language=names.get(languages[0], languages[0]), place=str(place or paths.models()),
    )  # fmt: skip


def fingerprint(folder: Path) -> str:
    """SHA-256 over the sorted names and SHA-256 of all files of a model; reads the whole model."""
    total = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(f"{files.sha256(file)}  {file.relative_to(folder).as_posix()}\n".encode())
    return total.hexdigest()
