"""``khatshy record``: a sitting recorded from the command line, so that IT can test a courtroom without the window."""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from rich.live import Live
from rich.text import Text

from app import settings
from app.capture.plan import SourcePlan, merge_sources, parse_source
from app.cli import console
from app.cli.waiting import record_language
from app.errors import Trouble
from app.hearing.model import Case, Participant, Source, Track, Wording
from app.i18n import _
from app.media.recording import Recording
from app.session import sittings
from app.session.engine import Engine
from app.session.status import Status

_ROLES = {"judge": "presiding_judge"}


def run(
    case: str,
    source: Sequence[str],
    *,
    data: Path | None,
    second: Path | None,
    duration: float | None,
    fast: bool,
    language: str,
    json: bool,
) -> None:
    """Record; the sitting's folder is printed at the end, with what was written."""
    if not case.strip():
        raise Trouble("case-empty", _("A case number is needed."), remedy=_("Give it with --case."))
    if duration is not None and not (math.isfinite(duration) and duration > 0):
        raise Trouble("duration-wrong", _("The duration must be a number of seconds above zero."))
    plans = merge_sources([parse_source(text) for text in source])
    chosen = settings.load()
    folder = sittings.create(
        Case(number=case, language=record_language(language)),
        secretary=Wording.same(chosen.secretary),
        participants=[_person(track.seat) for plan in plans for track in plan.tracks],
        sources=[_source(plan) for plan in plans],
        data=data,
        mirror_root=second,
    )
    engine = Engine(folder, mirror_root=second)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopping.set())
    try:
        _start(engine, fast, second)
        if not json:
            console.say(_("Recording case {number}. Ctrl-C ends it.", number=case))
        _watch(engine, stopping, duration, quiet=json)
        status = engine.status
        engine.stop()
        engine.wait_for_text(0.5 if status.speech.state == "no-model" else 60.0)
    finally:
        engine.close()
    written = _written(Recording(folder))
    if json:
        console.give(
            {
                "sitting": str(folder), "case": case, "seconds": round(status.elapsed_s, 2), "sources": written,
                "utterances": len(engine.hearing.utterances),
            }
        )  # fmt: skip
        return
    console.row(_("Sitting"), folder)
    for name, seconds in written.items():
        console.row(name, f"{seconds:.1f} s")
    console.row(_("Utterances"), len(engine.hearing.utterances))
    if engine.status.speech.message:
        console.say(engine.status.speech.message)


def _start(engine: Engine, fast: bool, second: Path | None) -> None:
    try:
        engine.start(fast=fast)
    except Trouble:
        engine.close()
        sittings.discard(engine.folder, second)
        raise


def _written(recording: Recording) -> dict[str, float]:
    """Seconds on disk by source, cameras included."""
    found: dict[str, float] = {}
    for segment in recording.segments:
        found[segment.source] = found.get(segment.source, 0.0) + (segment.last - segment.first) / segment.rate
    for video in recording.videos:
        found[video.source] = found.get(video.source, 0.0) + video.seconds
    return {name: round(seconds, 2) for name, seconds in found.items()}


def _person(seat: str) -> Participant:
    """Who sits there, as far as the seat's name tells: the role, and nobody's name."""
    return Participant(id=seat, role=_ROLES.get(seat, seat), name=Wording(), seat=seat)


def _source(plan: SourcePlan) -> Source:
    return Source(
        name=plan.name,
        kind="file" if plan.kind == "video-file" else plan.kind,
        device=plan.device,
        tracks=tuple(Track(channel=track.channel, seat=track.seat) for track in plan.tracks),
    )


def _watch(engine: Engine, stopping: threading.Event, duration: float | None, *, quiet: bool) -> None:
    """Show levels until Ctrl-C, the duration, or the end of all files."""
    begin = time.monotonic()
    with Live(console=console.people, refresh_per_second=8, transient=True, auto_refresh=not quiet) as live:
        while not stopping.wait(0.1):
            status = engine.status
            if not quiet:
                live.update(_line(status))
            if duration is not None and status.elapsed_s >= duration:
                return
            if duration is not None and time.monotonic() - begin > duration + 30:
                raise Trouble("not-growing", _("The recording does not grow."), remedy=_("Run khatshy doctor."))
            sounds = [row for row in status.sources if row.levels]
            if sounds and all(row.phase == "ended" for row in sounds):
                return


def _line(status: Status) -> Text:
    levels = "  ".join(f"{level.seat} {level.rms:5.0f} dBFS" for row in status.sources for level in row.levels)
    hours, rest = divmod(int(status.elapsed_s), 3600)
    return Text(f"● {hours:02}:{rest // 60:02}:{rest % 60:02}  {levels}")
