"""Mixes the voiced lines into one channel a seat: own voice, bleed of the others, room noise."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import soundfile  # type: ignore[import-untyped]

from tools.demo.script import Script
from tools.demo.staging import Staging
from tools.speech.room import (
    Samples,
    amplitude,
    delayed,
    level,
    noise,
    reverberate,
    shape,
)
from tools.speech.voice import SAMPLE_RATE

COMMENT = "synthetic speech (espeak-ng), fictional"

_VOICE_LEVEL, _ROOM_NOISE, _LINE_NOISE = -23.0, -62.0, -80.0
_NEAREST_BLEED, _FARTHEST_BLEED = -18.0, -24.0
# Ventilation and traffic are mostly low, and a neighbour speaks past the microphone, duller; quiet
# treble keeps the files small too.
_ROOM_SLOPE = -7.0
_ASIDE = ((500.0, 0.0), (2000.0, -4.0), (5000.0, -14.0), (8000.0, -20.0))
_LOUDSPEAKER = ((150.0, -30.0), (300.0, 0.0), (3400.0, 0.0), (5000.0, -25.0))


def mix(script: Script, staging: Staging) -> dict[str, Samples]:
    """The channel of every seat, all of the same length and the same from run to run."""
    length = round(staging.seconds * SAMPLE_RATE)
    voices = {name: _voice(name, staging, length) for name in script.seats}
    channels: dict[str, Samples] = {}
    for name, seat in script.seats.items():
        random = np.random.default_rng(zlib.crc32(name.encode()))
        if seat.remote:
            line = noise(length, _LINE_NOISE, _ROOM_SLOPE, random)
            channels[name] = _interrupted(voices[name] + line, staging)
            continue
        channel = voices[name] + noise(length, _ROOM_NOISE, _ROOM_SLOPE, random)
        for other, voice in voices.items():
            if other != name:
                heard = shape(voice, _LOUDSPEAKER if script.seats[other].remote else _ASIDE)
                attenuation = random.uniform(_FARTHEST_BLEED, _NEAREST_BLEED)
                far = delayed(heard, random.uniform(0.004, 0.015))
                channel = channel + reverberate(far, 0.35, -9.0, random) * amplitude(attenuation)
        channels[name] = channel.astype(np.float32)
    return channels


def write(channels: dict[str, Samples], folder: Path) -> None:
    """One FLAC a seat, 16 bits, tagged as what it is."""
    for name, samples in channels.items():
        with soundfile.SoundFile(
            folder / f"{name}.flac",
            "w",
            samplerate=SAMPLE_RATE,
            channels=1,
            subtype="PCM_16",
            format="FLAC",
            compression_level=1.0,
        ) as file:
            file.comment = COMMENT
            file.write(np.clip(samples, -1.0, 1.0))


def _voice(name: str, staging: Staging, length: int) -> Samples:
    """Everything a seat says, at one level, in its place."""
    voice = np.zeros(length, np.float32)
    lines = [line for line in staging.spoken if line.seat == name]
    gain = amplitude(_VOICE_LEVEL - level(np.concatenate([line.samples for line in lines])))
    for line in lines:
        end = min(length, line.start + len(line.samples))
        voice[line.start : end] += line.samples[: end - line.start] * gain
    return voice


def _interrupted(channel: Samples, staging: Staging) -> Samples:
    """A lost connection delivers digital silence until it is restored."""
    marks = {cue["mark"]: cue["at"] for cue in staging.cues if "mark" in cue}
    lost, restored = marks.get("connection_lost"), marks.get("connection_restored")
    if lost is not None and restored is not None:
        channel = channel.copy()
        channel[int(lost * SAMPLE_RATE) : int(restored * SAMPLE_RATE)] = 0.0
    return channel.astype(np.float32)
