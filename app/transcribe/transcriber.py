"""The work of the speech process without the process: a stream of steps in, messages out. Files take the same way."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from app.media.facts import SourceOpened
from app.transcribe.decoding import Decoding, Failed, Partial, Words
from app.transcribe.engine import Engine
from app.transcribe.follow import Step
from app.transcribe.listening import Listening, Speech, SpeechEnded, SpeechSounded
from app.transcribe.messages import Done, PartialText, Proposed, SpeechMessage, TrackDone
from app.transcribe.reading import propose

#: With so much undecoded sound (s) nothing further is read: it waits on disk instead of in memory.
ENOUGH_S = 60.0

Track = tuple[int, str, int]


class Transcriber:
    """Listens, decodes and proposes; one thread calls it, ``tell`` is called on that thread."""

    def __init__(
        self,
        engines: Mapping[str, Engine],
        tell: Callable[[SpeechMessage], None],
        *,
        hearing_language: str,
        pinned: Mapping[str, str] | None = None,
        known: Sequence[Done] = (),
        threads: int = 2,
        recognisers: int = 8,
    ) -> None:
        """``pinned`` maps seats to the one language that is tried there; ``known`` is not transcribed again."""
        self._engines = engines
        self._tell = tell
        self._hearing = hearing_language
        self._pinned = dict(pinned or {})
        self._known: dict[Track, int] = {}
        for done in known:
            track = (done.run, done.source, done.channel)
            self._known[track] = max(done.frame, self._known.get(track, 0))
        self._decoding = Decoding(engines, threads=threads, recognisers=recognisers)
        self._listening: Listening | None = None
        self._run = 0
        self._order: dict[Track, deque[Speech]] = {}
        self._words: dict[Speech, Words] = {}
        self._partials: dict[Speech, dict[str, str]] = {}
        self._recent: dict[str, str] = {}

    def hungry(self) -> bool:
        """Whether it makes sense to read on."""
        return self._decoding.waiting_s() < ENOUGH_S

    def backlog_s(self) -> float:
        """Seconds of sound that were taken but not decoded."""
        return self._decoding.waiting_s()

    def idle(self) -> bool:
        """Whether everything that was taken is text and was told."""
        return self._decoding.idle() and not any(self._order.values())

    def take(self, step: Step, opened: Callable[[str], SourceOpened]) -> None:
        """Listen to what was read."""
        if self._listening is None or step.run != self._run:
            self._run = step.run
            known = {
                (source, channel): frame for (run, source, channel), frame in self._known.items() if run == step.run
            }
            self._listening = Listening(step.run, opened, known)
        for event in self._listening.take(step):
            match event:
                case Speech():
                    self._order.setdefault(_track(event), deque()).append(event)
                    self._decoding.begin(event, self._languages(event.seat))
                case SpeechSounded():
                    self._decoding.hear(event.speech, event.pcm)
                case SpeechEnded():
                    self._decoding.end(event)

    def tell_results(self, timeout_s: float = 0.0) -> bool:
        """Tell what was understood meanwhile; waits up to ``timeout_s`` for the first. True if there was any."""
        found = False
        try:
            while True:
                self._result(self._decoding.results.get(timeout=0 if found or not timeout_s else timeout_s))
                found = True
        except queue.Empty:
            return found

    def close(self) -> None:
        """Stop; what is not text stays for the next time."""
        self._decoding.close()

    def _languages(self, seat: str) -> list[str]:
        wanted = self._pinned.get(seat)
        return [wanted] if wanted is not None and wanted in self._engines else list(self._engines)

    def _result(self, result: Partial | Words | Failed) -> None:
        match result:
            case Failed():
                raise result.error
            case Partial():
                self._partial(result)
            case Words():
                self._words[result.ended.speech] = result
                order = self._order[_track(result.ended.speech)]
                while order and order[0] in self._words:
                    self._finish(self._words.pop(order.popleft()))

    def _partial(self, partial: Partial) -> None:
        """Show the reading in the language that is likelier before anything can be measured."""
        seat = partial.speech.seat
        texts = self._partials.setdefault(partial.speech, {})
        texts[partial.language] = partial.text
        expected = self._recent.get(seat, self._hearing)
        language = expected if texts.get(expected) else partial.language
        if language == partial.language and partial.text:
            self._tell(PartialText(seat, language, partial.text))

    def _finish(self, words: Words) -> None:
        ended = words.ended
        seat = ended.speech.seat
        shown = self._partials.pop(ended.speech, None)
        proposal = propose(ended, words.heard, self._engines, hearing=self._hearing, recent=self._recent.get(seat))
        if shown:
            self._tell(PartialText(seat, proposal.reading.language if proposal else self._hearing, ""))
        if proposal is not None:
            self._recent[seat] = proposal.reading.language
            self._tell(Proposed(proposal))
        run, source, channel = _track(ended.speech)
        self._tell(TrackDone(Done(run=run, source=source, channel=channel, frame=ended.last)))


def _track(speech: Speech) -> Track:
    return (speech.run, speech.source, speech.channel)
