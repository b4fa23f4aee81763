"""Takes in the segments that a killed recorder left open: nothing that reached the disk is lost to the next run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from app.capture.history import History
from app.capture.segments import wav_header
from app.capture.source import Format
from app.media.facts import Fact, SegmentClosed
from app.media.recording import WAV_HEADER


def adopt(history: History, folder: Path, mirror: Path | None, *, same_boot: bool) -> list[Fact]:
    """Close what is open and say where it ends; ``history`` counts these frames from then on.

    After the death of a process alone (``same_boot``) everything it wrote is there, up to half a second more than it
    had logged; after a power cut only what was logged as durable is believed. The files are not shortened: their
    headers tell how much of them counts, and the shorter of two copies is completed from the longer one.
    """
    closed: list[Fact] = []
    for name, segment in history.unclosed.items():
        copies = [place / name for place in (folder, mirror) if place and (place / name).exists()]
        format = Format(segment.format.rate, segment.format.width, segment.format.channels)
        first = segment.opened.anchor.frame
        last = first + max((_frames(copy, format) for copy in copies), default=0) if same_boot else segment.durable
        for copy in copies:
            try:
                _complete(copy, max(copies, key=lambda path: path.stat().st_size), last - first, format)
            except OSError:
                pass  # a folder that cannot be written shows itself as soon as the recording goes on
        opened = segment.opened
        history.frames[opened.source] = history.frames.get(opened.source, 0) + last - segment.durable
        closed.append(SegmentClosed(run=opened.run, source=opened.source, file=opened.file, last=last))
    return closed


def _frames(copy: Path, format: Format) -> int:
    return max(0, copy.stat().st_size - WAV_HEADER) // format.frame_bytes


def _complete(copy: Path, longest: Path, frames: int, format: Format) -> None:
    with open(copy, "r+b") as file:
        have = file.seek(0, os.SEEK_END)
        if have < longest.stat().st_size:
            with open(longest, "rb") as source:
                source.seek(have)
                shutil.copyfileobj(source, file)
        file.seek(0)
        file.write(wav_header(format, frames))
        file.flush()
        os.fsync(file.fileno())
