"""The engine as the window and the command line use it: real recorder, real files, real kills."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import clock, resources
from app.capture import client as recorder
from app.capture import guardian
from app.errors import Trouble
from app.hearing import record
from app.hearing.model import Case, Course, Participant, Source, Track, Wording
from app.media.recording import Recording
from app.protocol.authority import make_demonstration_keys
from app.session import cameras, sittings
from app.session.changes import Change, HearingChanged, TaskEnded, TroubleArose
from app.session.engine import Engine

JUDGE = resources.folder("demo") / "judge.flac"


def wait(condition: Callable[[], object], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A sitting with one sound file as its microphone, played in real time."""
    for name in ("DATA", "CONFIG", "LOGS", "RUNTIME", "MODELS"):
        monkeypatch.setenv(f"KHATSHY_{name}", str(tmp_path / name.lower()))
    made = sittings.create(
        Case(number="7585-26-00-2/101"),
        secretary=Wording.same("Образцова"),
        participants=[Participant(id="j", role="presiding_judge", name=Wording.same("Пример"), seat="judge")],
        sources=[Source(name="judge", kind="file", device=str(JUDGE), tracks=(Track(channel=0, seat="judge"),))],
        mirror_root=tmp_path / "second",
    )
    yield made
    living = recorder.attach(made)
    if living is not None:
        living.course("stopped")
        living.close()


def test_a_day_without_incident(folder: Path, tmp_path: Path) -> None:
    engine = Engine(folder, mirror_root=tmp_path / "second")
    heard: list[Change] = []
    engine.subscribe(heard.append)
    engine.start()
    engine.enter_stage("opening")
    wait(lambda: engine.status.elapsed_s > 0.6)
    engine.note("Қатысушылар келді")
    engine.pause()
    assert engine.hearing.now is Course.BREAK
    wait(lambda: engine.status.course is Course.BREAK)
    paused = engine.status.elapsed_s
    engine.resume()
    wait(lambda: engine.status.elapsed_s > paused + 0.3)
    engine.stop()
    engine.close()
    assert [part.course for part in engine.hearing.course] == ["recording", "break", "recording", "stopped"]
    assert [change.event for change in heard if isinstance(change, HearingChanged)][-1].__class__.__name__ == (
        "RecordingStopped"
    )
    second = sittings.mirror_of(folder, tmp_path / "second")
    assert second is not None
    assert (second / record.NAME).read_bytes() == (folder / record.NAME).read_bytes()


def test_a_real_hearing_without_a_model_is_recorded_and_says_what_to_install(folder: Path) -> None:
    engine = Engine(folder)
    engine.start()
    wait(lambda: engine.status.speech.state == "no-model")
    wait(lambda: engine.status.elapsed_s > 0.5)
    assert engine.status.speech.message is not None
    assert "vosk-model" in str(engine.status.speech.message)
    engine.stop()
    engine.close()
    assert not engine.hearing.utterances
    assert sum(segment.last - segment.first for segment in Recording(folder).segments) > 0


_WINDOW = """
import sys, time
from pathlib import Path
from app.session.engine import Engine
engine = Engine(Path(sys.argv[1]), speech=False)
engine.start()
engine.note("before")
while engine.status.elapsed_s < 0.5:
    time.sleep(0.02)
print("recording", flush=True)
time.sleep(600)
"""


def test_the_client_is_killed_the_recording_goes_on_and_a_new_one_takes_over(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _WINDOW, str(folder)], stdout=subprocess.PIPE) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == b"recording\n"
        window.kill()
    before = Recording(folder)
    wait(lambda: before.refresh() and before.segments[-1].last > 16_000)
    begun = time.monotonic()
    engine = Engine(folder, speech=False)
    wait(lambda: engine.status.recording)
    assert time.monotonic() - begun <= 2.0, "a new client re-attaches within 2 s"
    assert engine.status.elapsed_s >= 0.5
    assert [mark.text.ru for mark in engine.hearing.marks.values()] == ["before"]
    engine.stop()
    engine.close()


def test_two_windows_on_one_sitting_the_second_only_reads_and_sees_what_the_first_writes(folder: Path) -> None:
    first = Engine(folder, speech=False)
    second = Engine(folder, speech=False)
    seen: list[Change] = []
    second.subscribe(seen.append)
    assert second.read_only
    with pytest.raises(Trouble) as refused:
        second.note("from the second")
    assert refused.value.code == "read-only"
    first.note("from the first")
    wait(lambda: second.hearing.marks)
    wait(lambda: any(isinstance(change, TroubleArose) and change.trouble.code == "log-busy" for change in seen))
    second.close()
    first.close()


def test_recorder_and_guardian_killed_together_the_next_engine_starts_them_again(folder: Path) -> None:
    engine = Engine(folder, speech=False)
    engine.start()
    wait(lambda: engine.status.elapsed_s > 0.5)
    engine.close()
    for pid in _pids(folder):
        os.kill(pid, signal.SIGKILL)
    wait(lambda: not any(_alive(pid) for pid in _pids(folder)))
    engine = Engine(folder, speech=False)
    wait(lambda: engine.status.recording)
    assert len(Recording(folder).runs) == 2
    at = engine.status.elapsed_s
    wait(lambda: engine.status.elapsed_s > at + 0.5)
    engine.stop()
    [gap] = engine.hearing.interruptions
    assert gap.source == ""
    assert 0 < (clock.moment(gap.until) - clock.moment(gap.at)).total_seconds() < 10
    engine.close()
    again = Engine(folder, speech=False)
    assert again.hearing.interruptions == (gap,)
    again.close()


def test_a_recording_that_cannot_begin_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHATSHY_DATA", str(tmp_path))
    made = sittings.create(Case(number="1"), secretary=Wording(), data=tmp_path)
    engine = Engine(made, speech=False)
    with pytest.raises(Trouble) as refused:
        engine.start()
    assert refused.value.code == "no-source"
    engine.close()


def _pids(folder: Path) -> list[int]:
    """Guardian first, so that it cannot start another recorder."""
    state = json.loads((folder / guardian.STATE).read_bytes())
    return [int(state["guardian"]), int(state["recorder"])]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] != "Z"


def test_a_damaged_record_says_so_to_its_reader_and_in_itself(folder: Path) -> None:
    book = folder / record.NAME
    content = book.read_bytes()
    book.write_bytes(content[:-9])
    engine = Engine(folder, mirror_root=folder.parent, speech=False)
    heard: list[Change] = []
    engine.subscribe(heard.append)
    wait(lambda: any(isinstance(change, TroubleArose) and change.trouble.code == "record-damaged" for change in heard))
    engine.close()
    assert record.load(folder)[1].lines[-1].type == "DamageFound"


def test_a_camera_s_password_stays_on_this_pc(folder: Path) -> None:
    secret = "rtsp://court:pAssw0rd@127.0.0.1:8554/hall"
    engine = Engine(folder, speech=False)
    engine.choose_sources([Source(name="camera", kind="stream", device=secret)])
    engine.close()
    assert b"pAssw0rd" not in (folder / record.NAME).read_bytes()
    assert engine.hearing.sources[0].device == "rtsp://127.0.0.1:8554/hall"
    assert cameras.with_password(engine.hearing.sources[0].device) == secret


def test_a_key_pressed_twice_and_a_sitting_whose_recorder_is_gone_can_be_ended(folder: Path) -> None:
    engine = Engine(folder, speech=False)
    engine.start()
    with pytest.raises(Trouble) as refused:
        engine.start()
    assert refused.value.code == "already-recording"
    wait(lambda: engine.status.elapsed_s > 0.5)
    engine.pause()
    engine.pause()
    assert [part.course for part in engine.hearing.course] == ["recording", "break"]
    engine.close()
    for pid in _pids(folder):
        os.kill(pid, signal.SIGKILL)
    wait(lambda: not any(_alive(pid) for pid in _pids(folder)))
    plan = folder / "recorder-plan.json"
    plan.rename(folder / "plan-that-is-gone.json")  # nothing can be started again
    engine = Engine(folder, speech=False)
    engine.stop()
    assert engine.hearing.now is Course.STOPPED
    engine.close()


def test_while_a_protocol_is_made_and_signed_the_record_stands_still(folder: Path, tmp_path: Path) -> None:
    keys = make_demonstration_keys(tmp_path / "keys", {"secretary": "Образцова"})
    engine = Engine(folder, speech=False)
    ended: list[TaskEnded] = []
    engine.subscribe(lambda change: ended.append(change) if isinstance(change, TaskEnded) else None)
    engine.start()
    wait(lambda: engine.status.elapsed_s > 1)
    engine.stop()
    key = keys.people["secretary"]
    engine.export("ru", secretary_key=key.path, secretary_password=key.password, trusted=keys.root.parent)
    wait(lambda: "exporting" in (refused(lambda: engine.note("too late")), refused(lambda: engine.export("kk"))))
    wait(lambda: ended, 90)
    assert ended[0].trouble is None, ended[0].trouble
    assert ended[0].result is not None
    assert {"protocol_pdf", "transcript", "package", "verified", "exit_status", "status"} <= set(ended[0].result)
    assert refused(lambda: engine.note("after the signature")) == "record-frozen"
    engine.close()


def refused(command: Callable[[], object]) -> str:
    """The code of the Trouble with which a command is refused; empty if it is done."""
    try:
        command()
    except Trouble as trouble:
        return trouble.code
    return ""
