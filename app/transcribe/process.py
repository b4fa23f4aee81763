"""The speech process: one line of set-up on its input, then JSON lines on its output until everything is text.

It reads files and writes to its output alone, at low priority. When its engine leaves (the input closes) it leaves
too; started again with what is known, it goes on where it was.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app import paths
from app.errors import Trouble
from app.i18n import Message, _
from app.transcribe import models
from app.transcribe.engine import Engine
from app.transcribe.follow import Follow
from app.transcribe.messages import (
    Setup,
    SpeechFinished,
    SpeechMessage,
    SpeechState,
    SpeechStateChanged,
    SpeechTrouble,
    encode,
)
from app.transcribe.models import InstalledModel
from app.transcribe.sound_file import SoundFile
from app.transcribe.transcriber import Transcriber
from app.transcribe.vosk_engine import VoskEngine

LANGUAGES = ("kk", "ru")

#: How often files are looked at (s), and how often the backlog is told (s).
_POLL_S, _TOLD_S = 0.1, 1.0


def main(arguments: Sequence[str] = ()) -> int:
    """Run as ``python -m app --process app.transcribe.process``; exit status 0 when all is text or the engine left."""
    _yield_to_others()
    line = sys.stdin.readline()
    if not line:
        return 0
    try:
        setup = Setup.model_validate_json(line)
    except ValueError as error:
        print(f"set-up not understood: {error}", file=sys.stderr)  # noqa: T201 - for the one who starts it by hand
        return 2
    threading.Thread(target=_leave_with_engine, name="engine-left", daemon=True).start()
    speaking = _Speaking(setup)
    try:
        return speaking.run()
    except Trouble as trouble:
        speaking.fail(trouble)
        return 0


def _yield_to_others() -> None:
    """Recording comes first."""
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        os.nice(10)


def _leave_with_engine() -> None:
    while sys.stdin.read(4096):
        pass
    os._exit(0)  # nothing is open but files that are read; libvosk's threads need no farewell


class _Speaking:
    """One life of the process."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._synthetic = setup.demonstration or setup.synthetic_speech
        self._note: Message | None = None
        self._told = 0.0
        self._last: SpeechStateChanged | None = None

    def run(self) -> int:
        engines = self._load()
        if not engines:
            self._say_why_nothing_comes()
            return 0
        follow: Follow | SoundFile
        if self._setup.file:
            follow = SoundFile(Path(self._setup.file), mixed=self._setup.mixed)
        else:
            follow = Follow(Path(self._setup.folder), live=self._setup.live)
        transcriber = Transcriber(
            engines, self._tell, hearing_language=self._setup.hearing_language, pinned=self._setup.pinned,
            known=self._setup.known, threads=max(2, (os.cpu_count() or 2) // 2),
        )  # fmt: skip
        self._state("running", now=True)
        over = False
        while not (over and transcriber.idle()):
            news = False
            if not over and transcriber.hungry():
                step = follow.step()
                transcriber.take(step, follow.opened)
                news, over = bool(step.pieces), step.over
            self._state("running", follow.unread_s() + transcriber.backlog_s())
            transcriber.tell_results(0.0 if news else _POLL_S)
        self._state("running", 0.0, now=True)
        transcriber.close()
        self._tell(SpeechFinished())
        return 0

    def fail(self, trouble: Trouble) -> None:
        """Say in a sentence why nothing comes."""
        self._note = trouble.happened
        self._tell(SpeechTrouble(trouble))
        self._state("failed", now=True)

    def _installed(self) -> list[InstalledModel]:
        """The models to use: those that were named, the demonstration's for synthetic speech, or the installed."""
        if self._setup.model_folders:
            found = [
                replace(models.describe(Path(folder)) or InstalledModel(Path(folder), language, Path(folder).name),
                        language=language)
                for folder, language in self._setup.model_folders
            ]  # fmt: skip
        elif self._synthetic:
            found = [model for language in LANGUAGES if (model := models.demonstration(language))]
        else:
            place = Path(self._setup.models) if self._setup.models else paths.models()
            found = []
            for language in LANGUAGES:
                try:
                    model = models.find(language, place)
                except Trouble as trouble:
                    self._tell(SpeechTrouble(trouble))
                    self._note = trouble.happened
                    continue
                if model is not None:
                    found.append(model)
            absent = tuple(language for language in LANGUAGES if language not in {model.language for model in found})
            if absent and self._note is None:
                self._note = models.missing(absent, place) if not found else models.partly(absent, place)
        for model in found:
            if model.name in self._setup.shun:
                self._note = _("The speech model {name} is broken and was left out.", name=model.name)
        permitted = [model for model in found if self._synthetic or not model.synthetic]
        return [model for model in permitted if model.name not in self._setup.shun]

    def _load(self) -> dict[str, Engine]:
        engines: dict[str, Engine] = {}
        for model in self._installed():
            self._state("loading", loading=model.name, now=True)
            try:
                engines[model.language] = VoskEngine(model)
            except Trouble as trouble:
                self._note = trouble.happened
                self._tell(SpeechTrouble(trouble))
        return engines

    def _say_why_nothing_comes(self) -> None:
        """No model is a lasting state and no crash: the exit status stays 0."""
        broken = bool(self._setup.shun) or (self._last is not None and self._last.state == "loading")
        note = self._note or models.missing(LANGUAGES)
        state: SpeechState = "failed" if broken else "no-model"
        self._note = note
        self._state(state, now=True)

    def _state(self, state: SpeechState, backlog_s: float = 0.0, *, loading: str = "", now: bool = False) -> None:
        """Tell the state when it changed, and the backlog once a second while it changes."""
        found = SpeechStateChanged(state, backlog_s, self._synthetic, self._note, loading)
        due = self._last is None or self._last.state != state or time.monotonic() - self._told >= _TOLD_S
        if now or (due and found != self._last):
            self._tell(found)
            self._last, self._told = found, time.monotonic()

    def _tell(self, message: SpeechMessage) -> None:
        try:
            sys.stdout.write(json.dumps(encode(message), ensure_ascii=False) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            os._exit(0)
