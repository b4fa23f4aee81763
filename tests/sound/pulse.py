"""Real microphones for tests: a private PulseAudio with null sinks, heard through ALSA and PortAudio."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from app.capture.virtual import VirtualMicrophone, VirtualRoom


@contextmanager
def pulse_microphones(patch: pytest.MonkeyPatch, *microphones: VirtualMicrophone) -> Iterator[VirtualRoom]:
    """Microphones that the recorders started by this test will find."""
    with VirtualRoom(*microphones) as room:
        for name, value in room.environment.items():
            patch.setenv(name, value)
        yield room


def sine(frequency: float, seconds: float, rate: int, loudness: float = 0.3) -> NDArray[np.float32]:
    """A pure tone, full scale 1."""
    frames = np.arange(round(seconds * rate))
    return (loudness * np.sin(2 * np.pi * frequency * frames / rate)).astype(np.float32)


def heard(samples: NDArray[np.int32]) -> NDArray[np.float64]:
    """The part of a track between the first and the last sound, its edges cut off."""
    sounding = np.nonzero(samples)[0]
    assert len(sounding), "nothing was heard"
    return samples[sounding[0] + 50 : sounding[-1] - 50].astype(np.float64)


def tone(samples: NDArray[np.float64], rate: int) -> float:
    """Its strongest frequency (Hz)."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * rate / len(samples))


def worst_step(samples: NDArray[np.float64], frequency: float, rate: int) -> float:
    """How far any sample of a pure tone lies from where its two neighbours say (integers of the file)."""
    turn = 2 * np.cos(2 * np.pi * frequency / rate)
    return float(np.abs(samples[2:] - turn * samples[1:-1] + samples[:-2]).max())
