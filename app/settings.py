"""Settings of this PC: one small JSON file, typed, every field with a sensible default."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app import files, paths
from app.errors import Trouble
from app.i18n import Language, _


class Settings(BaseModel):
    """What IT or the secretary chose once for this PC."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Language = "ru"
    second_folder: Path | None = None
    court_kk: str = ""
    court_ru: str = ""
    court_en: str = ""
    place_kk: str = ""
    place_ru: str = ""
    place_en: str = ""
    secretary: str = ""
    judge: str = ""
    secretary_key: Path | None = None
    judge_key: Path | None = None
    theme: str = "light"


def _file() -> Path:
    return paths.config() / "settings.json"


def load() -> Settings:
    """Read the settings; defaults where there are none. Trouble ``settings-broken`` names the field."""
    try:
        return Settings.model_validate_json(_file().read_bytes())
    except FileNotFoundError:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise Trouble(
            "settings-broken",
            _(
                "The settings file {path} has a mistake at {place}: {reason}.",
                path=str(_file()), place=".".join(map(str, first["loc"])) or "1", reason=first["msg"],
            ),
            safe=_("No recording is touched."),
            remedy=_("Correct the file or delete it: the defaults will be used."),
        ) from error  # fmt: skip


def save(settings: Settings) -> None:
    """Write the settings durably."""
    paths.config().mkdir(parents=True, exist_ok=True)
    files.replace(_file(), settings.model_dump_json(indent=2).encode())
