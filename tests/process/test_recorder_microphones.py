"""Real microphones through PortAudio: every seat hears its own channel, whatever happens to the devices."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import av
import numpy as np
import pytest
import soundfile

from app.capture import client, listing
from app.capture.plan import parse_source
from app.capture.virtual import VirtualMicrophone, VirtualRoom
from app.clock import NS, SystemClock
from app.errors import Trouble
from app.media import facts
from tests.capture.recorders import Court, answer, court, samples, source, until
from tests.sound.pulse import heard, pulse_microphones, sine, tone, worst_step

DESK = VirtualMicrophone("desk", 8, 48_000, 2)
TRIAL = bool(os.environ.get("KHATSHY_TRIAL"))
#: How long everybody speaks (s): two minutes with ``make trial``.
SPOKEN_S = 120 if TRIAL else 3
Figure = Callable[[str, object], None]
STAND = VirtualMicrophone("stand", 4, 44_100, 3)


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Court]:
    with court(monkeypatch) as found:
        yield found


@pytest.fixture
def room(hall: Court, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualRoom]:
    with pulse_microphones(monkeypatch, DESK, STAND) as found:
        yield found
        hall.end()  # before its sound server goes


def test_every_seat_hears_its_own_channel_and_not_a_sample_is_missing(hall: Court, room: VirtualRoom) -> None:
    seats = {f"seat{number}": number for number in (3, 1, 8, 2, 5)}
    stand = parse_source("witness=stand:4").model_copy(update={"width": 3})
    recorder = hall.record(*[f"{seat}=desk:{channel}" for seat, channel in seats.items()], stand)
    played = [
        room.play("desk", [sine(200 + 100 * channel, SPOKEN_S, 48_000) for channel in range(1, 9)]),
        room.play("stand", [sine(1000 + 100 * channel, SPOKEN_S, 44_100) for channel in range(1, 5)]),
    ]
    until(lambda: all(level.peak > -15 for level in recorder.status().sources[0].levels))
    for playing in played:
        playing.wait(SPOKEN_S + 30)
    recorder.course("stopped")
    recording = hall.recording()
    desk = samples(recording.of_track(1, "desk"))
    opened = recording.sources[1, "desk"]
    assert opened.inputs == (2, 0, 7, 1, 4)
    for track in opened.tracks:
        sound = heard(desk[:, track.channel])
        frequency = 200 + 100 * seats[track.seat]
        assert abs(tone(sound, 48_000) - frequency) < 1
        assert worst_step(sound, frequency, 48_000) < 4
        assert len(sound) > (SPOKEN_S - 0.2) * 48_000
    witness = recording.of_track(1, "witness")
    assert {(segment.rate, segment.width) for segment in witness} == {(44_100, 3)}
    sound = heard(samples(witness)[:, 0])
    assert abs(tone(sound, 44_100) - 1400) < 1
    assert worst_step(sound, 1400, 44_100) < 4
    assert not recording.losses
    assert hall.twice_the_same()


@pytest.mark.parametrize("attempt", range(20 if TRIAL else 1))
def test_killed_while_somebody_speaks(hall: Court, room: VirtualRoom, attempt: int, figure: Figure) -> None:
    recorder = hall.record("judge=desk:1", "claimant=desk:2")
    voice = room.play("desk", [sine(440, 20, 48_000), sine(660, 20, 48_000)])
    until(lambda: recorder.status().sources[0].levels[1].peak > -15)
    at = recorder.status().elapsed_s
    until(lambda: recorder.status().elapsed_s > at + 1 + 0.137 * attempt)
    clock = SystemClock()
    killed = clock.monotonic_ns()
    hall.kill_recorder()
    back = until(lambda: (status := answer(recorder)) and status.run == 2 and status)
    assert back.recording
    figure("recording again after the kill, s", round((clock.monotonic_ns() - killed) / NS, 2))
    assert (clock.monotonic_ns() - killed) / NS < 3
    until(lambda: source(recorder, "desk").position > 24_000)  # type: ignore[union-attr]
    recorder.course("stopped")
    voice.stop()
    recording = hall.recording()
    (before,) = recording.of_track(1, "desk")
    (after,) = recording.of_track(2, "desk")
    figure("sound lost before the kill, s", round((killed - before.monotonic(before.last)) / NS, 3))
    assert 0 <= (killed - before.monotonic(before.last)) / NS < 1
    for segment in (before, after):
        assert soundfile.info(segment.file).frames == segment.last - segment.first
        with av.open(str(segment.file)) as container:
            assert sum(frame.samples for frame in container.decode(audio=0)) == segment.last - segment.first
        assert abs(tone(heard(samples([segment])[:, 1]), 48_000) - 660) < 2
    assert hall.log_is_whole()


def test_a_microphone_is_pulled_out_and_put_in_again(hall: Court, room: VirtualRoom) -> None:
    clock = SystemClock()
    recorder = hall.record("judge=desk:1", "witness=stand:1")
    voices = [room.play("stand", [sine(500, 25, 44_100)])]
    until(lambda: recorder.status().sources[1].levels[0].peak > -15)
    pulled = clock.monotonic_ns()
    room.unplug("desk")
    # the sound server now gives the other microphone in its place, without a word
    lost = until(lambda: (found := source(recorder, "judge")) and found.state == "failed" and found)
    assert lost.reason in ("moved", "lost")
    assert (clock.monotonic_ns() - pulled) / NS < 2
    room.plug("desk")
    voices.append(room.play("desk", [sine(300, 20, 48_000)]))
    until(lambda: (found := source(recorder, "judge")) and found.state == "good" and found.levels[0].peak > -15)
    at = source(recorder, "judge").position  # type: ignore[union-attr]
    until(lambda: source(recorder, "judge").position > at + 48_000)  # type: ignore[union-attr]
    recorder.course("stopped")
    for voice in voices:
        voice.stop()
    recording = hall.recording()
    gone, back = recording.losses
    assert isinstance(gone, facts.SourceLost)
    assert isinstance(back, facts.SourceReturned)
    assert (gone.source, back.source) == ("judge", "judge")
    assert abs(gone.anchor.monotonic - pulled) / NS < 1
    before, after = recording.of_track(1, "judge")
    assert after.anchors[0].monotonic == back.anchor.monotonic
    assert abs(tone(heard(samples([after])[:, 0]), 48_000) - 300) < 2
    untouched = heard(samples(recording.of_track(1, "witness"))[:, 0])
    assert worst_step(untouched, 500, 44_100) < 4
    stray = np.count_nonzero(np.abs(samples([before])[:, 0]) > 100)
    assert stray < 0.05 * 48_000, "next to nothing of the other microphone went into this one's track"


def test_a_sound_server_that_freezes_for_a_moment_costs_nothing(hall: Court, room: VirtualRoom) -> None:
    recorder = hall.record("judge=desk:1")
    voice = room.play("desk", [sine(440, 8, 48_000)])
    until(lambda: recorder.status().sources[0].levels[0].peak > -15)
    os.kill(room.daemon_pid, signal.SIGSTOP)
    try:
        stalled = until(lambda: (found := source(recorder, "judge")) and found.state == "failed" and found)
    finally:
        os.kill(room.daemon_pid, signal.SIGCONT)
    assert (stalled.reason, stalled.fresh) == ("stalled", False)
    until(lambda: source(recorder, "judge").state == "good")  # type: ignore[union-attr]
    at = source(recorder, "judge").position  # type: ignore[union-attr]
    until(lambda: source(recorder, "judge").position > at + 48_000)  # type: ignore[union-attr]
    recorder.course("stopped")
    voice.stop()
    before, after = hall.recording().of_track(1, "judge")
    assert abs(after.anchors[0].monotonic - before.monotonic(before.last)) < 0.05 * NS


def test_a_sound_server_that_dies_is_found_again(hall: Court, room: VirtualRoom) -> None:
    recorder = hall.record("judge=desk:1")
    os.kill(room.daemon_pid, signal.SIGKILL)
    until(lambda: source(recorder, "judge").state == "failed")  # type: ignore[union-attr]
    room.restart()
    until(lambda: source(recorder, "judge").state in ("good", "warning"))  # type: ignore[union-attr]
    recorder.course("stopped")
    assert [type(loss).__name__ for loss in hall.recording().losses] == ["SourceLost", "SourceReturned"]


def test_devices_are_named_with_their_true_channels(hall: Court, room: VirtualRoom) -> None:
    found = {device.name: (device.channels, device.rate) for device in listing.devices().microphones}
    assert found["desk"] == (8, 48_000)
    assert found["stand"] == (4, 44_100)


def test_microphones_that_cannot_be_had(hall: Court, room: VirtualRoom) -> None:
    def refused(*sources: str) -> Trouble:
        with pytest.raises(Trouble) as trouble:
            client.launch(hall.plan(*sources))
        assert not hall.folder.exists()
        return trouble.value

    unknown = refused("judge=Focusrite:1")
    assert unknown.code == "device-unknown"
    assert "desk" in str(unknown)
    assert refused("judge=s:1").code in ("device-unclear", "device-unknown")
    channel = refused("judge=DESK:9")
    assert channel.code == "channel-unknown"
    assert "8" in str(channel)
    elsewhere = Court(hall.root / "other")
    recorder = client.launch(
        elsewhere.plan("judge=desk:1", sitting="another", address=client.socket_address("another"))
    )
    try:
        assert refused("judge=desk:1").code == "device-busy"
        assert refused("judge=0:1").code == "device-busy", "by another name it is the same device"
    finally:
        recorder.course("stopped")
