"""Sources as IT types them."""

from __future__ import annotations

import pytest

from app.capture.plan import merge_sources, parse_source
from app.errors import Trouble
from app.media.facts import SeatChannel


def test_a_microphone_is_a_device_and_a_channel_that_counts_from_one() -> None:
    judge = parse_source("judge=Focusrite 18i20: USB (hw:1,0):3")
    assert (judge.kind, judge.device) == ("microphone", "Focusrite 18i20: USB (hw:1,0)")
    assert judge.tracks == (SeatChannel(channel=2, seat="judge"),)
    assert parse_source("куәгер=Микрофон").tracks == (SeatChannel(channel=0, seat="куәгер"),)
    assert parse_source("judge=3:1").device == "3"


@pytest.mark.parametrize(
    ("text", "kind", "device"),
    [
        ("camera=camera:0", "camera", "0"),
        ("camera=rtsp://user:secret@10.0.0.7:554/s=1", "stream", "rtsp://user:secret@10.0.0.7:554/s=1"),
        ("camera=http://10.0.0.7/mjpeg?x=1", "stream", "http://10.0.0.7/mjpeg?x=1"),
        ("room=file:/tmp/зал суда.MP4", "video-file", "/tmp/зал суда.MP4"),
        ("judge=file:/tmp/зал суда.mp4:2", "file", "/tmp/зал суда.mp4"),
        ("judge=file:C:\\Суд\\judge.flac", "file", "C:\\Суд\\judge.flac"),
    ],
)
def test_other_sources(text: str, kind: str, device: str) -> None:
    found = parse_source(text)
    assert (found.kind, found.device) == (kind, device)


@pytest.mark.parametrize(
    "rubbish", ["", "judge", "=mic:1", "judge=", "judge=mic:0", "judge=file:", "camera=camera:", " = "]
)
def test_rubbish_is_refused_with_a_sentence(rubbish: str) -> None:
    with pytest.raises(Trouble) as refused:
        parse_source(rubbish)
    assert refused.value.code == "source-unclear"
    assert len(refused.value.sentences()) == 2


def test_seats_of_one_device_become_one_source() -> None:
    typed = ["judge=Desk:1", "camera=camera:0", "claimant=Desk:2", "witness=Stand:1", "clip=camera:0"]
    sources = merge_sources([parse_source(text) for text in typed])
    assert [source.name for source in sources] == ["Desk", "camera", "witness", "clip"]
    assert sources[0].tracks == (SeatChannel(channel=0, seat="judge"), SeatChannel(channel=1, seat="claimant"))


@pytest.mark.parametrize(
    ("typed", "code"),
    [(["judge=Desk:1", "claimant=Desk:1"], "channel-twice"), (["judge=Desk:1", "judge=Stand:1"], "seat-twice")],
)
def test_two_claims_to_one_thing(typed: list[str], code: str) -> None:
    with pytest.raises(Trouble) as refused:
        merge_sources([parse_source(text) for text in typed])
    assert refused.value.code == code
