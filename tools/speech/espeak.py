"""espeak-ng by ctypes: text in; sound with word and phoneme events out."""

from __future__ import annotations

import ctypes
import ctypes.util
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_RETRIEVE = 1
_PHONEME_EVENTS = 0x0001
_UTF8 = 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_LIST_END, _WORD, _PHONEME = 0, 1, 7
_SUCCESS = 0


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class Event:
    """The start of a word (`phoneme` is None, `position` its first character) or of a phoneme."""

    sample: int
    position: int
    phoneme: str | None


class Synthesiser:
    """The one espeak-ng of this process: the library keeps its state in globals."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("espeak-ng")
        if name is None:
            raise OSError("libespeak-ng is not installed (Debian package libespeak-ng1)")
        self._library = ctypes.CDLL(name)
        self._lock = threading.Lock()
        self.rate: int = self._library.espeak_Initialize(_RETRIEVE, 0, None, _PHONEME_EVENTS)
        if self.rate <= 0:
            raise OSError("espeak-ng did not start; is espeak-ng-data installed?")
        self._sound: list[NDArray[np.int16]] = []
        self._events: list[Event] = []
        self._callback = _Callback(self._receive)
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(self, wave: Any, count: int, events: Any) -> int:
        if wave and count > 0:
            self._sound.append(np.ctypeslib.as_array(wave, shape=(count,)).copy())
        index = 0
        while events[index].type != _LIST_END:
            event = events[index]
            if event.type == _WORD:
                self._events.append(Event(event.sample, event.text_position - 1, None))
            elif event.type == _PHONEME:
                name = event.id.string.decode("utf-8", "replace")
                self._events.append(Event(event.sample, event.text_position - 1, name))
            index += 1
        return 0

    def speak(
        self, text: str, voice: str, speed: int, pitch: int, pitch_range: int
    ) -> tuple[NDArray[np.int16], list[Event]]:
        """Sound at `self.rate` and its events; speed in words a minute, pitch and range 0-99."""
        with self._lock:
            self._sound, self._events = [], []
            if self._library.espeak_SetVoiceByName(voice.encode()) != _SUCCESS:
                raise ValueError(f"espeak-ng has no voice {voice!r}")
            for parameter, value in ((_RATE, speed), (_VOLUME, 100), (_PITCH, pitch), (_RANGE, pitch_range)):
                self._library.espeak_SetParameter(parameter, value, 0)
            data = text.encode("utf-8") + b"\0"
            self._library.espeak_Synth(data, len(data), 0, 0, 0, _UTF8, None, None)
            self._library.espeak_Synchronize()
            sound = np.concatenate(self._sound) if self._sound else np.zeros(0, np.int16)
            return sound, self._events


@cache
def synthesiser() -> Synthesiser:
    """The one espeak-ng of this process, started when first needed."""
    return Synthesiser()
