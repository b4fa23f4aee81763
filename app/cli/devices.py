"""``khatshy devices``: microphones and cameras of this PC."""

from __future__ import annotations

from rich.table import Table

from app.capture.listing import devices
from app.cli import console
from app.i18n import _


def run(*, json: bool) -> None:
    """List them; an empty list is an answer, not an error."""
    found = devices()
    if json:
        console.give(found.model_dump())
        return
    table = Table(str(_("No")), str(_("Microphone")), str(_("Channels")), str(_("Rate, Hz")), box=None)
    for microphone in found.microphones:
        table.add_row(str(microphone.index), microphone.name, str(microphone.channels), str(microphone.rate))
    if found.microphones:
        console.output.print(table)
    else:
        console.output.print(str(_("No microphone was found.")))
    for camera in found.cameras:
        console.row(_("Camera"), f"camera:{camera.device}  {camera.name}")
    if not found.cameras:
        console.output.print(str(_("No camera was found.")))
