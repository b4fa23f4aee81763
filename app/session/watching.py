"""Looks at the recorder and at what was written, and says how things are: the one maker of :class:`Status`."""

from __future__ import annotations

from typing import Literal

from app import clock
from app.capture.client import RecorderClient
from app.capture.status import FolderState, RecorderStatus, SourceState
from app.errors import Trouble
from app.hearing.model import Course, Hearing
from app.i18n import Message, _
from app.session.status import FolderStatus, Health, SeatLevel, SourceStatus, SpeechStatus, Status

_REASONS: dict[str, Message] = {
    "lost": _("the device is gone; Khatshy takes it up again as soon as it is back"),
    "moved": _("the system switched to another microphone; Khatshy waits for the chosen one"),
    "stalled": _("the device delivers nothing"),
    "overflow": _("the device delivered faster than it could be taken; a gap is on record"),
    "clipping": _("too loud: lower the microphone's gain"),
    "silent": _("nothing comes from the device"),
    "behind": _("the processor cannot keep up; pictures are left out, the sound is whole"),
    "encoder": _("pictures cannot be written; the sound goes on"),
    "space": _("no room for pictures any more; the sound goes on"),
    "ended": _("the file has come to its end"),
}
_FOLDER_REASONS: dict[str, Message] = {
    "low": _("{path}: room for {hours} h of recording."),
    "slow": _("{path} writes slowly; nothing is lost, the sound waits in memory."),
    "full": _("{path} is full; the recording goes on in the other folder."),
    "failed": _("{path} cannot be written any more; the recording goes on in the other folder."),
}
WARN_HOURS = 4.0


class Watch:
    """Keeps the last known state of the recorder between looks."""

    def __init__(self) -> None:
        self._last: RecorderStatus | None = None
        #: Looks in a row at which the recorder did not answer.
        self.unanswered = 0

    def utc(self) -> str:
        """The recorder's civil time at the last look (UTC stamp); empty when none runs."""
        return self._last.utc if self._last else ""

    def look(
        self, hearing: Hearing, recorder: RecorderClient | None, speech: SpeechStatus | None, read_only: bool
    ) -> Status:
        """The state of everything now."""
        trouble: Message | None = None
        now: RecorderStatus | None = None
        if recorder is not None:
            try:
                now = recorder.status()
                self.unanswered = 0
            except Trouble as absent:
                trouble = absent.happened
                self.unanswered += 1
        elif hearing.now in (Course.RECORDING, Course.BREAK, Course.DELIBERATION):
            trouble = _("The recorder is not running: nothing is being recorded.")
        self._last = now
        if now is None:
            return Status(
                course=hearing.now, in_trouble=trouble, elapsed_s=recorded_seconds(hearing),
                speech=speech or SpeechStatus(), read_only=read_only,
            )  # fmt: skip
        return Status(
            course=hearing.now,
            recording=now.recording,
            elapsed_s=now.elapsed_s,
            course_s=now.course_s,
            sources=tuple(_source(source) for source in now.sources),
            folders=tuple(_folder(folder) for folder in now.folders),
            speech=speech or SpeechStatus(),
            read_only=read_only,
        )


def recorded_seconds(hearing: Hearing) -> float:
    """Recorded time of a sitting by its record, breaks cut out (s)."""
    spans = (interval for interval in hearing.course if interval.course is Course.RECORDING and interval.end)
    return sum((clock.moment(span.end) - clock.moment(span.begin)).total_seconds() for span in spans)


def _source(source: SourceState) -> SourceStatus:
    """Words for the recorder's state of a source; a reason without words of its own is shown as it is."""
    health: Health = "good"
    phase: Literal["running", "holding", "ended"] = "running"
    match source.state:
        case "holding" | "ended":
            phase = source.state
        case "good" | "warning" | "failed":
            health = source.state
    message = None
    if health != "good":
        reason = _REASONS.get(source.reason) or Message(source.reason)
        message = _("{source}: {reason}", source=source.name, reason=reason)
    return SourceStatus(
        name=source.name,
        kind=source.kind,
        health=health,
        message=message,
        levels=tuple(SeatLevel(level.seat, level.rms, level.peak, level.clipped) for level in source.levels),
        written_s=source.written_s,
        fresh=source.fresh,
        phase=phase,
    )


def _folder(folder: FolderState) -> FolderStatus:
    """Warn early enough to act: hours left at the present rate."""
    health: Health = folder.state
    reason = folder.reason
    if health == "good" and folder.hours_left < WARN_HOURS:
        health, reason = "warning", "low"
    message = None
    if health != "good":
        pattern = _FOLDER_REASONS.get(reason, _FOLDER_REASONS["failed" if health == "failed" else "low"])
        message = Message(pattern.text, {"path": folder.path, "hours": round(folder.hours_left, 1)})
    return FolderStatus(folder.path, health, folder.hours_left, message)
