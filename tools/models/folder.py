"""Lays out a model folder as Vosk expects it."""

from __future__ import annotations

from pathlib import Path

from tools.models.features import DIMENSION, HIGH_HERTZ, LOW_HERTZ, SUBSAMPLING
from tools.models.graph import Graph, PhoneTable
from tools.models.kaldi import write_graph

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
