"""From the plan to open sources: a source that cannot be opened stops the start, before anything is written."""

from __future__ import annotations

from app.capture.history import History
from app.capture.plan import SOUND, Plan, SourcePlan
from app.capture.sound_file import SoundFile
from app.capture.source import AudioSource, Format
from app.clock import Clock
from app.errors import Trouble
from app.files import safe_name
from app.i18n import _

Opened = list[tuple[SourcePlan, AudioSource, Format]]


def check(plan: Plan) -> None:
    """Trouble for a plan that cannot be carried out, whatever the devices are."""
    if not plan.sources:
        raise Trouble(
            "no-source",
            _("No microphone, camera or file is chosen."),
            remedy=_("Choose at least one source, then start again."),
        )
    if plan.fast and (live := [source.name for source in plan.sources if source.kind not in ("file", "video-file")]):
        raise Trouble(
            "plan-mixed",
            _("“{source}” is a device: only files can be read faster than they sound.", source=live[0]),
            remedy=_("Leave out --fast."),
        )


def open_sounds(plan: Plan, history: History, clock: Clock) -> Opened:
    """Open everything that hears; on Trouble all that was opened is closed again.

    While a sitting is going on (a recorder that died and was started again) a device that is absent does not stop
    the others: it is lost, and comes back when it can.
    """
    opened: Opened = []
    try:
        for source in plan.sources:
            if source.kind in SOUND and source.tracks:
                port = _port(source, history, clock)
                opened.append((source, port, port.open()))
    except BaseException:
        for _source, port, _format in opened:
            port.close()
        raise
    return opened


def _port(source: SourcePlan, history: History, clock: Clock) -> AudioSource:
    if source.kind == "file":
        return SoundFile(source, clock, history.frames.get(source.name, 0))
    from app.capture.microphone import Microphone

    known = history.formats.get(source.name) if history.going_on else None
    return Microphone(source, clock, Format(known.rate, known.width, known.channels) if known else None)


def folder_names(plan: Plan) -> dict[str, str]:
    """The folder of each source under ``capture/``: safe, and different for different names."""
    found: dict[str, str] = {}
    for source in plan.sources:
        name, number = safe_name(source.name), 1
        # two names may differ only in case, and disks of Windows do not tell them apart
        while name.casefold() in {taken.casefold() for taken in found.values()}:
            number += 1
            name = f"{safe_name(source.name)}-{number}"
        found[source.name] = name
    return found
