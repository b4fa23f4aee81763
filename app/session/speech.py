"""The engine's side of the speech process: what it proposes becomes events; its state becomes a line of the status."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from app.hearing import events as ev
from app.hearing.model import Hearing, Utterance
from app.session.changes import Change, PartialHeard, TroubleArose
from app.session.status import SpeechStatus
from app.transcribe.client import SpeechClient
from app.transcribe.messages import (
    PartialText,
    Proposed,
    SpeechFinished,
    SpeechMessage,
    SpeechStateChanged,
    SpeechTrouble,
)

ACTOR = "speech recognition"


class Speech:
    """Starts the speech process when there is something to hear and passes on what it says."""

    def __init__(
        self,
        folder: Path,
        synthetic_speech: bool,
        on_event: Callable[[ev.Event, str], None],
        on_change: Callable[[Change], None],
    ) -> None:
        self._folder = folder
        self._synthetic_speech = synthetic_speech
        self._on_event = on_event
        self._on_change = on_change
        self._client: SpeechClient | None = None
        self._status = SpeechStatus()
        self._finished = threading.Event()

    def follow(self, hearing: Hearing) -> None:
        """Read the recording, from where the record's text ends."""
        if hearing.case is None or (self._client is not None and not self._finished.is_set()):
            return
        if self._client is not None:
            self._client.close()  # it had finished, and the recording went on
        self._finished.clear()
        ends: dict[tuple[int, str, int], int] = {}
        for utterance in hearing.utterances.values():
            span = utterance.span
            track = (span.run, span.source, span.channel)
            ends[track] = max(ends.get(track, 0), span.last)
        self._client = SpeechClient(
            self._folder,
            demonstration=hearing.demonstration,
            hearing_language=hearing.case.language,
            pinned={},
            known=[(*track, last) for track, last in ends.items()],
            synthetic_speech=self._synthetic_speech,
            on_message=self._on_message,
        )

    def _on_message(self, message: SpeechMessage) -> None:
        match message:
            case Proposed():
                utterance = Utterance.model_validate(message.proposal.model_dump())
                self._on_event(ev.UtteranceProposed(utterance=utterance), ACTOR)
            case PartialText():
                self._on_change(PartialHeard(message.seat, message.language, message.text))
            case SpeechStateChanged():
                self._status = SpeechStatus(
                    state=message.state, backlog_s=message.backlog_s, synthetic=message.synthetic,
                    message=message.message,
                )  # fmt: skip
                if message.state in ("no-model", "failed"):
                    self._finished.set()
            case SpeechFinished():
                self._finished.set()
            case SpeechTrouble():
                self._on_change(TroubleArose(message.trouble))
            case _:
                pass

    def status(self) -> SpeechStatus:
        """State and backlog at the last word of the process."""
        return self._status

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything recorded is text (or cannot become text)."""
        return self._client is not None and self._finished.wait(timeout_s)

    def close(self) -> None:
        """Let the speech process leave; what it had not said it will say to the next engine."""
        if self._client:
            self._client.close()
