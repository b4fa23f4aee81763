"""What PulseAudio (or PipeWire in its place) does with our streams behind PortAudio's back."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Attached:
    """The source that a stream of ours really hears; ``rate`` 0 where it is not known."""

    source: str
    channels: int
    rate: int


def _keep_rate(info: Any, struct: Any) -> None:
    # pulsectl 24 keeps a pointer into libpulse's memory as sample_spec, which is freed by the time anybody reads it;
    # this hook of its own runs while the structure is still valid
    info.rate = int(struct.sample_spec.rate)


def _connected() -> Any:
    import pulsectl

    def stop_listening(_event: Any) -> None:
        raise pulsectl.PulseLoopStop

    pulsectl.PulseSourceInfo._init_from_struct = _keep_rate
    pulse = pulsectl.Pulse("khatshy-recorder")
    pulse.event_mask_set("source", "source_output")
    pulse.event_callback_set(stop_listening)
    return pulse


class SoundServer:
    """A connection of one thread's own; without a sound server everything is simply unknown (None)."""

    def __init__(self) -> None:
        self._pulse: Any = None

    def sources(self) -> dict[int, Attached] | None:
        """Everything that can be recorded by number; None where no sound server answers."""
        pulse = self._connection()
        if pulse is None:
            return None
        try:
            return {
                source.index: Attached(source.name, source.channel_count, getattr(source, "rate", 0))
                for source in pulse.source_list()
            }
        except Exception:  # pulsectl raises errors of ctypes and of its loop besides its own when the server dies
            self.close()
            return None

    def streams(self) -> dict[int, Attached] | None:
        """This process's recording streams by number; None where no sound server answers."""
        sources = self.sources()
        if sources is None:
            return None
        own = str(os.getpid())
        try:
            return {
                stream.index: sources[stream.source]
                for stream in self._pulse.source_output_list()
                if stream.proplist.get("application.process.id") == own and stream.source in sources
            }
        except Exception:
            self.close()
            return None

    def wait(self, timeout_s: float) -> None:
        """Return when the server did something to a source or stream, at the latest after ``timeout_s``."""
        began = time.monotonic()
        pulse = self._connection()
        if pulse is not None:
            try:
                pulse.event_listen(timeout_s)
            except Exception:
                self.close()
            else:
                return
        time.sleep(max(0.0, timeout_s - (time.monotonic() - began)))

    def _connection(self) -> Any:
        if self._pulse is None and sys.platform != "win32":
            try:
                self._pulse = _connected()
            except Exception:  # not installed, not running, or not for us
                self._pulse = None
        return self._pulse

    def close(self) -> None:
        """Hang up; the next question connects again."""
        pulse, self._pulse = self._pulse, None
        if pulse is not None:
            try:
                pulse.close()
            except Exception:  # noqa: S110 - it is gone, which is what was wanted
                pass
