"""The speech process as its engine meets it: killed, abandoned, without a model, with a model that ends it."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import jiwer
import pytest

from app import processes
from app.transcribe.client import SpeechClient
from app.transcribe.messages import Proposed, Setup, SpeechMessage, SpeechStateChanged
from tests.transcribe.sittings import Device, Sitting, demonstration
from tests.transcribe.speech import Run, installed, transcribe

TRIAL = bool(os.environ.get("KHATSHY_TRIAL"))
pytestmark = pytest.mark.xdist_group("speech-process")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHATSHY_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("KHATSHY_LOGS", str(tmp_path / "logs"))


def sitting(folder: Path, begin: float = 0, end: float = 60) -> Sitting:
    sound = {seat: samples[int(begin * 16000) : int(end * 16000)] for seat, samples in demonstration().items()}
    return Sitting(folder / "sitting", [Device("room", sound)]).start()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """A minute of the hearing, and what is said about it if nothing happens."""
    folder = sitting(tmp_path_factory.mktemp("whole")).record().stop()
    return folder, transcribe(folder)


def test_killed_again_and_again_it_says_everything_once(whole: tuple[Path, Run]) -> None:
    folder, undisturbed = whole
    run = Run()
    client = SpeechClient(folder, demonstration=True, hearing_language="kk", on_message=run.hear)
    for count in range(1, len(undisturbed.ids)) if TRIAL else (1, 3, 7):
        run.until(lambda run, count=count: len(run.proposals) >= count)  # type: ignore[misc]
        if client.pid is not None:
            os.kill(client.pid, signal.SIGKILL)
    assert client.wait(120)
    client.close()
    assert run.ids == undisturbed.ids
    assert len(set(run.ids)) == len(run.ids)
    before, after = (
        " ".join(p.reading.text for p in sorted(found.proposals, key=lambda p: p.id)) for found in (undisturbed, run)
    )
    assert jiwer.wer(before, after) <= 0.01


def test_a_new_engine_goes_on_where_the_record_ends(whole: tuple[Path, Run]) -> None:
    folder, first = whole
    record = first.proposals[:6]
    known = [(p.span.run, p.span.source, p.span.channel, p.span.last) for p in record]
    second = transcribe(folder, known=known)
    assert sorted([p.id for p in record] + second.ids) == first.ids


def test_text_comes_while_the_files_grow(tmp_path: Path) -> None:
    growing = sitting(tmp_path, 0, 40).record(9)
    run = Run()
    client = SpeechClient(growing.folder, demonstration=True, hearing_language="kk", on_message=run.hear)
    run.until(lambda run: len(run.proposals) >= 1)
    assert not run.finished
    growing.record(15)
    run.until(lambda run: len(run.proposals) >= 3)
    growing.record().stop()
    run.until(lambda run: run.finished)
    assert client.wait(10)
    client.close()
    assert run.ids == transcribe(growing.folder).ids
    assert run.last.backlog_s == 0


def test_when_nobody_takes_its_text_any_more_it_is_ended_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The record does not take a text (the disk is full, the record is frozen): nobody waits for ever."""
    told: list[SpeechMessage] = []
    refused: list[int | None] = []

    def refuse(message: SpeechMessage) -> None:
        told.append(message)
        if isinstance(message, Proposed):
            refused.append(client.pid)
            raise OSError(28, message.proposal.reading.text)

    growing = sitting(tmp_path, 0, 20).record()
    client = SpeechClient(growing.folder, demonstration=True, hearing_language="kk", on_message=refuse)
    assert client.wait(60)
    assert refused != [None]
    assert client.pid is None
    assert told[-1] == SpeechStateChanged("failed")
    assert len([message for message in told if isinstance(message, Proposed)]) == 1
    client.close()
    assert "OSError" in caplog.text
    text = next(message.proposal.reading.text for message in told if isinstance(message, Proposed))
    assert text not in caplog.text  # no word of a hearing


def test_when_its_engine_dies_it_leaves(tmp_path: Path) -> None:
    growing = sitting(tmp_path, 0, 20).record(9)
    setup = Setup(folder=str(growing.folder), demonstration=True)
    with subprocess.Popen(
        processes.command("app.transcribe.process"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=processes.environment(), encoding="utf-8",
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(setup.model_dump_json() + "\n")
        process.stdin.flush()
        while '"proposal"' not in process.stdout.readline():
            assert process.poll() is None
        assert os.getpriority(os.PRIO_PROCESS, process.pid) > 0
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_real_hearing_without_a_model_says_what_to_install(tmp_path: Path) -> None:
    run = transcribe(sitting(tmp_path, 0, 9).record().stop(), demonstration=False)
    assert run.last.state == "no-model"
    assert run.last.message is not None
    said = run.last.message.translated("en")
    assert "vosk-model-small-kz" in said
    assert str(tmp_path / "models") in said
    assert run.proposals == []


def test_demonstration_models_never_hear_a_real_hearing(tmp_path: Path) -> None:
    """Not even when somebody copies them among the real ones."""
    place = installed(tmp_path / "models", "kk", "ru")
    for language, name in (("kk", "kz"), ("ru", "ru")):
        (place / f"vosk-model-small-{name}-0.99" / "khatshy.json").write_text(
            f'{{"language": "{language}", "synthetic": true}}'
        )
    run = transcribe(sitting(tmp_path, 0, 9).record().stop(), demonstration=False)
    assert run.last.state == "no-model"
    assert run.proposals == []
    allowed = transcribe(tmp_path / "sitting", demonstration=False, synthetic_speech=True)
    assert allowed.proposals
    assert all(p.reading.model.synthetic for p in allowed.proposals)


def test_a_model_laid_into_the_folder_is_used(tmp_path: Path) -> None:
    installed(tmp_path / "models", "kk")
    run = transcribe(sitting(tmp_path, 0, 9).record().stop(), demonstration=False)
    assert {p.reading.model.name for p in run.proposals} == {"vosk-model-small-kz-0.99"}
    assert {p.reading.model.version for p in run.proposals} == {"0.99"}
    assert run.last.message is not None  # the Russian one is missing
    assert "Russian" in run.last.message.translated("en")


def test_a_model_that_ends_the_process_is_left_out(tmp_path: Path) -> None:
    """Its files have the right form, and still libvosk does not survive them."""
    place = installed(tmp_path / "models", "kk", "ru")
    graph = place / "vosk-model-small-kz-0.99" / "graph" / "HCLG.fst"
    whole = bytearray(graph.read_bytes())
    whole[200:-200] = b"\x7f" * (len(whole) - 400)
    graph.write_bytes(bytes(whole))
    run = transcribe(sitting(tmp_path, 25, 33).record().stop(), demonstration=False)
    assert run.last.state == "running"
    assert run.last.message is not None
    assert "vosk-model-small-kz-0.99" in run.last.message.translated("en")
    assert {p.reading.language for p in run.proposals} == {"ru"}


def test_a_broken_model_gets_a_sentence(tmp_path: Path) -> None:
    place = installed(tmp_path / "models", "kk")
    (place / "vosk-model-small-kz-0.99" / "am" / "final.mdl").write_bytes(b"")
    run = transcribe(sitting(tmp_path, 0, 9).record().stop(), demonstration=False)
    assert run.troubles == ["model-broken"]
    assert run.last.state == "failed"
    assert run.last.message is not None
    assert "am/final.mdl" in run.last.message.translated("en")
