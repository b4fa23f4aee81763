"""Finding the recorder of a sitting, and starting it again where both it and its guardian were ended from outside."""

from __future__ import annotations

from pathlib import Path

from app import clock
from app.capture import client as recorder
from app.capture.client import RecorderClient
from app.clock import SystemClock
from app.media.recording import Recording

#: A recording that broke off longer ago is not taken up again by merely opening the sitting (s).
WITHIN_S = 300.0


def take_up(
    folder: Path, *, may_restart: bool, within_s: float | None = WITHIN_S
) -> tuple[RecorderClient | None, bool]:
    """The living recorder (None where nobody records), and whether it had to be started again.

    ``within_s``: not if its recording broke off longer ago (None: whenever that was, because a person asked for it).

    Trouble of :func:`app.capture.client.launch` if it cannot be started.
    """
    living = recorder.attach(folder)
    if living is not None or not may_restart or not recorder.interrupted(folder):
        return living, False
    last = Recording(folder).last_utc
    plan = recorder.read_plan(folder)
    if plan is None or plan.fast or not last:
        return None, False
    if within_s is not None and (SystemClock().utc() - clock.moment(last)).total_seconds() > within_s:
        return None, False
    return recorder.launch(plan), True
