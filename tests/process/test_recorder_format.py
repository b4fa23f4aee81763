"""A stranger reads a recording with nothing but docs/recording.md and the standard library."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.capture import client
from tests.capture.recorders import Court, court, file_samples, noise_file, source, until


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Court]:
    with court(monkeypatch) as found:
        yield found


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def log(sitting: Path) -> list[tuple[str, dict[str, Any]]]:
    """Types and payloads, the chain verified."""
    found = []
    previous = "0" * 64
    for number, raw in enumerate((sitting / "capture.jsonl").read_bytes().split(b"\n")[:-1], 1):
        line = json.loads(raw)
        header = line["header"]
        assert canonical(line) == raw
        assert (header["seq"], header["previous"]) == (number, previous)
        assert hashlib.sha256(canonical(header)).hexdigest() == line["hash"]
        salted = bytes.fromhex(line["salt"]) + canonical(line["payload"])
        assert hashlib.sha256(salted).hexdigest() == header["commitment"]
        previous = line["hash"]
        found.append((header["type"], line["payload"]))
    return found


def test_by_a_stranger(hall: Court) -> None:
    table = noise_file(hall.root / "table.wav", 65.25, rate=22_050, width=3, channels=3)
    plan = hall.plan(f"куәгер=file:{table}:3", f"judge=file:{table}:1", speed="fast")
    held = tuple(found.model_copy(update={"holds": (2.5,)}) for found in plan.sources)
    recorder = client.launch(plan.model_copy(update={"sources": held}))
    name = plan.sources[0].name
    recorder.course("recording")
    until(lambda: source(recorder, name).state == "holding")  # type: ignore[union-attr]
    recorder.course("break")
    recorder.course("recording", after_s=60)
    until(lambda: source(recorder, name).state == "ended")  # type: ignore[union-attr]
    recorder.course("stopped")

    lines = log(hall.folder)
    opened = next(payload for kind, payload in lines if kind == "SourceOpened")
    width, channels, rate = opened["width"], opened["channels"], opened["rate"]
    begun = {payload["file"]: payload["anchor"] for kind, payload in lines if kind == "SegmentOpened"}
    ended = {payload["file"]: payload["last"] for kind, payload in lines if kind == "SegmentClosed"}
    hashes: dict[int, list[str]] = {}
    for kind, payload in lines:
        if kind == "Written":
            hashes |= {int(second): found for second, found in payload["seconds"].items()}
    pcm = b""
    for file, anchor in begun.items():
        content = (hall.folder / file).read_bytes()
        assert content[:4] + content[8:16] + content[36:40] == b"RIFFWAVEfmt data"
        assert struct.unpack("<HHI", content[20:28]) == (1, channels, rate)
        assert len(pcm) == anchor["frame"] * width * channels
        pcm += content[44 : 44 + (ended[file] - anchor["frame"]) * width * channels]
        assert struct.unpack("<I", content[40:44])[0] == len(content) - 44
    frames = np.frombuffer(pcm, np.uint8).reshape(-1, channels, width)
    assert len(hashes) == 66
    for second, found in hashes.items():
        part = frames[second * rate : (second + 1) * rate]
        assert [hashlib.sha256(part[:, channel].tobytes()).hexdigest() for channel in range(channels)] == found
    wide = np.zeros((len(frames), channels, 4), np.uint8)
    wide[:, :, 1:] = frames
    whole = wide.view("<i4")[:, :, 0] >> 8
    seats = {track["seat"]: track["channel"] for track in opened["tracks"]}
    assert np.array_equal(whole[:, seats["judge"]], file_samples(table, 3)[:, 0])
    assert np.array_equal(whole[:, seats["куәгер"]], file_samples(table, 3)[:, 2])
    before, after = list(begun.values())[:2]
    assert after["monotonic"] - before["monotonic"] == pytest.approx(62.5e9, abs=0.1e9)
