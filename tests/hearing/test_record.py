"""The record: what is written is what is remembered; what is signed stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import chain
from app.errors import Trouble
from app.hearing import events as ev
from app.hearing import record
from app.hearing.fold import fold
from app.hearing.model import Case, Course, Mark, Participant, Signature, Stage, Wording

AT = "2026-11-21T05:00:00.000000Z"
LATER = "2026-11-21T05:10:00.000000Z"
OPENED = ev.HearingOpened(sitting="s1", case=Case(number="7585-26-00-2/101"), secretary=Wording(ru="Образцова"))


def test_a_hearing_from_opening_to_stop(tmp_path: Path) -> None:
    book = record.Record(tmp_path)
    for event in (
        OPENED,
        ev.ParticipantEntered(participant=Participant(id="j", role="presiding_judge", name=Wording(ru="Пример"))),
        ev.RecordingStarted(at=AT, run=1),
        ev.StageEntered(stage=Stage(id="1", stage="opening", at=AT)),
        ev.BreakStarted(at=LATER),
        ev.RecordingResumed(at=LATER),
        ev.RecordingStopped(at=LATER),
    ):
        book.append(event, actor="Образцова")
    hearing, reading = record.load(tmp_path)
    assert hearing == book.hearing
    assert reading.damage is None
    assert [part.course for part in hearing.course] == [
        Course.RECORDING, Course.BREAK, Course.RECORDING, Course.STOPPED,
    ]  # fmt: skip
    assert hearing.course[0].end == LATER
    book.close()


def test_a_signed_record_accepts_nothing_that_would_change_it(tmp_path: Path) -> None:
    book = record.Record(tmp_path)
    book.append(OPENED, actor="a")
    signature = Signature(document="protocol.pdf", role="secretary", name="Образцова", method="pkcs12", at=AT)
    book.append(ev.ProtocolSigned(signature=signature, frozen_seq=1), actor="a")
    with pytest.raises(Trouble) as refused:
        book.append(ev.MarkMade(mark=Mark(id="m", kind="note", at=AT)), actor="a")
    assert refused.value.code == "record-frozen"
    book.append(ev.ProtocolSigned(signature=signature, frozen_seq=1), actor="a")
    assert book.hearing.frozen_at == 1
    book.close()


def test_a_record_of_a_newer_version_is_kept_and_only_read(tmp_path: Path) -> None:
    book = record.Record(tmp_path)
    book.append(OPENED, actor="a")
    book.close()
    with chain.ChainLog(tmp_path / record.NAME) as log:
        log.append("WeatherObserved", {"sky": "clear"}, actor="a")
    book = record.Record(tmp_path)
    assert book.hearing.unknown == 1
    assert book.hearing.sitting == "s1"
    with pytest.raises(Trouble) as refused:
        book.append(ev.MarkMade(mark=Mark(id="m", kind="note", at=AT)), actor="a")
    assert refused.value.code == "record-newer"
    book.close()


def test_a_folder_without_a_record_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as refused:
        record.load(tmp_path)
    assert refused.value.code == "record-empty"


_events = st.lists(
    st.one_of(
        st.builds(
            lambda n, text: ev.MarkMade(mark=Mark(id=f"m{n}", kind="note", at=AT, text=Wording.same(text))),
            st.integers(0, 5),
            st.text(max_size=20),
        ),
        st.builds(lambda n: ev.MarkDeleted(id=f"m{n}"), st.integers(0, 5)),
        st.just(ev.RecordingStarted(at=AT, run=1)),
        st.just(ev.BreakStarted(at=LATER)),
        st.just(ev.CaseCorrected(case=Case(number="2а-1234/24"))),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)  # each example fsyncs every event
@given(_events)
def test_replaying_the_log_gives_the_live_state(
    tmp_path_factory: pytest.TempPathFactory, happened: list[ev.Event]
) -> None:
    folder = tmp_path_factory.mktemp("record")
    book = record.Record(folder)
    for event in [OPENED, *happened]:
        book.append(event, actor="a")
    assert record.replay(chain.read(folder / record.NAME).lines) == book.hearing == fold([OPENED, *happened])
    book.close()
