"""The transcript gives the machine's words as they are, in turns, and says on its face what it is."""

from __future__ import annotations

from app.hearing import events as ev
from app.hearing.fold import fold
from app.hearing.model import Hearing, RecordLanguage
from app.protocol.document import Document, Paragraph, Reading, Rule
from app.protocol.transcript import transcript
from tests.protocol.documents import sample
from tests.protocol.documents.sample import said, stage


def of(hearing: Hearing, language: RecordLanguage = "ru") -> Document:
    return transcript(hearing, sample.positions, language=language, head=sample.HEAD)


def heard(*events: ev.Event) -> Document:
    return of(fold([sample.opened(), *sample.entered(), ev.RecordingStarted(at=sample.at("10:05:00"), run=1), *events]))


def test_a_turn_has_clock_position_speaker_language_and_the_raw_words() -> None:
    turn = of(sample.hearing(), "kk").turns[-1]
    assert (turn.clock, turn.position) == ("10:41:15", "0:21:11")
    assert (turn.role, turn.name) == ("Төрағалық етуші", "Үлгілі Айғақ Мысалқызы")
    words = "сот шешті талап ішінара қанағаттандырылсын жауапкерден екі жүз мың теңге өндірілсін"
    assert turn.readings == (Reading("қаз", words),)


def test_one_seat_is_joined_until_another_speaks_or_pauses_for_more_than_two_seconds() -> None:
    document = heard(
        said("10:05:01", "judge", "kk", "бір", seconds=1),
        said("10:05:04", "judge", "kk", "екі", seconds=1),  # 2.0 s of silence: still the same turn
        said("10:05:07.1", "judge", "kk", "үш", seconds=1),  # 2.1 s: a new one
        said("10:05:08.2", "claimant", "kk", "төрт", seconds=1),
        said("10:05:09.3", "judge", "kk", "бес", seconds=1),
    )
    assert [turn.readings[0].text for turn in document.turns] == ["бір екі", "үш", "төрт", "бес"]


def test_utterances_come_by_time_whatever_order_they_were_written_in() -> None:
    document = heard(
        said("10:05:09", "claimant", "kk", "кейін", seconds=1), said("10:05:01", "judge", "kk", "бұрын", seconds=1)
    )
    assert [turn.readings[0].text for turn in document.turns] == ["бұрын", "кейін"]


def test_a_turn_in_two_languages_shows_both() -> None:
    document = heard(
        said("10:05:01", "judge", "kk", "рақмет", seconds=1), said("10:05:02.5", "judge", "ru", "спасибо", seconds=1)
    )
    (turn,) = document.turns
    assert turn.readings == (Reading("каз", "рақмет"), Reading("рус", "спасибо"))


def test_stages_and_breaks_stand_as_rules_where_they_happened_and_notes_do_not() -> None:
    document = of(sample.hearing())
    rules = [block.text for block in document.blocks if isinstance(block, Rule)]
    assert "10:15:00 · перерыв" in rules
    assert rules[:2] == ["10:05:01 · Открытие судебного заседания", "10:05:40 · Проверка явки"]
    assert "заметка" not in repr(document)
    order = [block for block in document.blocks if isinstance(block, Rule) or block in document.turns]
    assert order[0] == Rule("10:05:01 · Открытие судебного заседания")


def test_a_new_stage_divides_a_turn() -> None:
    document = heard(
        said("10:05:01", "judge", "kk", "бұрын", seconds=1),
        stage("10:05:02.5", "appearance"),
        said("10:05:03", "judge", "kk", "кейін", seconds=1),
    )
    assert [turn.readings[0].text for turn in document.turns] == ["бұрын", "кейін"]


def test_a_persons_correction_does_not_change_the_machines_words() -> None:
    edited = sample.hearing(ev.UtteranceEdited(id="u10:05:45claimant", text="исправлено человеком"))
    assert of(edited) == of(sample.hearing())


def test_a_seat_without_a_person_is_called_by_its_seat() -> None:
    (turn,) = heard(said("10:05:01", "hall", "ru", "шум")).turns
    assert (turn.role, turn.name) == ("микрофон: hall", "")


def test_machine_text_and_synthetic_models_are_named() -> None:
    notices = " ".join(of(sample.hearing()).notices)
    assert "МАШИННЫЙ ТЕКСТ" in notices
    assert "синтезированной речи" in notices
    real = heard(said("10:05:01", "judge", "ru", "слушается дело", synthetic=False))
    assert "синтезированной" not in " ".join(real.notices)
    assert "МАШИННЫЙ ТЕКСТ" in " ".join(real.notices)


def test_no_words_are_said_to_be_no_words() -> None:
    document = heard()
    assert document.turns == ()
    assert Paragraph("Нет данных: машинный текст (распознанных слов нет).", missing=True) in document.blocks


def test_only_the_secretary_signs_it() -> None:
    assert [place.field for place in of(sample.hearing()).places] == ["secretary"]
