"""Turns recordings into the frames a network sees, and the frames' labels."""

from __future__ import annotations

from dataclasses import dataclass

import kaldi_native_fbank  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from tools.models.corpus import Recording
from tools.speech.room import Samples

DIMENSION = 40
LOW_HERTZ, HIGH_HERTZ = 20, 7600
SUBSAMPLING = 3
_STEP, _CENTRE = 0.030, 0.0125  # seconds between outputs; from a frame's start to its middle

# Marks of the synthesiser that are not sounds of their own: palatalisation belongs to the phone
# before it, and a vowel too short for a frame is lost in it.
_SOFT, _FLEETING = ";", "@-"

Segment = tuple[str, float, float, int]


@dataclass(frozen=True)
class Example:
    """Frames (count by 40), and segments as (phone, first output, end output, word)."""

    frames: NDArray[np.float32]
    segments: list[tuple[str, int, int, int]]
    words: list[str]


def mfcc(samples: Samples) -> NDArray[np.float32]:
    """The same coefficients that Vosk computes with our conf/mfcc.conf."""
    options = kaldi_native_fbank.MfccOptions()
    options.frame_opts.samp_freq = 16000
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = DIMENSION
    options.mel_opts.low_freq = LOW_HERTZ
    options.mel_opts.high_freq = HIGH_HERTZ
    options.num_ceps = DIMENSION
    options.use_energy = False
    computer = kaldi_native_fbank.OnlineMfcc(options)
    whole = np.round(np.clip(samples, -1.0, 1.0) * 32767.0)
    computer.accept_waveform(16000, whole.tolist())
    computer.input_finished()
    frames = [computer.get_frame(index) for index in range(computer.num_frames_ready)]
    return np.array(frames, np.float32).reshape(len(frames), DIMENSION)


def merged(phones: list[Segment]) -> list[Segment]:
    """Phones with marks taken into their neighbours and pauses joined."""
    result: list[Segment] = []
    for name, start, end, word in phones:
        if result and name in (_SOFT, _FLEETING) and result[-1][3] == word:
            before = result.pop()
            result.append((before[0] + (_SOFT if name == _SOFT else ""), before[1], end, word))
        elif result and word < 0 and result[-1][3] < 0 and name == result[-1][0]:
            result.append((name, result.pop()[1], end, word))
        else:
            result.append((name, start, end, word))
    return result


def example(recording: Recording) -> Example:
    """Frames and labels of one recording; every phone gets at least one output."""
    frames = mfcc(recording.samples)
    phones = merged(recording.phones)
    outputs = -(-len(frames) // SUBSAMPLING)
    starts = [max(0, int(np.ceil((start / 16000.0 - _CENTRE) / _STEP))) for _, start, _, _ in phones]
    starts[0] = 0
    for index in range(1, len(starts)):
        starts[index] = max(starts[index], starts[index - 1] + 1)
    ceiling = outputs
    for index in range(len(starts) - 1, -1, -1):
        ceiling = min(ceiling - 1, starts[index])
        starts[index] = ceiling
    if starts[0] < 0:
        return Example(frames, [], [])  # too short to hold its phones: of no use
    ends = [*starts[1:], outputs]
    segments = [(name, start, end, word) for (name, _, _, word), start, end in zip(phones, starts, ends, strict=True)]
    return Example(frames, segments, recording.words)
