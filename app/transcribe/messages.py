"""What the speech process says, one JSON object a line, and the frozen values that its client makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from app.errors import Trouble
from app.i18n import Message
from app.transcribe.proposal import Proposal
from app.values import Frozen

SpeechState = Literal["loading", "running", "failed", "no-model"]


class Done(Frozen):
    """Everything before frame ``frame`` of a track is text."""

    run: int
    source: str
    channel: int
    frame: int


class Setup(Frozen):
    """What the speech process is told to do; the one line on its standard input.

    ``demonstration`` is what the sitting's first event says; ``synthetic_speech`` the tests' explicit permission for
    the demonstration models. ``live`` waits for the recorder's stop, otherwise the present end of the files counts.
    ``models`` is the folder in which to look for models, ``model_folders`` are the very models to use, with their
    languages; ``shun``
    names those over which a former process died. ``file`` is a sound file to hear in the place of the sitting.
    """

    folder: str = ""
    file: str = ""
    mixed: bool = False
    demonstration: bool = False
    synthetic_speech: bool = False
    hearing_language: str = "kk"
    pinned: dict[str, str] = {}
    known: tuple[Done, ...] = ()
    models: str = ""
    model_folders: tuple[tuple[str, str], ...] = ()
    live: bool = True
    shun: tuple[str, ...] = ()


@dataclass(frozen=True)
class SpeechStateChanged:
    """The process loads, runs, failed, or has no model; ``backlog_s`` seconds of sound are not yet text.

    ``loading`` is the name of the model that is being loaded just now.
    """

    state: SpeechState
    backlog_s: float = 0.0
    synthetic: bool = False
    message: Message | None = None
    loading: str = ""


@dataclass(frozen=True)
class PartialText:
    """Text of the utterance that goes on at a seat; empty when it ended."""

    seat: str
    language: str
    text: str


@dataclass(frozen=True)
class Proposed:
    """A finished utterance; of one track they come in order."""

    proposal: Proposal


@dataclass(frozen=True)
class TrackDone:
    """A track is text up to a frame; what to start from after a crash."""

    done: Done


@dataclass(frozen=True)
class SpeechTrouble:
    """Something to show as a sentence."""

    trouble: Trouble


@dataclass(frozen=True)
class SpeechFinished:
    """The recording was stopped and everything is text."""


SpeechMessage = SpeechStateChanged | PartialText | Proposed | TrackDone | SpeechTrouble | SpeechFinished


def encode(message: SpeechMessage) -> dict[str, Any]:
    """As plain JSON."""
    match message:
        case SpeechStateChanged():
            return {
                "type": "state", "state": message.state, "backlog_s": round(message.backlog_s, 2),
                "synthetic": message.synthetic, "loading": message.loading,
                "message": message.message.to_json() if message.message else None,
            }  # fmt: skip
        case PartialText():
            return {"type": "partial", "seat": message.seat, "language": message.language, "text": message.text}
        case Proposed():
            return {"type": "proposal", **message.proposal.model_dump(mode="json")}
        case TrackDone():
            return {"type": "done", **message.done.model_dump(mode="json")}
        case SpeechTrouble():
            return {"type": "trouble", **message.trouble.to_json()}
        case SpeechFinished():
            return {"type": "finished"}


def decode(raw: dict[str, Any]) -> SpeechMessage:
    """The reverse of :func:`encode`; ValueError or KeyError for anything else."""
    fields = {key: value for key, value in raw.items() if key != "type"}
    match raw["type"]:
        case "state":
            said = Message.from_json(fields["message"]) if fields["message"] else None
            return SpeechStateChanged(
                fields["state"], fields["backlog_s"], fields["synthetic"], said, fields.get("loading", "")
            )
        case "partial":
            return PartialText(**fields)
        case "proposal":
            return Proposed(Proposal.model_validate(fields))
        case "done":
            return TrackDone(Done.model_validate(fields))
        case "trouble":
            return SpeechTrouble(Trouble.from_json(fields))
        case "finished":
            return SpeechFinished()
    raise ValueError(f"unknown message {raw['type']!r}")
