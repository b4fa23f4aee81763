"""Reading a track's FLAC file sample by sample, with soundfile alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray


def is_flac_of(sound: Any, rate: int, width: int, frames: int) -> bool:
    """Whether an open soundfile is a mono FLAC of this rate (Hz), width (bytes a sample) and length."""
    subtype = "PCM_16" if width == 2 else "PCM_24"
    found = (sound.format, sound.subtype, sound.samplerate, sound.channels, sound.frames)
    return bool(found == ("FLAC", subtype, rate, 1, frames))


def decode(sound: Any, frames: int, width: int) -> NDArray[np.int32]:
    """The next ``frames`` samples of an open mono file as integers of ``width`` bytes; fewer where it ends."""
    try:
        read: NDArray[np.int32] = sound.read(frames, dtype="int32")
    except soundfile.LibsndfileError:
        return np.zeros(0, np.int32)
    return read >> (16 if width == 2 else 8)
