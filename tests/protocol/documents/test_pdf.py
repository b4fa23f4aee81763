"""The PDF is what a court can file: searchable, self-contained, the same bytes for the same record, nothing cut off."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import cv2
import pytest
from pikepdf import Pdf, pdfa

from app.hearing import events as ev
from app.hearing.fold import fold
from app.hearing.model import Hearing, Participant, RecordLanguage, Wording
from app.protocol import seal
from app.protocol.compose import short_protocol
from app.protocol.document import Document, RecordingFile
from app.protocol.pdf import render
from app.protocol.transcript import transcript
from tests.protocol.documents import sample

LETTERS = "ӘәҒғҚқҢңӨөҰұҮүҺһІі Ёё Йй № ₸ «» –"
MM = 72 / 25.4


def protocol(hearing: Hearing, language: RecordLanguage = "kk", recordings: Any = None) -> Document:
    files = sample.recordings() if recordings is None else recordings
    return short_protocol(hearing, files, language=language, head=sample.HEAD, drawn_up=sample.DRAWN_UP)


def spoken(hearing: Hearing, language: RecordLanguage = "kk") -> Document:
    return transcript(hearing, sample.positions, language=language, head=sample.HEAD)


def tool(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def text(pdf: Path) -> str:
    """All text of the PDF with single spaces."""
    return " ".join(tool("pdftotext", "-layout", pdf, "-").split())


def pages(pdf: Path) -> int:
    found = re.search(r"Pages:\s+(\d+)", tool("pdfinfo", pdf))
    assert found
    return int(found[1])


def outside(pdf: Path) -> list[str]:
    """Words that reach over the margins of their page (30 mm left, 15 mm right) or over its edges."""
    found = []
    for box in re.finditer(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>',
        tool("pdftotext", "-bbox", pdf, "-"),
    ):
        left, top, right, bottom = (float(value) for value in box.groups()[:4])
        if left < 30 * MM - 1 or right > 195 * MM + 1 or top < 0 or bottom > 297 * MM:
            found.append(box[0])
    return found


@pytest.fixture(params=["kk", "ru"])
def language(request: pytest.FixtureRequest) -> RecordLanguage:
    found: RecordLanguage = request.param
    return found


@pytest.mark.parametrize("make", [protocol, spoken])
def test_it_is_an_archive_pdf_with_all_fonts_inside(tmp_path: Path, make: Any, language: RecordLanguage) -> None:
    pdf = tmp_path / "document.pdf"
    render(make(sample.hearing(), language), pdf)
    report = pdfa.validate_written(pdf, "3b")
    assert report.verdict == "pass", report.findings
    rows = tool("pdffonts", pdf).splitlines()[2:]
    assert rows
    assert all(re.search(r"\+IBMPlexSerif\S* +\S+ +\S+ +yes yes yes", row) for row in rows), rows


def test_every_letter_can_be_found_again(tmp_path: Path) -> None:
    named = sample.hearing(
        ev.CaseCorrected(case=sample.opened().case.model_copy(update={"name": Wording.same(LETTERS)}))
    )
    pdf = tmp_path / "protocol.pdf"
    render(protocol(named), pdf)
    assert LETTERS in text(pdf)
    assert "Төрағалық етуші" in text(pdf)


def test_it_is_the_same_for_the_same_record_and_another_for_another(tmp_path: Path, language: RecordLanguage) -> None:
    first, second, other = (tmp_path / f"{name}.pdf" for name in ("first", "second", "other"))
    render(protocol(sample.hearing(), language), first)
    render(spoken(sample.hearing(), language), tmp_path / "between.pdf")
    render(protocol(sample.hearing(), language), second)
    render(protocol(sample.hearing(sample.mark("10:43:00", "next_date", "ертең", "завтра")), language), other)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_every_page_has_number_hash_check_word_case_and_notice(tmp_path: Path) -> None:
    pdf = tmp_path / "protocol.pdf"
    render(protocol(sample.hearing(), "ru"), pdf)
    count = pages(pdf)
    for page in range(1, count + 1):
        shown = " ".join(tool("pdftotext", "-f", str(page), "-l", str(page), "-layout", pdf, "-").split())
        assert f"Страница {page} из {count}" in shown
        assert f"SHA-256 {sample.HEAD}" in shown
        assert seal.check_word(sample.HEAD) in shown
        assert "Дело № 7585-26-00-2/101" in shown
        assert "ДЕМОНСТРАЦИЯ" in shown


def test_the_qr_code_of_a_printed_page_names_sitting_and_hash(tmp_path: Path) -> None:
    pdf = tmp_path / "protocol.pdf"
    render(protocol(sample.hearing()), pdf)
    tool("pdftoppm", "-r", "200", "-f", "2", "-l", "2", "-png", "-singlefile", pdf, tmp_path / "page")
    picture = cv2.imread(str(tmp_path / "page.png"))
    assert picture is not None
    height, width = picture.shape[:2]
    corner = picture[int(height * 0.9) :, int(width * 0.8) :]
    said, _corners, _straight = cv2.QRCodeDetector().detectAndDecode(corner)
    assert said == f"KHATSHY:1:7C41A09E:{sample.HEAD.upper()}:{seal.check_word(sample.HEAD).upper()}"


def test_title_language_and_date_stand_in_the_pdf(tmp_path: Path, language: RecordLanguage) -> None:
    pdf = tmp_path / "protocol.pdf"
    render(protocol(sample.hearing(), language), pdf)
    with Pdf.open(pdf) as opened:
        assert str(opened.Root.Lang) == language
        assert "7585-26-00-2/101" in str(opened.docinfo.Title)
        assert str(opened.docinfo.CreationDate) == "D:20261121110000+05'00'"


def test_headings_are_bookmarks(tmp_path: Path) -> None:
    pdf = tmp_path / "protocol.pdf"
    render(protocol(sample.hearing(), "ru"), pdf)
    with Pdf.open(pdf) as opened, opened.open_outline() as outline:
        (root,) = outline.root
        assert root.title == "КРАТКИЙ ПРОТОКОЛ СУДЕБНОГО ЗАСЕДАНИЯ"
        assert [child.title[:2] for child in root.children][:3] == ["1.", "2.", "3."]
        assert len(root.children) == 10


def test_the_transcript_says_on_every_page_that_a_machine_wrote_it(tmp_path: Path) -> None:
    pdf = tmp_path / "transcript.pdf"
    more = [sample.said(f"11:{minute:02}:00", "judge", "kk", "құрметті сот " * 12) for minute in range(40)]
    render(spoken(sample.hearing(*more), "ru"), pdf)
    count = pages(pdf)
    assert count > 2
    for page in range(1, count + 1):
        shown = tool("pdftotext", "-f", str(page), "-l", str(page), pdf, "-")
        assert "МАШИННЫЙ ТЕКСТ" in shown
        assert "синтезированной речи" in shown


def test_three_hundred_turns_with_long_names_and_words_stay_on_the_page(tmp_path: Path) -> None:
    endless = "қанағаттандырылмағандықтарыңыздан" * 5
    name = Wording.same("Мысалбекұлы-Үлгілітегі Ұзақтанқызы " * 8 + endless)
    people = [
        ev.ParticipantEntered(participant=Participant(id=seat, role=role, name=name, seat=seat))
        for seat, role in (("judge", "presiding_judge"), ("claimant", "claimant"), ("s", "secretary"))
    ]
    card = sample.opened().case.model_copy(
        update={"number": "7585/" * 60, "name": name, "court": name, "place": Wording.same(endless)}
    )
    turns = [
        sample.said(
            f"{11 + n // 60}:{n % 60:02}:00", ("judge", "claimant")[n % 2], "kk", f"{endless} сот " * (n % 3 + 1)
        )
        for n in range(300)
    ]
    hearing = sample.hearing(
        *people, ev.CaseCorrected(case=card), *turns, sample.mark("10:42:40", "next_date", endless, endless)
    )
    files = [
        RecordingFile("ұзақ_" * 50 + f"{n}.flac", "judge", "audio", sample.at("10:05:00"), 36000.0, "ab" * 32)
        for n in range(70)
    ]
    for document, least in ((protocol(hearing, "kk", files), 8), (spoken(hearing), 60)):
        pdf = tmp_path / f"{document.kind}.pdf"
        render(document, pdf)
        assert outside(pdf) == []
        assert pages(pdf) > least


def test_a_text_longer_than_a_page_in_one_cell_or_paragraph_flows_on(tmp_path: Path) -> None:
    long = "өте ұзақ мәтін " * 900
    files = [RecordingFile("x" * 6000 + ".flac", "", "audio", sample.at("10:05:00"), 1.0, "ab" * 32)]
    pdf = tmp_path / "protocol.pdf"
    render(protocol(sample.hearing(sample.mark("10:42:40", "next_date", long, long)), "kk", files), pdf)
    assert outside(pdf) == []
    assert "ұзақ мәтін" in text(pdf)


def test_markup_control_and_foreign_characters_are_shown_not_obeyed(tmp_path: Path) -> None:
    nasty = 'A<b>b</b>&amp;<font size="90">C</font>\x00\x1b\u202eD\u2066\ufeff\ud800漢🙂<para>'
    card = sample.opened().case
    named = sample.hearing().model_copy(
        update={
            "case": card.model_copy(update={"name": Wording.model_construct(kk=nasty, ru="", en=""), "number": nasty})
        }
    )  # past the checks of a record, as from a damaged or foreign one
    pdf = tmp_path / "protocol.pdf"
    render(protocol(named), pdf)
    shown = text(pdf).replace(" ", "")
    assert 'A<b>b</b>&amp;<fontsize="90">C</font>D[U+D800][U+6F22][U+1F642]<para>' in shown


def test_a_hearing_without_anything_still_has_its_places_for_signatures(tmp_path: Path) -> None:
    pdf = tmp_path / "protocol.pdf"
    render(short_protocol(fold([]), [], language="kk", head=sample.HEAD, drawn_up=None), pdf)
    with Pdf.open(pdf) as opened:
        assert sorted(opened.Root.Dests.keys()) == ["/signature.judge", "/signature.secretary"]


def test_nothing_is_left_behind_where_the_file_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        render(protocol(sample.hearing()), tmp_path / "missing" / "protocol.pdf")
    assert list(tmp_path.iterdir()) == []


def test_check_words_are_proquints() -> None:
    assert seal.check_word("7f000001" + "0" * 56) == "lusab-babad"
    assert seal.check_word("3f54dcc1" + "0" * 56) == "gutih-tugad"
