"""Vosk behind the port: one model shared by many recognisers; libvosk frees the GIL while it works."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import vosk

from app.errors import Trouble
from app.i18n import _
from app.transcribe.engine import RATE, Heard, Recogniser
from app.transcribe.models import InstalledModel, fingerprint, validate
from app.transcribe.proposal import Model

vosk.SetLogLevel(-1)


class VoskEngine:
    """A loaded Vosk model."""

    def __init__(self, installed: InstalledModel, *, hashed: bool = True) -> None:
        """Check the folder, then load it: Trouble ``model-broken`` where the check or libvosk refuses it.

        ``hashed`` reads all files once more for the model's SHA-256, which every reading carries.
        """
        validate(installed.folder)
        try:
            self._model = vosk.Model(str(installed.folder))
        except Exception as error:  # vosk raises a bare Exception
            raise Trouble(
                "model-broken",
                _("The speech model {name} cannot be loaded.", name=installed.name),
                safe=_("The recording is not affected."),
                remedy=_("Copy the model into the models folder again; what was recorded becomes text later."),
            ) from error
        self.language = installed.language
        self.calibration: Mapping[str, Any] = installed.confidence
        self._unknown = installed.unknown_word
        self.model = Model(
            name=installed.name,
            version=installed.version,
            hash=fingerprint(installed.folder) if hashed else "",
            synthetic=installed.synthetic,
        )

    def recogniser(self) -> Recogniser:
        """A new recogniser of this model."""
        return VoskRecogniser(self._model, self._unknown)


class VoskRecogniser:
    """One decoder. Its times count from its creation and go on over :meth:`finish`, so the start is subtracted."""

    def __init__(self, model: Any, unknown_word: str) -> None:
        self._decoder = vosk.KaldiRecognizer(model, RATE)
        self._decoder.SetWords(True)
        self._unknown = unknown_word
        self._start = 0
        self._accepted = 0
        self._words: list[Heard] = []

    def accept(self, pcm: bytes) -> None:
        """Hear on; where libvosk finds an end inside the utterance its words are kept."""
        self._accepted += len(pcm) // 2
        if self._decoder.AcceptWaveform(pcm):
            self._take(self._decoder.Result())

    def partial(self) -> str:
        """Text so far, finished parts included."""
        running = json.loads(self._decoder.PartialResult()).get("partial", "")
        words = [word.text for word in self._words if not word.unknown]
        words += [word for word in running.split() if word != self._unknown]
        return " ".join(words)

    def finish(self) -> list[Heard]:
        """All words of this utterance; the next :meth:`accept` begins another."""
        self._take(self._decoder.FinalResult())
        words, self._words = self._words, []
        self._start += self._accepted
        self._accepted = 0
        return words

    def _take(self, result: str) -> None:
        offset = self._start / RATE
        for entry in json.loads(result).get("result", []):
            self._words.append(
                Heard(
                    entry["word"],
                    max(0.0, entry["start"] - offset),
                    max(0.0, entry["end"] - offset),
                    min(1.0, max(0.0, entry["conf"])),
                    entry["word"] == self._unknown,
                )
            )
