"""``khatshy demo``: the main job, end to end, on the demonstration hearing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from app.cli import console, protocol
from app.cli.display import has_display
from app.cli.waiting import finish_export, record_language
from app.errors import Trouble
from app.hearing.model import Course, Source
from app.i18n import _
from app.session import demonstration
from app.session.demonstration import Script, conduct
from app.session.engine import Engine
from app.session.scoring import Score, score

if TYPE_CHECKING:
    from app.session.virtual import PlayedRoom

TEXT_TIMEOUT_S = 600.0
#: A demonstration that is heard worse than this has failed.
WORST_WER = 0.05
STEPS = {
    "open": _("opening"),
    "record": _("recording"),
    "text": _("text after the end"),
    "documents": _("documents and package"),
}


def run(output: Path, *, language: str, fast: bool | None, microphones: bool, window: bool | None, json: bool) -> None:
    """Run the demonstration; exit status 0 only if the package was made, heard well and verified."""
    in_window = has_display() and not json if window is None else window
    # with nobody watching there is no reason to wait for the speed of speech
    is_fast = (not in_window and not microphones) if fast is None else fast
    if is_fast and microphones:
        raise Trouble(
            "fast-microphones",
            _("Microphones cannot be recorded faster than time passes."),
            remedy=_("Leave out --fast or --microphones."),
        )
    tongue = record_language(language)
    play = demonstration.script()
    root = output.resolve()
    steps: dict[str, float] = {}

    def job(engine: Engine, room: Any) -> dict[str, Any]:
        return _hold(engine, play, tongue, is_fast, room, steps)

    with _room(play) if microphones else nullcontext() as room:
        sources: tuple[Source, ...] = room.sources if room else demonstration.file_sources(play)
        with _timed(steps, "open"):
            folder = demonstration.open_sitting(play, sources, root, root / "second-folder")
            engine = Engine(folder, mirror_root=root / "second-folder")
        try:
            result = _in_window(engine, lambda: job(engine, room)) if in_window else job(engine, room)
        except BaseException:
            _end(engine)
            raise
        finally:
            engine.close()
    result["steps"] = {name: round(seconds, 2) for name, seconds in steps.items()}
    result["seconds"] = round(sum(steps.values()), 2)
    if json:
        console.give(result)
    else:
        _tell(result)
    if not result["verified"] or result["wer"] > WORST_WER:
        raise typer.Exit(1)


def _room(play: Script) -> AbstractContextManager[PlayedRoom]:
    # loaded only for --microphones: PulseAudio's library is not everywhere
    from app.session.virtual import virtual_room

    return virtual_room(play)


def _end(engine: Engine) -> None:
    """A demonstration that breaks off leaves no recorder behind."""
    if engine.hearing.now is not Course.NOT_STARTED and engine.hearing.now is not Course.STOPPED:
        engine.stop()


def _hold(
    engine: Engine, play: Script, language: Any, fast: bool, room: Any, steps: dict[str, float]
) -> dict[str, Any]:
    with console.progress(_("Recording the demonstration hearing")) as show, _timed(steps, "record"):
        conduct(
            engine,
            play,
            fast=fast,
            on_position=lambda seconds: show(seconds / play.seconds),
            stage_play=room.play if room else None,
        )
    with console.progress(_("Speech to text")) as show, _timed(steps, "text"):
        if not _text_ready(engine):
            speech = engine.status.speech
            raise Trouble("no-text", speech.message or _("The speech process did not finish in time."))
    with console.progress(_("Protocol, signatures, package")) as show, _timed(steps, "documents"):
        made = finish_export(engine, show, language=language)
    measured = score(engine.hearing, play.cues, play.holds, played=room is not None)
    return {
        "demonstration": True,
        "sitting": str(engine.folder),
        **made,
        "wer": measured.wer,
        "score": measured.__dict__,
        "seconds": 0.0,
    }


def _text_ready(engine: Engine) -> bool:
    return engine.wait_for_text(TEXT_TIMEOUT_S) and engine.status.speech.state not in ("no-model", "failed")


def _in_window(engine: Engine, job: Any) -> dict[str, Any]:
    """Show the window while ``job`` runs on a thread of its own; it closes by itself when all is done."""
    from app.ui.main import watch

    found: dict[str, Any] = {}
    failed: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            found.update(job())
        except BaseException as error:
            failed.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=work, name="demonstration", daemon=True)
    thread.start()
    watch(engine, done)
    thread.join()
    if failed:
        raise failed[0]
    return found


@contextmanager
def _timed(steps: dict[str, float], name: str) -> Iterator[None]:
    begin = time.monotonic()
    try:
        yield
    finally:
        steps[name] = time.monotonic() - begin


def _tell(result: dict[str, Any]) -> None:
    measured = Score(**result["score"])
    protocol.tell(result)
    console.row(_("Word errors"), f"{measured.wer:.1%}")
    console.row(_("Speakers right"), f"{measured.speakers_right:.1%}")
    console.row(_("Languages right"), f"{measured.languages_right:.1%}")
    for name, seconds in result["steps"].items():
        console.row(_("Time: {step}", step=STEPS[name]), f"{seconds:.1f} s")
    console.row(_("Time together"), f"{result['seconds']:.1f} s")
    console.say(_("The demonstration case and its persons are fictional; the voices are synthetic."))
