"""From the record's choice of sources to the recorder's plan."""

from __future__ import annotations

from pathlib import Path

from app.capture.client import socket_address
from app.capture.plan import Plan, SourcePlan
from app.errors import Trouble
from app.hearing.model import Hearing, Source
from app.i18n import _
from app.media.facts import SeatChannel
from app.session import cameras


def plan(
    hearing: Hearing,
    folder: Path,
    mirror: Path | None,
    actor: str,
    *,
    fast: bool = False,
    holds: tuple[float, ...] = (),
    loop_video: bool = False,
    start_utc: str = "",
) -> Plan:
    """The recorder's plan for a sitting; Trouble ``no-source`` if nothing was chosen that hears."""
    if not any(source.tracks for source in hearing.sources):
        raise Trouble(
            "no-source",
            _("No microphone is chosen for this hearing."),
            remedy=_("Choose a microphone for at least one seat, then start again."),
        )
    return Plan(
        sitting=hearing.sitting,
        folder=folder,
        mirror=mirror,
        address=socket_address(hearing.sitting),
        actor=actor,
        sources=tuple(_source(source, fast, holds, loop_video) for source in hearing.sources),
        speed="fast" if fast else "real",
        start_utc=start_utc,
    )


def _source(source: Source, fast: bool, holds: tuple[float, ...], loop_video: bool) -> SourcePlan:
    video_file = source.kind == "file" and not source.tracks
    return SourcePlan(
        name=source.name,
        kind="video-file" if video_file else source.kind,
        device=cameras.with_password(source.device),
        tracks=tuple(SeatChannel(channel=track.channel, seat=track.seat) for track in source.tracks),
        fast=fast,
        holds=() if video_file else holds,
        loop=loop_video and video_file,
    )
