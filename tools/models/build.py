"""Makes the demonstration models: `python -m tools.models.build kk ru` (some minutes a language)."""

from __future__ import annotations

import argparse
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.models import corpus, description, folder, graph, lexicon, ngram, symbols
from tools.models.features import Example, example
from tools.models.grammar import LANGUAGES, vocabulary
from tools.models.kaldi import write_model
from tools.models.network import Affine, folded, train

SPOKEN, FOREIGN, QUIET = 5000, 2000, 1500
EPOCHS = 10
SEED = 20260101

# The cost of entering foreign speech, and how much likelier than its share in training it must be
# to be chosen: set where held-out sentences of the own language lose no word to it.
UNKNOWN_COST, UNKNOWN_BIAS = 6.0, 1.0
ACOUSTIC_SCALE = 0.85


@dataclass(frozen=True)
class Trained:
    """What training leaves: phones, pronunciations, folded layers, how common each output was."""

    phones: lexicon.Phones
    lexicon: lexicon.Lexicon
    layers: list[Affine]
    priors: NDArray[np.float32]


def _speech(language: str, seed: int) -> Example:
    return example(corpus.speech(language, seed))


def _foreign(language: str, seed: int) -> Example:
    return example(corpus.foreign(language, seed))


def _quiet(seed: int) -> Example:
    return example(corpus.quiet(seed))


def trained(language: str, threads: int) -> Trained:
    """Voice the corpus and train on it."""
    with Pool(2) as pool:
        spoken = pool.map(partial(_speech, language), range(SPOKEN), chunksize=50)
        foreign = pool.map(partial(_foreign, language), range(FOREIGN), chunksize=50)
        quiet = pool.map(_quiet, range(QUIET), chunksize=50)
    phones, words = lexicon.gather(spoken)
    missing = set(vocabulary(language)) - set(words)
    if missing:
        raise ValueError(f"never voiced: {sorted(missing)}")
    hours = sum(len(item.frames) for item in (*spoken, *foreign, *quiet)) / 360000
    print(f"{language}: {hours:.1f} h, {len(words)} words, {len(phones.names)} phones", flush=True)
    network, priors = train([*spoken, *foreign, *quiet], phones, epochs=EPOCHS, seed=SEED, threads=threads)
    return Trained(phones, words, folded(network), priors)


def write(language: str, result: Trained) -> None:
    """Write the model folder."""
    place = description.folder_of(language)
    folder.write_settings(place, ACOUSTIC_SCALE)
    table = graph.PhoneTable(result.phones)
    priors = result.priors.copy()
    priors[result.phones.pdf(symbols.OTHER, first=True)] *= np.exp(UNKNOWN_BIAS)
    write_model(place / "am" / "final.mdl", table, result.layers, priors)
    search = graph.build(ngram.estimate(language), result.lexicon, table, UNKNOWN_COST)
    folder.write_search(place, search, table)


def _kept(cache: Path | None, name: str, make: Callable[[], Trained]) -> Trained:
    """The result of `make`, or the one a folder kept from an earlier run."""
    path = cache / f"{name}.pickle" if cache else None
    if path and path.exists():
        found: Trained = pickle.loads(path.read_bytes())
        return found
    made = make()
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(made))
    return made


def main() -> None:
    """Train, write and measure the languages named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", nargs="+", choices=LANGUAGES)
    parser.add_argument("--cache", type=Path, help="keep what was trained here, and use it again")
    parser.add_argument("--threads", type=int, default=2, help="fewer leave a busy computer to others")
    parser.add_argument("--no-evaluation", action="store_true")
    options = parser.parse_args()
    for language in options.language:
        write(language, _kept(options.cache, language, partial(trained, language, options.threads)))
    if not options.no_evaluation:
        # Vosk stays out of the process that has loaded torch: both bring their own threads.
        command = [sys.executable, "-m", "tools.models.evaluate", "--write", *options.language]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
