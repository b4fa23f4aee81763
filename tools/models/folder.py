"""Lays out a model folder as Vosk expects it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tools.models.features import DIMENSION, HIGH_HERTZ, LOW_HERTZ, SUBSAMPLING
from tools.models.graph import Graph, PhoneTable
from tools.models.kaldi import write_graph
from tools.models.lexicon import UNKNOWN

RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "models"

_MFCC = f"""\
--use-energy=false
--sample-frequency=16000
--num-mel-bins={DIMENSION}
--num-ceps={DIMENSION}
--low-freq={LOW_HERTZ}
--high-freq={HIGH_HERTZ}
--dither=0
--allow-upsample=true
--allow-downsample=true
"""

_DECODER = f"""\
--min-active=200
--max-active=3000
--beam=13.0
--lattice-beam=6.0
--acoustic-scale={{scale}}
--frame-subsampling-factor={SUBSAMPLING}
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=1.0
--endpoint.rule4.min-trailing-silence=2.0
"""

# How to tell which language was spoken: decode with every model, and take the one whose own words,
# weighted by their length and confidence, fill the greater part of what it heard.
CONFIDENCE = {
    "measure": "sum(duration * conf of own words) / sum(duration of all words, unknown_word too)",
    "choose": "greatest",
}


def of(language: str) -> Path:
    """Where the demonstration model of a language lives."""
    return RESOURCES / f"demo-{language}"


def write_settings(folder: Path, scale: float) -> None:
    """Write conf/: features and decoder."""
    (folder / "conf").mkdir(parents=True, exist_ok=True)
    (folder / "am").mkdir(exist_ok=True)
    (folder / "conf" / "mfcc.conf").write_text(_MFCC)
    (folder / "conf" / "model.conf").write_text(_DECODER.format(scale=scale))


def write_search(folder: Path, graph: Graph, table: PhoneTable) -> None:
    """Write graph/: the decoding graph, its words and the places of phones in words."""
    (folder / "graph" / "phones").mkdir(parents=True, exist_ok=True)
    write_graph(folder / "graph" / "HCLG.fst", graph)
    words = "".join(f"{word} {number}\n" for number, word in enumerate(graph.words))
    (folder / "graph" / "words.txt").write_text(words, encoding="utf-8")
    kinds = "".join(f"{number} {kind}\n" for number, kind in table.kinds)
    (folder / "graph" / "phones" / "word_boundary.int").write_text(kinds)


def write_description(language: str, figures: dict[str, Any]) -> None:
    """Write khatshy.json: what the model is, and what was measured."""
    description = {
        "language": language,
        "name": f"demo-{language}",
        "version": "1",
        "label": "synthetic-speech demonstration model",
        "synthetic": True,
        "sample_rate": 16000,
        "unknown_word": UNKNOWN,
        "confidence": CONFIDENCE,
        "figures": figures,
    }
    text = json.dumps(description, ensure_ascii=False, indent=1)
    (of(language) / "khatshy.json").write_text(text + "\n", encoding="utf-8")
