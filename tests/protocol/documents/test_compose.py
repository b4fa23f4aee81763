"""The short protocol has the items of the law, in its order, filled from the record and from nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app import resources
from app.errors import Trouble
from app.hearing import events as ev
from app.hearing.fold import fold
from app.hearing.model import Hearing, Interruption, Mark, Participant, RecordLanguage, Wording
from app.protocol.compose import short_protocol
from app.protocol.document import Document, Entries, FileList, Item, Paragraph
from tests.protocol.documents import sample

STARRED = ["1", "2", "3", "4", "6", "13-1", "16", "18"]


def protocol(hearing: Hearing, language: RecordLanguage = "ru", **changes: Any) -> Document:
    known: dict[str, Any] = {"recordings": sample.recordings(), "drawn_up": sample.DRAWN_UP} | changes
    return short_protocol(hearing, known["recordings"], language=language, head=sample.HEAD, drawn_up=known["drawn_up"])


def words(item: Item) -> list[str]:
    """Everything that an item says, in order."""
    found: list[str] = []
    for content in item.content:
        match content:
            case Paragraph():
                found.append(content.text)
            case Entries():
                found += [content.lead] if content.lead else []
                for entry in content.entries:
                    found += [entry.text, entry.detail] if entry.detail else [entry.text]
            case FileList():
                found += [cell for row in content.table.rows for cell in row]
    return [sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in found]


def missing(item: Item) -> list[str]:
    return [content.text for content in item.content if isinstance(content, Paragraph) and content.missing]


def item(document: Document, id: str) -> Item:
    return next(found for found in document.items if found.id == id)


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_exactly_the_items_that_the_law_stars_then_recording_and_files(language: RecordLanguage) -> None:
    document = protocol(sample.hearing(), language)
    assert [found.id for found in document.items] == [*STARRED, "recording", "files"]
    assert [found.number for found in document.items] == list(range(1, 11))
    assert not [sentence for found in document.items for sentence in missing(found)]


def test_titles_are_those_of_the_courts() -> None:
    assert protocol(sample.hearing(), "kk").title == "СОТ ОТЫРЫСЫНЫҢ ҚЫСҚАША ХАТТАМАСЫ"
    assert protocol(sample.hearing(), "ru").title == "КРАТКИЙ ПРОТОКОЛ СУДЕБНОГО ЗАСЕДАНИЯ"


def test_dates_times_and_names_are_those_of_the_record() -> None:
    kk, ru = protocol(sample.hearing(), "kk"), protocol(sample.hearing(), "ru")
    assert words(item(kk, "1")) == ["2026 жылғы 21 қараша, Үлгілі қаласы, Мысал көшесі, 1-үй, 1-зал"]
    assert words(item(ru, "1")) == ["21 ноября 2026 года, город Образцовый, улица Примерная, дом 1, зал 1"]
    assert words(item(ru, "2"))[:2] == ["Начало – 10:05", "Окончание – 10:43"]
    assert "Төрағалық етуші – Үлгілі Айғақ Мысалқызы" in words(item(kk, "3"))
    assert "Секретарь судебного заседания – Хатшыбекова Улги" in words(item(ru, "3"))
    assert words(item(ru, "18")) == ["21 ноября 2026 года"]


def test_who_came_who_took_part_from_afar_and_that_the_connection_broke() -> None:
    said = words(item(protocol(sample.hearing()), "6"))
    assert said == [
        "Явились:", "Истец – Мысалов Шартты Улгиулы", "Ответчик – Примерова Проба Образцовна",
        "Свидетель – Болжамды Дерек",
        "Участвовали дистанционно:", "Третье лицо – Образцов Пример Условнович", "Средство связи: видеоконференц-связь",
        "Связь с дистанционными участниками:", "10:25 – Связь прервана", "Видеосвязь с ним прервана",
        "10:26 – Связь восстановлена", "Видеосвязь восстановлена",
    ]  # fmt: skip


def test_an_absent_witness_and_a_representative() -> None:
    absent = Participant(id="w2", role="witness", name=Wording.same("Мысалова Жоқ"), presence="absent")
    lawyer = Participant(id="r", role="representative", name=Wording.same("Өкілов Үлгі"), represents="claimant")
    unknown = Participant(id="x", role="observer", name=Wording(), presence="remote")
    entered = [ev.ParticipantEntered(participant=person) for person in (absent, lawyer, unknown)]
    said = words(item(protocol(sample.hearing(*entered)), "6"))
    assert said[said.index("Не явились:") + 1] == "Свидетель – Мысалова Жоқ"
    assert said[said.index("Представитель – Өкілов Үлгі") + 1] == "Представляет: Мысалов Шартты Улгиулы"
    assert "observer – имя не указано" in said
    assert "Нет данных: средство связи." in said


def test_breaks_with_their_times_and_a_new_date() -> None:
    ru = words(item(protocol(sample.hearing()), "13-1"))
    assert ru == ["10:15 – 10:22: перерыв (7 мин)", "10:33 – 10:41: суд находился в совещательной комнате (8 мин)"]
    kk = words(item(protocol(sample.hearing(), "kk"), "13-1"))
    assert kk[0] == "10:15 – 10:22: үзіліс (7 мин)"
    adjourned = sample.hearing(sample.mark("10:42:30", "next_date", "2026 жылғы 3 желтоқсан", "3 декабря 2026 года"))
    assert words(item(protocol(adjourned), "13-1"))[-1] == "Дата нового судебного заседания: 3 декабря 2026 года"


def test_a_hearing_that_never_began_invents_nothing() -> None:
    empty = fold([ev.HearingOpened(sitting="0", case=sample.opened().case.model_copy(
        update={"name": Wording(), "court": Wording(), "place": Wording()}), secretary=Wording())])  # fmt: skip
    document = protocol(empty, recordings=[], drawn_up=None)
    assert [found.id for found in document.items] == [*STARRED, "recording", "files"]
    assert all(missing(found) for found in document.items)
    shown = [sentence for found in document.items for sentence in words(found)]
    assert all(sentence.startswith(("Нет данных: ", "Время указано")) for sentence in shown)


def test_no_record_at_all_still_makes_a_document() -> None:
    document = short_protocol(Hearing(), [], language="kk", head=sample.HEAD, drawn_up=None)
    assert len(document.items) == 10
    assert all(missing(found) for found in document.items)


def test_a_break_that_never_ended_and_a_recording_that_never_stopped() -> None:
    begun = fold([sample.opened(), *sample.entered(), ev.RecordingStarted(at=sample.at("23:50:00"), run=1),
                  ev.BreakStarted(at=sample.at("23:58:00"))])  # fmt: skip
    document = protocol(begun)
    assert words(item(document, "13-1"))[0] == "23:58: объявлен перерыв"
    assert missing(item(document, "2")) == ["Нет данных: время окончания судебного заседания."]


def test_a_sitting_past_midnight_names_both_days() -> None:
    night = fold([sample.opened(), ev.RecordingStarted(at=sample.at("23:50:00"), run=1),
                  ev.RecordingStopped(at=sample.at("24:10:00"))])  # fmt: skip
    assert words(item(protocol(night), "2"))[1] == "Окончание – 22 ноября 2026 года, 00:10"


def test_an_interrupted_recording_is_named_with_its_seconds() -> None:
    gap = Interruption(at=sample.at("10:20:05"), until=sample.at("10:20:08"), reason="recorder-killed")
    said = words(item(protocol(sample.hearing(ev.RecordingInterrupted(interruption=gap)), "ru"), "recording"))
    assert "Запись прерывалась:" in said
    assert any(sentence.startswith("10:20:05 – 10:20:08") for sentence in said)


def test_names_of_the_files_as_they_are() -> None:
    said = words(item(protocol(sample.hearing()), "files"))
    assert [recording.name for recording in sample.recordings()] == said[::4]
    assert said[1::4][0] == "звук: председательствующий"
    assert said[1::4][-1] == "видео"
    only_sound = protocol(sample.hearing(), recordings=sample.recordings()[:5])
    assert words(item(only_sound, "recording")) == ["В судебном заседании применялись средства аудиозаписи."]


def test_a_corrected_mark_stands_as_it_was_corrected() -> None:
    first = sample.hearing().marks["m10:41:23"]
    corrected = ev.MarkMade(mark=first.model_copy(update={"text": Wording.same("Объявлена резолютивная часть")}))
    said = words(item(protocol(sample.hearing(corrected)), "16"))
    assert said[:2] == ["10:41 – Решение оглашено", "Объявлена резолютивная часть"]


def test_the_same_record_makes_the_same_document() -> None:
    assert protocol(sample.hearing()) == protocol(sample.hearing())


def test_demonstration_and_real_hearings_are_told_apart() -> None:
    assert "ДЕМОНСТРАЦИЯ" in " ".join(protocol(sample.hearing()).notices)
    real = protocol(sample.hearing().model_copy(update={"demonstration": False}))
    assert real.notices == ()
    assert not real.demonstration


def test_a_procedure_without_its_own_data_is_refused_in_a_sentence() -> None:
    criminal = ev.CaseCorrected(case=sample.opened().case.model_copy(update={"procedure": "criminal"}))
    with pytest.raises(Trouble) as caught:
        protocol(sample.hearing(criminal))
    assert caught.value.code == "protocol-kind-unknown"


def test_every_phrase_exists_in_both_languages_with_the_same_values() -> None:
    folder: Path = resources.folder("law")
    data = json.loads((folder / "protocol_wording.json").read_bytes())
    for name, phrase in data["phrases"].items():
        kk, ru = (sorted(part.split("}")[0] for part in phrase[language].split("{")[1:]) for language in ("kk", "ru"))
        assert phrase["kk"], name
        assert phrase["ru"], name
        assert kk == ru, name


def test_notes_of_the_secretary_do_not_enter_the_protocol() -> None:
    note = ev.MarkMade(mark=Mark(id="n", kind="note", at=sample.at("10:06:00"), text=Wording.same("только для себя")))
    assert protocol(sample.hearing(note)) == protocol(sample.hearing())
