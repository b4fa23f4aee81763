"""Where the models live, and khatshy.json: what a model is, and what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.models.symbols import UNKNOWN

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "models"

# How to tell which language was spoken: decode with every model, and take the one whose own words,
# weighted by their length and confidence, fill the greater part of what it heard.
CONFIDENCE = {
    "unknown_word": UNKNOWN,
    "measure": "sum(duration * conf of own words) / sum(duration of all words, unknown_word too)",
    "choose": "greatest",
}


def folder_of(language: str) -> Path:
    """Where the demonstration model of a language lives."""
    return FOLDER / f"demo-{language}"


def write(language: str, figures: dict[str, Any]) -> None:
    """Write khatshy.json into the model's folder."""
    description = {
        "language": language,
        "name": f"demo-{language}",
        "version": "1",
        "label": "synthetic-speech demonstration model",
        "synthetic": True,
        "sample_rate": 16000,
        "confidence": CONFIDENCE,
        "figures": figures,
    }
    text = json.dumps(description, ensure_ascii=False, indent=1)
    (folder_of(language) / "khatshy.json").write_text(text + "\n", encoding="utf-8")
