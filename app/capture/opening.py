"""From the plan to open sources: a source that cannot be opened stops the start, before anything is written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from app.capture.camera import Camera
from app.capture.history import History
from app.capture.pictures import Clip, PictureSource
from app.capture.plan import FILES, SOUND, Plan, SourcePlan
from app.capture.sound_file import SoundFile
from app.capture.source import AudioSource, Format, device_trouble
from app.clock import Clock
from app.errors import Trouble
from app.files import safe_name
from app.i18n import _

OpenSounds = list[tuple[SourcePlan, AudioSource, Format]]
OpenPictures = list[tuple[SourcePlan, PictureSource]]


def check(plan: Plan) -> None:
    """Trouble for a plan that cannot be carried out, whatever the devices are."""
    if not plan.sources:
        raise Trouble(
            "no-source",
            _("No microphone, camera or file is chosen."),
            remedy=_("Choose at least one source, then start again."),
        )
    if plan.fast and (live := [source.name for source in plan.sources if source.kind not in FILES]):
        raise Trouble(
            "plan-mixed",
            _("“{source}” is a device: only files can be read faster than they sound.", source=live[0]),
            remedy=_("Leave out --fast."),
        )


def open_sounds(plan: Plan, history: History, clock: Clock) -> OpenSounds:
    """Open everything that hears; on Trouble all that was opened is closed again.

    While a sitting is going on (a recorder that died and was started again) a device that is absent does not stop
    the others: it is lost, and comes back when it can.
    """
    opened: OpenSounds = []
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
    try:
        from app.capture.microphone import Microphone
    except OSError as error:
        absent = _("PortAudio is not installed: no microphone can be used.")
        raise device_trouble("no-microphone", absent) from error
    known = history.formats.get(source.name) if history.going_on else None
    return Microphone(source, clock, Format(known.rate, known.width, known.channels) if known else None)


def open_pictures(plan: Plan, history: History, clock: Clock) -> OpenPictures:
    """Open everything that sees, at the same time, because cameras are slow; as :func:`open_sounds`."""
    ports = [(source, _camera(source, history, clock)) for source in plan.sources if source.kind not in SOUND]
    if not ports:
        return []
    with ThreadPoolExecutor(len(ports), "opening") as threads:
        openings = [threads.submit(port.open) for _source, port in ports]
    try:
        for opening in openings:
            opening.result()
    except BaseException:
        for _source, port in ports:
            port.close()
        raise
    return ports


def _camera(source: SourcePlan, history: History, clock: Clock) -> PictureSource:
    if source.kind == "video-file":
        return Clip(source, clock, history.seen_s.get(source.name, 0.0))
    return Camera(source, clock, wait=not history.going_on)


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
