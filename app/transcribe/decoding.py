"""Utterances into words: a few threads share the recognisers, which are pooled because each costs memory.

Every utterance is heard by one recogniser a language, side by side; sound waits in memory until a recogniser is
free, oldest utterance first. Results come through a queue, in any order.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.transcribe.engine import RATE, Engine, Heard, Recogniser
from app.transcribe.listening import Speech, SpeechEnded

#: Sound that a thread hears in one go before it looks at what else waits (s).
_TURN_S = 1.0


@dataclass(frozen=True, eq=False)
class Partial:
    """What a recogniser understood so far."""

    speech: Speech
    language: str
    text: str


@dataclass(frozen=True, eq=False)
class Words:
    """All recognisers of an utterance are done: words by language."""

    ended: SpeechEnded
    heard: Mapping[str, list[Heard]]


@dataclass(frozen=True, eq=False)
class Failed:
    """A recogniser failed; nothing more will come."""

    error: BaseException


@dataclass(eq=False)
class _Ear:
    """One recogniser's work on one utterance."""

    task: _Task
    language: str
    sound: deque[bytes] = field(default_factory=deque)
    recogniser: Recogniser | None = None
    busy: bool = False
    done: bool = False

    @property
    def ready(self) -> bool:
        return not self.busy and not self.done and (bool(self.sound) or self.task.ended is not None)


@dataclass(eq=False)
class _Task:
    speech: Speech
    ears: list[_Ear] = field(default_factory=list)
    ended: SpeechEnded | None = None
    heard: dict[str, list[Heard]] = field(default_factory=dict)


class Decoding:
    """The recognisers at work; its methods are called by one thread, results are taken from :attr:`results`."""

    def __init__(self, engines: Mapping[str, Engine], *, threads: int = 2, recognisers: int = 8) -> None:
        """At most ``recognisers`` are alive at once: what needs more waits."""
        self._engines = dict(engines)
        self._limit = max(recognisers, len(self._engines))
        self._alive = 0
        self._free: dict[str, list[Recogniser]] = {language: [] for language in engines}
        self._tasks: dict[Speech, _Task] = {}
        self._changed = threading.Condition()
        self._closing = False
        self.results: queue.SimpleQueue[Partial | Words | Failed] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=f"decoding-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def begin(self, speech: Speech, languages: Sequence[str]) -> None:
        """A new utterance, to be heard in these languages."""
        task = _Task(speech)
        task.ears = [_Ear(task, language) for language in languages]
        with self._changed:
            self._tasks[speech] = task

    def hear(self, speech: Speech, pcm: bytes) -> None:
        """Its sound goes on."""
        with self._changed:
            for ear in self._tasks[speech].ears:
                ear.sound.append(pcm)
            self._changed.notify_all()

    def end(self, ended: SpeechEnded) -> None:
        """It is complete; a :class:`Words` will follow."""
        with self._changed:
            self._tasks[ended.speech].ended = ended
            self._changed.notify_all()

    def waiting_s(self) -> float:
        """Seconds of sound that no recogniser heard yet."""
        with self._changed:
            longest = [max((sum(map(len, ear.sound)) for ear in task.ears), default=0) for task in self._tasks.values()]
        return sum(longest) / (2 * RATE)

    def idle(self) -> bool:
        """Whether all utterances are done and their results put into the queue."""
        with self._changed:
            return not self._tasks

    def close(self) -> None:
        """Stop the threads; unfinished utterances are left."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        try:
            while (ear := self._next()) is not None:
                self._turn(ear)
        except Exception as error:
            self.results.put(Failed(error))

    def _next(self) -> _Ear | None:
        with self._changed:
            while not self._closing:
                for task in sorted(self._tasks.values(), key=lambda task: task.speech.order):
                    for ear in task.ears:
                        if ear.ready and self._equip(ear):
                            ear.busy = True
                            return ear
                self._changed.wait()
            return None

    def _equip(self, ear: _Ear) -> bool:
        """Find the ear a recogniser; False if it has to wait for one."""
        if ear.recogniser is not None:
            return True
        if self._free[ear.language]:
            ear.recogniser = self._free[ear.language].pop()
            return True
        if self._alive >= self._limit:
            idle = next((found for found in self._free.values() if found), None)
            if idle is None:
                return False
            idle.pop()
            self._alive -= 1
        ear.recogniser = self._engines[ear.language].recogniser()
        self._alive += 1
        return True

    def _turn(self, ear: _Ear) -> None:
        """Hear up to a second; then the words so far, or all of them if the utterance is complete."""
        assert ear.recogniser is not None
        with self._changed:
            sound = bytearray()
            while ear.sound and len(sound) < _TURN_S * RATE * 2:
                sound += ear.sound.popleft()
            last = ear.task.ended is not None and not ear.sound
            caught_up = not ear.sound
        for start in range(0, len(sound), RATE // 5 * 2):
            ear.recogniser.accept(bytes(sound[start : start + RATE // 5 * 2]))
        if last:
            words = ear.recogniser.finish()
        elif caught_up and sound:
            self.results.put(Partial(ear.task.speech, ear.language, ear.recogniser.partial()))
        with self._changed:
            ear.busy = False
            if last:
                self._free[ear.language].append(ear.recogniser)
                ear.recogniser, ear.done = None, True
                ear.task.heard[ear.language] = words
                self._finish(ear.task)
            self._changed.notify_all()

    def _finish(self, task: _Task) -> None:
        if all(ear.done for ear in task.ears):
            assert task.ended is not None
            self.results.put(Words(task.ended, task.heard))
            del self._tasks[task.speech]
