"""The demonstration hearing: a fictional case that goes through the real recorder, speech process and documents.

Its sound and script are in resources/demo/. It is conducted like a real hearing: the recording is started, stages and
marks are entered when their moment comes, there is one break, the recording is stopped.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app import clock, resources
from app.clock import SystemClock
from app.errors import Trouble
from app.hearing.model import Case, Course, Participant, Source, Track, Wording
from app.i18n import _
from app.session import sittings
from app.session.engine import Engine
from app.session.status import Status

#: How long the break of the demonstration lasts on the clock of whoever watches it (s).
BREAK_S = 1.5
#: How long it lasts on the clock of a hearing that is recorded as fast as possible (s).
BREAK_FAST_S = 420.0
#: A recording that does not grow for so long is given up (s).
STALLED_S = 30.0
_POLL_S = 0.05


@dataclass(frozen=True)
class Script:
    """The hearing as written and voiced: times of the cues are seconds from the beginning of its sound files."""

    case: Case
    secretary: Wording
    participants: tuple[Participant, ...]
    cues: tuple[dict[str, Any], ...]
    holds: tuple[float, ...]
    seconds: float
    folder: Path

    @property
    def seats(self) -> tuple[str, ...]:
        """Seats that have a sound file."""
        return tuple(person.seat for person in self.participants if (self.folder / f"{person.seat}.flac").exists())

    def words(self) -> list[dict[str, Any]]:
        """The cues that are spoken."""
        return [cue for cue in self.cues if "speaker" in cue]


def script(folder: Path | None = None) -> Script:
    """Read the demonstration that ships with the program."""
    folder = folder or resources.folder("demo")
    written = json.loads((folder / "script.json").read_bytes())
    voiced = json.loads((folder / "cues.json").read_bytes())
    people = [{k: v for k, v in person.items() if k != "voice"} for person in written["participants"]]
    return Script(
        case=Case.model_validate(written["case"]),
        secretary=Wording.model_validate(written["secretary"]),
        participants=tuple(Participant.model_validate(person) for person in people),
        cues=tuple(voiced["cues"]),
        holds=tuple(voiced["holds"]),
        seconds=float(voiced["seconds"]),
        folder=folder,
    )


def file_sources(play: Script) -> tuple[Source, ...]:
    """A sound file for each seat and the clip for the camera."""
    seats = [
        Source(name=seat, kind="file", device=str(play.folder / f"{seat}.flac"), tracks=(Track(channel=0, seat=seat),))
        for seat in play.seats
    ]
    clip = play.folder / "camera.mp4"
    return (*seats, Source(name="camera", kind="file", device=str(clip))) if clip.exists() else tuple(seats)


def open_sitting(play: Script, sources: Sequence[Source], data: Path, mirror_root: Path | None) -> Path:
    """Make the sitting's folder; its first event says that it is a demonstration."""
    return sittings.create(
        play.case, secretary=play.secretary, participants=play.participants, sources=sources, demonstration=True,
        data=data, mirror_root=mirror_root,
    )  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """A part of the script between two breaks, seconds of its sound files."""

    begin: float
    end: float


def conduct(
    engine: Engine,
    play: Script,
    *,
    fast: bool = False,
    on_position: Callable[[float], None] = lambda _seconds: None,
    stage_play: Callable[[Stretch], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Hold the hearing; returns when its recording is stopped.

    ``stage_play(stretch)`` plays a stretch into microphones and returns when it has been played; without it the
    sources are the sound files themselves. Trouble ``demonstration-stalled`` if the recorder stops moving.
    """
    engine.start(
        fast=fast, holds=play.holds if stage_play is None else (), loop_video=True,
        start_utc=clock.stamp(_fast_start(play)) if fast else "",
    )  # fmt: skip
    begin = 0.0
    for end in (*play.holds, play.seconds):
        if begin:
            engine.pause()
            if fast:
                engine.resume(after_s=BREAK_FAST_S)
            else:
                time.sleep(BREAK_S)  # the length of the break is part of the play, nothing is waited for
                engine.resume()
        stretch = Stretch(begin, end)
        if stage_play is None:
            phase = "ended" if end == play.seconds else "holding"
            _attend(engine, play, stretch, lambda phase=phase: _all(engine.status, phase), on_position, cancelled)  # type: ignore[misc]
        else:
            with ThreadPoolExecutor(1, "stage-play") as stage:
                playing = stage.submit(stage_play, stretch)
                _attend(engine, play, stretch, playing.done, on_position, cancelled)
                playing.result()
        if cancelled():
            return  # whoever cancelled decides what becomes of the recording
        begin = end
    engine.stop()


def _fast_start(play: Script) -> datetime:
    """When a hearing that is recorded as fast as possible must have begun to end about now."""
    return SystemClock().utc() - timedelta(seconds=play.seconds + BREAK_FAST_S * len(play.holds))


def _attend(
    engine: Engine,
    play: Script,
    stretch: Stretch,
    ended: Callable[[], bool],
    on_position: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> None:
    """Enter stages and marks when their moment comes, until the stretch has ended."""
    origin = clock.moment(engine.hearing.course[-1].begin)
    due = deque(cue for cue in play.cues if "speaker" not in cue and stretch.begin <= cue["at"] < stretch.end)
    position, moved = -1.0, time.monotonic()
    while not cancelled():
        over = ended()
        seconds = engine.status.elapsed_s
        while due and (over or due[0]["at"] <= seconds):
            cue = due.popleft()
            _enter(engine, cue, clock.stamp(origin + timedelta(seconds=cue["at"] - stretch.begin)))
        if over:
            return
        if seconds != position:
            position, moved = seconds, time.monotonic()
            on_position(position)
        if time.monotonic() - moved > STALLED_S:
            raise Trouble(
                "demonstration-stalled",
                _("The demonstration stands still at {seconds} s.", seconds=round(position, 1)),
                remedy=_("Run khatshy doctor; the log file says more."),
            )
        time.sleep(_POLL_S)


def _enter(engine: Engine, cue: dict[str, Any], at: str) -> None:
    if "stage" in cue:
        engine.enter_stage(cue["stage"], at)
    elif "mark" in cue:
        engine.mark(cue["mark"], Wording.model_validate(cue["text"]), at=at)
    elif "note" in cue:
        engine.mark("note", Wording.model_validate(cue["note"]), at=at)


def _all(status: Status, phase: str) -> bool:
    sounds = [source for source in status.sources if source.levels]
    return status.course is Course.RECORDING and bool(sounds) and all(source.phase == phase for source in sounds)
