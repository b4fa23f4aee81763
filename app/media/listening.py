"""The listening copy: one MP4 that any player opens, with picture (if there was a camera), mix and chapters."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError

from app.chain import canonical
from app.errors import Trouble
from app.i18n import _
from app.media.mix import listening_rate, mixed
from app.media.picture import Picture
from app.media.timeline import Timeline

#: (position in the listening copy in seconds, title)
Chapter = tuple[float, str]
#: A copy that differs by more than this from the timeline (s) is not finished.
TOLERANCE_S = 0.5
_MS = Fraction(1, 1000)


def fingerprint(timeline: Timeline, picture: Picture | None, chapters: Sequence[Chapter]) -> str:
    """Stands for everything that the copy is made of: the same fingerprint, the same copy."""
    made_of = {
        "takes": [(take.run, take.source, take.first, take.last, take.begin) for take in timeline.takes],
        "stretches": [(stretch.run, stretch.begin, stretch.end) for stretch in timeline.stretches],
        "pictures": [(video.file.name, video.run, video.seconds) for video in picture.files] if picture else [],
        "chapters": list(chapters),
    }
    return hashlib.sha256(canonical(made_of)).hexdigest()


def write(
    path: Path,
    timeline: Timeline,
    picture: Picture | None,
    chapters: Sequence[Chapter],
    mark: str,
    progress: Callable[[float], None],
) -> None:
    """Write the copy to ``path`` with ``mark`` as its comment; ``progress`` gets seconds done.

    A second of sound and the pictures that belong to it are in memory at a time.
    """
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        container.metadata.update({"title": "Khatshy", "comment": mark})
        if chapters:
            container.set_chapters(_chapters(chapters, timeline.seconds))
        shown = picture.add_to(container) if picture else iter(())
        rate = listening_rate(timeline.takes)
        stream: Any = None
        if timeline.takes:
            stream = container.add_stream("aac", rate=rate, layout="mono")
            stream.bit_rate = 64000 if rate < 32000 else 96000
            stream.options = {"aac_coder": "fast"}  # a third of the time; at this rate nobody hears the difference
        waiting = next(shown, None)
        done = 0
        for block in mixed(timeline, rate):
            if stream is not None:
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block[None, :]), format="fltp", layout="mono")
                frame.sample_rate, frame.pts = rate, done
                container.mux(stream.encode(frame))
            done += len(block)
            while waiting is not None and waiting[0] < done / rate:
                container.mux(waiting[1])
                waiting = next(shown, None)
            progress(len(block) / rate)
        if stream is not None:
            container.mux(stream.encode(None))
        while waiting is not None:
            container.mux(waiting[1])
            waiting = next(shown, None)


def _chapters(chapters: Sequence[Chapter], seconds: float) -> list[Any]:
    begins = sorted((min(max(0.0, at), seconds), title) for at, title in chapters)
    ends = [at for at, _title in begins[1:]] + [seconds]
    return [
        {"id": number, "start": int(at * 1000), "end": int(end * 1000), "time_base": _MS,
         "metadata": {"title": title}}
        for number, ((at, title), end) in enumerate(zip(begins, ends, strict=True), 1)
    ]  # fmt: skip


def described(path: Path) -> tuple[str, float, bool] | None:
    """(mark, length in seconds, whether there is a picture) of a finished copy; None if it cannot be opened."""
    try:
        with av.open(str(path)) as container:
            seconds = (container.duration or 0) / 1_000_000
            return container.metadata.get("comment", ""), seconds, bool(container.streams.video)
    except (FFmpegError, OSError):
        return None


def check(path: Path, timeline: Timeline, mark: str) -> tuple[float, bool]:
    """Read the copy back; (seconds, has a picture), or Trouble ``listening-copy-broken``."""
    found = described(path)
    if found is None or found[0] != mark or abs(found[1] - timeline.seconds) > TOLERANCE_S:
        raise Trouble(
            "listening-copy-broken",
            _("The copy for listening was written but cannot be read back."),
            safe=_("The recording itself is whole."),
            remedy=_("Check the disk and its free space, then try again."),
        )
    return found[1], found[2]
