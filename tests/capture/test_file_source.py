"""Files as microphones: every sample, at its time, and silence where the script holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from app.capture.plan import SourcePlan
from app.capture.sound_file import SoundFile
from app.capture.source import Block, Format
from app.clock import NS, TickClock
from app.errors import Trouble
from app.media.facts import SeatChannel
from app.media.recording import decode_pcm
from tests.capture.recorders import file_samples, noise_file

RATE = 16_000


class Player:
    """A file source on a clock that this test moves."""

    def __init__(self, path: Path, *channels: int, **changes: object) -> None:
        self.clock = TickClock(5 * NS, datetime(2026, 11, 23, tzinfo=UTC))
        tracks = tuple(SeatChannel(channel=channel, seat=f"seat {channel}") for channel in channels or (0,))
        plan = SourcePlan(name="judge", kind="file", device=str(path), tracks=tracks).model_copy(update=changes)
        self.source = SoundFile(plan, self.clock)
        self.format = self.source.open()
        self.blocks: list[Block] = []

    def course(self, *, recording: bool) -> None:
        self.source.follow(recording, self.clock.now_ns)
        self.pull()

    def pull(self) -> None:
        self.blocks += [piece for piece in self.source.read() if isinstance(piece, Block)]

    def play(self, seconds: float) -> None:
        for _tick in range(round(seconds * 10)):
            self.clock.advance(NS // 10)
            self.pull()

    def heard(self) -> NDArray[np.int32]:
        pcm = b"".join(block.pcm for block in self.blocks)
        return decode_pcm(pcm, self.format.width).reshape(-1, self.format.channels)


def test_what_is_played_is_what_the_file_holds(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "judge.flac", 2.345)
    player = Player(path)
    player.course(recording=True)
    player.play(3)
    assert player.source.state == "ended"
    assert np.array_equal(player.heard(), file_samples(path))
    for block, following in zip(player.blocks, player.blocks[1:], strict=False):
        assert abs(following.monotonic - block.monotonic - block.frames * NS // RATE) <= 1


def test_24_bits_and_only_the_channels_with_a_seat(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "table.wav", 0.5, rate=44_100, width=3, channels=4)
    player = Player(path, 3, 1)
    assert player.format == Format(44_100, 3, 2)
    player.course(recording=True)
    player.play(1)
    assert np.array_equal(player.heard(), file_samples(path, 3)[:, [3, 1]])


def test_a_hold_is_kept_to_the_sample(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "judge.flac", 2)
    player = Player(path, holds=(0.5001, 1.25))
    player.play(1)
    assert not player.blocks, "it waits for the recording to begin"
    player.course(recording=True)
    player.play(3)
    assert (player.source.state, len(player.heard())) == ("holding", round(0.5001 * RATE))
    player.course(recording=False)
    player.play(7)
    player.course(recording=True)
    resumed = player.clock.now_ns
    player.play(0.1)
    assert player.blocks[-1].monotonic == resumed
    player.play(2)
    assert len(player.heard()) == round(1.25 * RATE)
    player.course(recording=True)
    player.play(2)
    assert player.source.state == "ended"
    assert np.array_equal(player.heard(), file_samples(path))


def test_a_break_anywhere_loses_nothing(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "judge.flac", 1)
    player = Player(path)
    player.course(recording=True)
    player.play(0.3)
    player.clock.advance(12_345_678)
    player.course(recording=False)
    assert (player.source.state, len(player.heard())) == ("waiting", int(0.312345678 * RATE))
    player.play(60)
    player.course(recording=True)
    player.play(1)
    assert np.array_equal(player.heard(), file_samples(path))


def test_a_loop_begins_again(tmp_path: Path) -> None:
    path = noise_file(tmp_path / "judge.flac", 0.25)
    player = Player(path, loop=True)
    player.course(recording=True)
    player.play(1)
    assert np.array_equal(player.heard(), np.tile(file_samples(path), (4, 1)))


def test_sound_that_only_ffmpeg_can_read(tmp_path: Path) -> None:
    path = tmp_path / "judge.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        tone = (np.sin(np.arange(RATE * 2) * 0.2) * 8000).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    player = Player(path)
    player.course(recording=True)
    player.play(3)
    assert abs(len(player.heard()) / RATE - 2) < 0.2
    assert np.abs(player.heard()).max() > 4000


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "file-missing"), (b"", "file-unreadable"), (b"no sound" * 99, "file-unreadable")],
)
def test_no_sound_is_a_sentence(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "үкім.flac"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Trouble) as refused:
        Player(path)
    assert refused.value.code == code
    assert "үкім.flac" in str(refused.value)


def test_a_channel_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as refused:
        Player(noise_file(tmp_path / "judge.flac", 0.1), 1)
    assert refused.value.code == "channel-unknown"
