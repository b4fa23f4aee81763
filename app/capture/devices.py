"""Finding a microphone by what the secretary calls it; PortAudio's view of this PC."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sounddevice

from app.capture.sound_server import Attached, SoundServer
from app.capture.source import device_trouble
from app.errors import Trouble
from app.i18n import _

#: Windows shows one microphone under each of its interfaces; the first of these is the best.
_BEST = ("Windows WASAPI", "Core Audio", "ALSA", "PulseAudio", "Windows WDM-KS", "Windows DirectSound", "MME")


@dataclass(frozen=True)
class Microphone:
    """As PortAudio lists it; ``channels`` is a guess where ALSA stands in for a sound server."""

    index: int
    name: str
    host: str
    channels: int
    rate: int


def microphones() -> list[Microphone]:
    """Everything with an input; empty where there is none, or no sound system at all."""
    try:
        hosts = [str(host["name"]) for host in sounddevice.query_hostapis()]
        return [
            Microphone(
                index, str(found["name"]), hosts[found["hostapi"]], found["max_input_channels"],
                round(found["default_samplerate"]),
            )
            for index, found in enumerate(sounddevice.query_devices())
            if found["max_input_channels"] > 0
        ]  # fmt: skip
    except sounddevice.PortAudioError:
        return []


def find(device: str) -> Microphone:
    """By name, index or a unique part of the name.

    Trouble ``no-microphone``, ``device-unknown`` (with the names there are) or ``device-unclear``.
    """
    known = microphones()
    if not known:
        raise device_trouble("no-microphone", _("No microphone is connected to this PC."))
    wanted = device.casefold()
    matches = [found for found in known if found.name == device]
    matches = matches or [found for found in known if device.isdigit() and found.index == int(device)]
    matches = matches or [found for found in known if found.name.casefold() == wanted]
    matches = matches or [found for found in known if wanted in found.name.casefold()]
    if not matches:
        names = ", ".join(dict.fromkeys(found.name for found in known))
        raise device_trouble(
            "device-unknown",
            _("There is no microphone “{device}”. These are connected: {names}.", device=device, names=names),
        )
    best = min(map(_rank, matches))
    matches = [found for found in matches if _rank(found) == best]
    if len({found.name for found in matches}) > 1:
        names = ", ".join(found.name for found in matches)
        raise device_trouble(
            "device-unclear", _("“{device}” may be any of these microphones: {names}.", device=device, names=names)
        )
    return matches[0]


def _rank(found: Microphone) -> int:
    return _BEST.index(found.host) if found.host in _BEST else len(_BEST)


def probe(found: Microphone, server: SoundServer) -> Attached:
    """True channels and rate: behind ALSA's plugin only the sound server knows them, and only of an open stream."""
    guess = Attached("", found.channels, found.rate)
    before = server.streams()
    if before is None:
        return guess
    try:
        stream = sounddevice.RawInputStream(device=found.index, channels=1, samplerate=found.rate, dtype="int16")
    except sounddevice.PortAudioError:
        return guess  # no sound server between us and the device, and one channel is not enough for it
    try:
        new = {number: to for number, to in (server.streams() or {}).items() if number not in before}
    finally:
        stream.close()
    truth = next(iter(new.values()), guess)
    return truth if truth.rate else replace(truth, rate=found.rate)


def trouble_of(error: sounddevice.PortAudioError, device: str) -> Trouble:
    """PortAudio's error as a sentence; Trouble ``device-busy`` or ``device-refused``."""
    code = error.args[1] if len(error.args) > 1 else 0
    if code == -9985:  # paDeviceUnavailable
        return device_trouble(
            "device-busy", _("The microphone “{device}” is in use by another program.", device=device)
        )
    return device_trouble(
        "device-refused",
        _("The microphone “{device}” cannot be opened: {reason}.", device=device, reason=str(error.args[0])),
    )
