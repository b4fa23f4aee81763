"""The real recorder writes, the speech process reads along."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import resources
from app.capture.client import launch, socket_address
from app.capture.plan import Plan, SourcePlan
from app.media.facts import SeatChannel
from app.transcribe.client import SpeechClient
from tests.transcribe.sittings import cues
from tests.transcribe.speech import Run, score, script

pytestmark = pytest.mark.xdist_group("speech-recorder")


def test_the_hearing_is_recorded_and_becomes_text_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHATSHY_RUNTIME", str(tmp_path / "run"))
    monkeypatch.setenv("KHATSHY_LOGS", str(tmp_path / "logs"))
    seats = ("judge", "claimant", "respondent", "witness", "third_party")
    sources = tuple(
        SourcePlan(
            name=seat, kind="file", device=str(resources.folder("demo") / f"{seat}.flac"), fast=True,
            tracks=(SeatChannel(channel=0, seat=seat),),
        )
        for seat in seats
    )  # fmt: skip
    plan = Plan(
        sitting="speech", folder=tmp_path / "sitting", address=socket_address("speech"), actor="test",
        sources=sources, speed="fast", start_utc="2026-11-20T04:30:00.000000Z",
    )  # fmt: skip
    recorder = launch(plan)
    run = Run()
    client = SpeechClient(plan.folder, demonstration=True, hearing_language="kk", on_message=run.hear)
    try:
        recorder.course("recording")
        run.until(lambda run: len(run.proposals) >= len(cues()) // 2)
        run.until(lambda run: len(run.proposals) >= len(cues()) - 1)
        recorder.course("stopped")
        run.until(lambda run: run.finished)
    finally:
        recorder.course("stopped")
        recorder.close()
        client.close()
    found = score(script(cues()), run.proposals)
    assert found.seats == 1.0
    assert found.wer <= 0.05
    assert found.languages >= 0.98
    assert found.start <= 0.3
    assert found.spurious == 0
