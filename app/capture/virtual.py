"""A room of virtual microphones: a private PulseAudio into which a hearing is played, for demonstration and tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.errors import Trouble
from app.i18n import _

#: The order in which ALSA's pulse plugin counts channels; another order would permute or silence the seats.
_ALSA = ("front-left", "front-right", "rear-left", "rear-right", "front-center", "lfe", "side-left", "side-right")
_ALSA_CONFIG = "/usr/share/alsa/alsa.conf"
_START_S = 10.0

#: What is played into one channel: a sound file, samples (float, −1…1, at the microphone's rate), or silence.
Voice = Path | NDArray[np.float32] | None


@dataclass(frozen=True)
class VirtualMicrophone:
    """A device of ``channels`` at ``rate`` Hz, ``width`` bytes a sample; PortAudio knows it by ``name``."""

    name: str = "courtroom"
    channels: int = 5
    rate: int = 48_000
    width: Literal[2, 3] = 2

    @property
    def channel_map(self) -> str:
        """Positions of the channels as ALSA orders them."""
        named = max(count for count in (1, 2, 4, 5, 6, 8) if count <= self.channels)
        places = ["mono"] if self.channels == 1 else list(_ALSA[:named])
        return ",".join(places + [f"aux{number}" for number in range(self.channels - named)])

    @property
    def format(self) -> str:
        return "s16le" if self.width == 2 else "s24le"


class Playing:
    """Sound on its way into a microphone."""

    def __init__(self, player: subprocess.Popen[bytes], blocks: Iterator[bytes]) -> None:
        self._player = player
        self._thread = threading.Thread(target=self._feed, args=(blocks,), name="virtual-voice", daemon=True)
        self._thread.start()

    def _feed(self, blocks: Iterator[bytes]) -> None:
        assert self._player.stdin
        try:
            for block in blocks:
                self._player.stdin.write(block)
            self._player.stdin.close()
        except OSError:
            pass  # stopped

    @property
    def over(self) -> bool:
        """Whether everything has been heard."""
        return self._player.poll() is not None

    def wait(self, timeout_s: float | None = None) -> None:
        """Return when everything has been heard."""
        self._player.wait(timeout_s)
        self._thread.join()

    def stop(self) -> None:
        """Fall silent at once; may be called twice."""
        self._player.kill()
        self.wait()


class VirtualRoom:
    """``with VirtualRoom(VirtualMicrophone("courtroom", 5)) as room``: add ``room.environment`` to a recorder's."""

    def __init__(self, *microphones: VirtualMicrophone) -> None:
        self.microphones = {microphone.name: microphone for microphone in microphones or (VirtualMicrophone(),)}
        self._playing: list[Playing] = []

    def __enter__(self) -> VirtualRoom:
        """Trouble ``virtual-room-absent`` where PulseAudio is not installed or does not start."""
        self.folder = Path(tempfile.mkdtemp(prefix="khatshy-room-"))
        try:
            self._write_configuration()
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    @property
    def environment(self) -> dict[str, str]:
        """Variables with which PortAudio finds these microphones, and no others of PulseAudio's."""
        return {
            "PULSE_SERVER": f"unix:{self.folder}/native",
            "ALSA_CONFIG_PATH": f"{_ALSA_CONFIG}:{self.folder}/alsa.conf",
        }

    def _write_configuration(self) -> None:
        pulse = [f"load-module module-native-protocol-unix auth-anonymous=1 socket={self.folder}/native"]
        alsa = []
        for name, microphone in self.microphones.items():
            pulse.append(f"load-module module-null-sink {_sink(microphone)}")
            alsa.append(f'pcm.{name} {{ type pulse device "{name}.monitor" }}')
        (self.folder / "pulse.pa").write_text("\n".join(pulse) + "\n", encoding="ascii")
        (self.folder / "alsa.conf").write_text("\n".join(alsa) + "\n", encoding="ascii")

    def _start(self) -> None:
        home = {name: str(self.folder) for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_RUNTIME_PATH")}
        program = shutil.which("pulseaudio")
        if program is None:
            raise self._absent(_("PulseAudio is not installed."))
        with open(self.folder / "pulse.log", "wb") as log:
            # the idle time ends a daemon whose owner was killed
            self._daemon = subprocess.Popen(
                [program, "-n", "-F", str(self.folder / "pulse.pa"), "--exit-idle-time=30", "--daemonize=no"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **home},
            )  # fmt: skip
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if self._daemon.poll() is not None or time.monotonic() > deadline:
                raise self._absent(_("PulseAudio did not start."))
            time.sleep(0.02)

    def restart(self) -> None:
        """Begin again after the sound server died."""
        self._daemon.kill()
        self._daemon.wait()
        (self.folder / "native").unlink(missing_ok=True)
        self._start()

    def unplug(self, name: str) -> None:
        """Pull the microphone out."""
        with self._pulse() as pulse:
            pulse.module_unload(pulse.get_sink_by_name(name).owner_module)

    def plug(self, name: str) -> None:
        """Put it in again."""
        with self._pulse() as pulse:
            pulse.module_load("module-null-sink", _sink(self.microphones[name]))

    def _pulse(self) -> Any:
        import pulsectl

        return pulsectl.Pulse("khatshy-room", server=self.environment["PULSE_SERVER"])

    def _answers(self) -> bool:
        import pulsectl

        try:
            with pulsectl.Pulse("khatshy-room", server=self.environment["PULSE_SERVER"]) as pulse:
                return {source.name for source in pulse.source_list()} >= {
                    f"{name}.monitor" for name in self.microphones
                }
        except pulsectl.PulseError:
            return False

    @staticmethod
    def _absent(why: Any) -> Trouble:
        return Trouble(
            "virtual-room-absent",
            _("Virtual microphones cannot be made: {reason}", reason=why),
            remedy=_("Install them with: apt install pulseaudio pulseaudio-utils libasound2-plugins"),
        )

    @property
    def daemon_pid(self) -> int:
        """Process of the sound server (tests kill it)."""
        return self._daemon.pid

    def play(self, name: str, voices: Sequence[Voice], from_s: float = 0.0, to_s: float | None = None) -> Playing:
        """Play one voice into each channel, each from second ``from_s`` to ``to_s`` of its sound."""
        microphone = self.microphones[name]
        player = subprocess.Popen(
            ["pacat", "-p", "-d", name, "--raw", f"--rate={microphone.rate}", f"--channels={microphone.channels}",
             f"--channel-map={microphone.channel_map}", f"--format={microphone.format}", "--latency-msec=2000"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, **self.environment},
        )  # fmt: skip
        playing = Playing(player, _blocks(microphone, voices, from_s, to_s))
        self._playing.append(playing)
        return playing

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for playing in self._playing:
            playing.stop()
        if hasattr(self, "_daemon"):
            self._daemon.kill()
            self._daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _sink(microphone: VirtualMicrophone) -> str:
    # without norewinds the sink is two seconds late and stutters
    return (
        f"sink_name={microphone.name} rate={microphone.rate} channels={microphone.channels} "
        f"format={microphone.format} norewinds=1 channel_map={microphone.channel_map}"
    )


def _blocks(
    microphone: VirtualMicrophone, voices: Sequence[Voice], from_s: float, to_s: float | None
) -> Iterator[bytes]:
    """Interleaved PCM of half a second each; a voice that ends earlier is silent from there on."""
    sounds = [_samples(voice, microphone.rate, from_s, to_s) for voice in voices]
    length = max((len(sound) for sound in sounds), default=0)
    step = microphone.rate // 2
    full = (1 << (8 * microphone.width - 1)) - 1
    for begin in range(0, length, step):
        block = np.zeros((min(step, length - begin), microphone.channels), np.float64)
        for channel, sound in enumerate(sounds):
            part = sound[begin : begin + step]
            block[: len(part), channel] = part
        whole = np.round(np.clip(block, -1, 1) * full).astype("<i4")
        yield whole.view(np.uint8).reshape(-1, 4)[:, : microphone.width].tobytes()


def _samples(voice: Voice, rate: int, from_s: float, to_s: float | None) -> NDArray[np.float32]:
    if voice is None:
        return np.zeros(0, np.float32)
    if isinstance(voice, Path):
        import soundfile

        found, file_rate = soundfile.read(voice, dtype="float32", always_2d=True)
        sound: NDArray[np.float32] = found[:, 0]
        if file_rate != rate:
            raise ValueError(f"{voice.name} has {file_rate} Hz, the virtual microphone {rate} Hz")
    else:
        sound = voice
    return sound[round(from_s * rate) : None if to_s is None else round(to_s * rate)]
