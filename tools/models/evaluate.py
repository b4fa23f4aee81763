"""Measures the demonstration models: `python -m tools.models.evaluate [--write] kk ru`."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from tools.models import description, trials
from tools.models.decoding import Decoder, confidence, text
from tools.models.grammar import LANGUAGES
from tools.models.measures import Tally, errors
from tools.models.trials import Trial

_SENTENCES, _SHUFFLED, _CHOICES = 60, 60, 150


def speech_figures(language: str, decoder: Decoder) -> dict[str, Any]:
    """WER and word times under every condition, on random word strings, and seat by seat."""
    found: dict[str, Any] = {}
    for condition in trials.CONDITIONS:
        tally = Tally()
        for trial in trials.unseen(language, condition, _SENTENCES):
            tally.add(trial.words, decoder.decode(trial.samples))
        found[condition] = tally.figures()
    tally = Tally()
    for trial in trials.shuffled(language, _SHUFFLED):
        tally.add(trial.words, decoder.decode(trial.samples))
    found["shuffled words"] = tally.figures()
    seats: dict[str, Tally] = {}
    for trial in trials.demonstration():
        if trial.language == language:
            heard = decoder.decode(trial.samples)
            seats.setdefault(trial.seat, Tally()).add(trial.words, heard)
            said = [word for word, _, _ in trial.words]
            if errors(said, text(heard)):
                print(f"  {trial.seat}: {' '.join(said)}\n    -> {[w.word for w in heard]}")
    for seat, tally in seats.items():
        found[f"demonstration: {seat}"] = tally.figures()
    return found


def invented(decoder: Decoder) -> dict[str, list[str]]:
    """Words heard where nobody speaks."""
    found = {}
    for name, samples in trials.silences():
        heard = [word.word for word in decoder.decode(samples)]
        if heard:
            found[name] = heard
    return found


def choices(decoders: dict[str, Decoder]) -> dict[str, Any]:
    """How surely the mean confidence of both models tells which language was spoken."""
    kinds: dict[str, list[Trial]] = {
        "sentences": [t for name in LANGUAGES for t in trials.unseen(name, "clean", _CHOICES)],
        "noisy sentences": [t for name in LANGUAGES for t in trials.unseen(name, "pink 10 dB", _CHOICES // 2)],
        "shuffled words": [t for name in LANGUAGES for t in trials.shuffled(name, _CHOICES // 2)],
        "demonstration": list(trials.demonstration()),
    }
    found: dict[str, Any] = {}
    for kind, spoken in kinds.items():
        right, own, foreign = 0, [], []
        for trial in spoken:
            heard = {name: decoder.decode(trial.samples) for name, decoder in decoders.items()}
            sure = {name: confidence(words) for name, words in heard.items()}
            rest = max(value for name, value in sure.items() if name != trial.language)
            right += sure[trial.language] > rest
            own.append(sure[trial.language])
            foreign.append(rest)
            if sure[trial.language] <= rest:
                print(f"  wrong choice: {[w for w, _, _ in trial.words]} {sure}")
                print("   ", {n: [(w.word, w.confidence) for w in h] for n, h in heard.items()})
        found[kind] = {
            "utterances": len(spoken),
            "right_percent": round(100.0 * right / len(spoken), 2),
            "own_confidence_p5": round(float(np.percentile(own, 5)), 3),
            "foreign_confidence_p95": round(float(np.percentile(foreign, 95)), 3),
        }
    return found


def main() -> None:
    """Measure, print a table, and write the figures into each model's khatshy.json if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", nargs="*", default=list(LANGUAGES))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    present = [name for name in LANGUAGES if (description.folder_of(name) / "am" / "final.mdl").exists()]
    decoders = {name: Decoder(description.folder_of(name)) for name in present}
    choice = choices(decoders) if len(decoders) == len(LANGUAGES) else {}
    for language in options.language:
        speech = speech_figures(language, decoders[language])
        nothing = invented(decoders[language])
        print(f"\n{language:32}{'words':>6} {'WER %':>6} {'start ms':>9} {'p95':>6} {'conf':>6}")
        for name, row in speech.items():
            print(
                f"  {name:30}{row['words']:6} {row['wer_percent']:6} "
                f"{row.get('start_ms_median', '-'):>9} {row.get('start_ms_p95', '-'):>6} "
                f"{row.get('confidence_mean', '-'):>6}"
            )
        print(f"  words from what is not speech: {nothing or 'none'}")
        figures = {"speech": speech, "not_speech": nothing, "language_choice": choice}
        if options.write:
            description.write(language, figures)
    for kind, row in choice.items():
        print(f"choice of language, {kind}: {row}")


if __name__ == "__main__":
    main()
