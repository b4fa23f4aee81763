"""The engine's end of the speech process: starts it, listens to it, starts it again where it stopped."""

from __future__ import annotations

import contextlib
import json
import logging
import subprocess
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal

from app import paths, processes
from app.errors import Trouble
from app.i18n import _
from app.transcribe.messages import (
    Done,
    Proposed,
    Setup,
    SpeechFinished,
    SpeechMessage,
    SpeechStateChanged,
    SpeechTrouble,
    TrackDone,
    decode,
)
from app.transcribe.models import InstalledModel

__all__ = ["Known", "SpeechClient"]

_logger = logging.getLogger(__name__)

#: (run, source, channel, last frame) that is text already.
Known = tuple[int, str, int, int]

_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)
_LONGEST_LOG = 1 << 20

#: After so many crashes without a single result between them it is given up.
MOST_CRASHES = 3
#: So long (s) a process may take to leave when it is not listened to any more.
_LEAVE_S = 5.0


class SpeechClient:
    """Runs the speech process for one sitting until :meth:`close`, or until everything is text.

    ``on_message`` is called on a thread of the client's own, one message at a time, in order.
    If it raises, the process is ended, "failed" is the last message, and nothing more comes.
    """

    def __init__(
        self,
        folder: Path,
        *,
        demonstration: bool,
        hearing_language: Literal["kk", "ru"],
        pinned: Mapping[str, str] | None = None,
        known: Sequence[Known] = (),
        on_message: Callable[[SpeechMessage], None],
        synthetic_speech: bool = False,
        models: Path | None = None,
        live: bool = True,
    ) -> None:
        """``demonstration`` as the sitting's first event says; ``synthetic_speech`` only for the tests' own speech.

        ``known`` is not transcribed again; ``live=False`` takes the present end of the files for the end.
        """
        setup = Setup(
            folder=str(folder), demonstration=demonstration, synthetic_speech=synthetic_speech,
            hearing_language=hearing_language, pinned=dict(pinned or {}), models=str(models or ""), live=live,
        )  # fmt: skip
        self._begin(setup, known, on_message)

    @classmethod
    def for_file(
        cls,
        path: Path,
        models: Sequence[InstalledModel],
        *,
        mixed: bool,
        hearing_language: Literal["kk", "ru"],
        on_message: Callable[[SpeechMessage], None],
    ) -> SpeechClient:
        """The same for one sound file, with these very models; synthetic ones were permitted where they were chosen."""
        setup = Setup(
            file=str(path), mixed=mixed, hearing_language=hearing_language,
            synthetic_speech=any(model.synthetic for model in models),
            model_folders=tuple((str(model.folder), model.language) for model in models),
        )  # fmt: skip
        client = cls.__new__(cls)
        client._begin(setup, (), on_message)
        return client

    def _begin(self, setup: Setup, known: Sequence[Known], on_message: Callable[[SpeechMessage], None]) -> None:
        self._setup = setup
        self._done: dict[tuple[int, str, int], int] = {}
        for run, source, channel, frame in known:
            self._done[run, source, channel] = max(frame, self._done.get((run, source, channel), 0))
        self._on_message = on_message
        self._shun: list[str] = []
        self._loading = ""
        self._crashes = 0
        self._finished = False
        self._closing = False
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._start()
        self._thread = threading.Thread(target=self._follow, name="speech-client", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process that runs just now."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until everything is text, or nothing more will come; False if that took longer than ``timeout`` s."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def close(self) -> None:
        """End the process, whatever it does; what is not text stays for the next time."""
        with self._turn:
            self._closing = True
            process = self._process
        if process is not None and process.poll() is None:
            process.kill()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _start(self) -> None:
        known = tuple(Done(run=r, source=s, channel=c, frame=frame) for (r, s, c), frame in self._done.items())
        setup = self._setup.model_copy(update={"known": known, "shun": tuple(self._shun)})
        with self._turn:
            if self._closing:
                return
            with _log() as log:
                self._process = subprocess.Popen(
                    processes.command("app.transcribe.process"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=log, env=processes.environment(), encoding="utf-8", bufsize=1, creationflags=_NO_WINDOW,
                )  # fmt: skip
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(setup.model_dump_json() + "\n")
            self._process.stdin.flush()
        except OSError:
            pass  # it died at once; the reader sees its end

    def _follow(self) -> None:
        """Hear one process after the other, as long as somebody takes what it says."""
        try:
            self._hear_all()
        except Exception as error:
            # without its words: a hearing's may be among them
            where = "".join(traceback.format_tb(error.__traceback__))
            _logger.error("speech is not taken any more: %s\n%s", type(error).__name__, where)
            self._finished = True
            self._leave()
            if self._closing:
                return
            try:
                self._on_message(SpeechStateChanged("failed"))
            except Exception as again:
                _logger.error("nor is its end: %s", type(again).__name__)

    def _leave(self) -> None:
        """Let the process go: it leaves when its input ends."""
        process = self._process
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        try:
            process.wait(_LEAVE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _hear_all(self) -> None:
        while True:
            process = self._process
            assert process is not None
            assert process.stdout is not None
            assert process.stdin is not None
            for line in process.stdout:
                self._hear(line)
            process.stdout.close()
            try:
                process.stdin.close()
            except OSError:
                pass
            status = process.wait()
            if self._closing or self._finished or status == 0:
                return
            self._crashes += 1
            if self._loading:
                self._shun.append(self._loading)
                self._loading = ""
            if self._crashes > MOST_CRASHES:
                self._give_up()
                return
            self._start()
            if self._closing:
                return

    def _hear(self, line: str) -> None:
        try:
            message = decode(json.loads(line))
        except (ValueError, KeyError, TypeError):
            return  # the last line of a process that was killed may be cut off
        match message:
            case Proposed():
                span = message.proposal.span
                self._note(span.run, span.source, span.channel, span.last)
            case TrackDone():
                done = message.done
                self._note(done.run, done.source, done.channel, done.frame)
            case SpeechStateChanged():
                self._loading = message.loading
            case SpeechFinished():
                self._finished = True
            case _:
                pass
        if not self._closing:
            self._on_message(message)

    def _note(self, run: int, source: str, channel: int, frame: int) -> None:
        self._crashes = 0
        self._done[run, source, channel] = max(frame, self._done.get((run, source, channel), 0))

    def _give_up(self) -> None:
        trouble = Trouble(
            "speech-failed",
            _("Speech recognition stopped several times and was switched off."),
            safe=_("The recording goes on and is complete."),
            remedy=_("Make the text later from the recording; IT finds the reason in speech.log."),
        )
        self._on_message(SpeechTrouble(trouble))
        self._on_message(SpeechStateChanged("failed", message=trouble.happened))


def _log() -> IO[bytes]:
    """Where libvosk's complaints and our tracebacks go; no word of a hearing is among them."""
    paths.logs().mkdir(parents=True, exist_ok=True)
    path = paths.logs() / "speech.log"
    full = path.exists() and path.stat().st_size > _LONGEST_LOG
    return open(path, "wb" if full else "ab")
