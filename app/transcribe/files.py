"""Sound and video files into text: the same speech process as for a sitting, with a file in the place of its folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from app.errors import Trouble
from app.transcribe.client import SpeechClient
from app.transcribe.messages import Proposed, SpeechMessage, SpeechStateChanged, SpeechTrouble
from app.transcribe.models import InstalledModel
from app.transcribe.proposal import Proposal
from app.transcribe.subtitles import in_time


def transcribe_file(
    path: Path,
    models: Sequence[InstalledModel],
    progress: Callable[[float], None] | None = None,
    *,
    mixed: bool = False,
    hearing_language: Literal["kk", "ru"] = "kk",
) -> list[Proposal]:
    """What is said in a file, in order; with several models the language is chosen utterance by utterance.

    ``models`` come from :func:`app.transcribe.models.choose`. Each channel is a seat, «channel 1» …, unless ``mixed``.
    ``progress`` is told the part that is done (0…1). Trouble ``file-unreadable``, ``model-broken``, ``speech-failed``.
    A file has no clock: ``span.begin`` is empty, frames count from its beginning.
    """
    proposals: list[Proposal] = []
    troubles: list[Trouble] = []
    total = 0.0

    def on_message(message: SpeechMessage) -> None:
        nonlocal total
        match message:
            case Proposed():
                span = message.proposal.span.model_copy(update={"begin": ""})
                proposals.append(message.proposal.model_copy(update={"span": span}))
            case SpeechTrouble():
                troubles.append(message.trouble)
            case SpeechStateChanged(state="running") if progress is not None:
                total = max(total, message.backlog_s)
                if total > 0:
                    progress(1.0 - message.backlog_s / total)
            case _:
                pass

    client = SpeechClient.for_file(path, models, mixed=mixed, hearing_language=hearing_language, on_message=on_message)
    try:
        client.wait()
    finally:
        client.close()
    if troubles:
        raise troubles[0]
    if progress is not None:
        progress(1.0)
    return in_time(proposals)
