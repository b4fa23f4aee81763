"""A signature is called valid only when everything about it was checked; every change is found."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.errors import Trouble
from app.i18n import Message
from app.processes import environment
from app.protocol.authority import DemonstrationAuthority
from app.protocol.signing import Pkcs12Signer, sign_file, sign_pdf
from app.protocol.trust import check_file, check_pdf
from tests.protocol.signing import people
from tests.protocol.signing.people import JUDGE, MOMENT, SECRETARY

CHANGES = 10_000 if os.environ.get("KHATSHY_TRIAL") else 80


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``signed.pdf`` by secretary and judge, and the authority's ``root.pem``; not to be changed."""
    made = tmp_path_factory.mktemp("signed")
    people.signed(made)
    return made


def test_both_signatures_are_verified_and_said_to_be_a_demonstration(folder: Path) -> None:
    secretary, judge = check_pdf(folder / "signed.pdf", folder / "root.pem")
    assert (secretary.field, secretary.signer, judge.field, judge.signer) == ("secretary", SECRETARY, "judge", JUDGE)
    for check in (secretary, judge):
        assert (check.intact, check.whole, check.trust) == (True, True, "demonstration")
        assert check.verified
        assert not check.valid
        assert check.at == MOMENT
        assert "demonstration" in str(check.message)


def test_an_authority_that_vouches_for_real_people_makes_it_valid(tmp_path: Path) -> None:
    real = DemonstrationAuthority(algorithm="ecdsa", name="An authority of the tests", now=MOMENT)
    key = real.issue(tmp_path / "k.p12", SECRETARY)
    pdf = people.protocol(tmp_path / "protocol.pdf")
    people.sign(pdf, pdf, Pkcs12Signer(key.path, key.password), "secretary")
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    real.write_root(trusted / "a.pem")
    people.authority().write_root(trusted / "b.pem")
    (trusted / "readme.txt").write_text("not a certificate")
    (check,) = check_pdf(pdf, trusted)
    assert check.valid
    assert check.trust == "trusted"


def test_an_authority_that_nobody_named_vouches_for_nobody(folder: Path) -> None:
    for check in check_pdf(folder / "signed.pdf", None):
        assert (check.intact, check.whole, check.trust) == (True, True, "unknown")
        assert not check.verified


def test_a_namesake_of_the_trusted_authority_is_not_it(folder: Path, tmp_path: Path) -> None:
    namesake = DemonstrationAuthority(algorithm="ecdsa", now=MOMENT).write_root(tmp_path / "root.pem")
    assert {check.trust for check in check_pdf(folder / "signed.pdf", namesake)} <= {"unknown", "untrusted"}


@pytest.mark.parametrize(
    ("begin", "end", "signs", "trusted"),
    [(-20, -1, True, "expired"), (1, 20, True, "not_yet_valid"), (-1, 20, False, "wrong_usage")],
)
def test_a_certificate_that_could_not_sign_then(
    tmp_path: Path, begin: int, end: int, signs: bool, trusted: str
) -> None:
    key = people.authority().issue(
        tmp_path / "key.p12", SECRETARY,
        begin=MOMENT + timedelta(days=begin), end=MOMENT + timedelta(days=end), signs=signs,
    )  # fmt: skip
    manifest = tmp_path / "manifest.json"
    manifest.write_text("{}")
    who = Pkcs12Signer(key.path, key.password)
    who.holder = people.signer(tmp_path, SECRETARY).holder  # another program would not have refused
    root = people.authority().write_root(tmp_path / "root.pem")
    check = check_file(manifest, sign_file(manifest, who, at=MOMENT), root)
    assert (check.intact, check.trust, check.verified) == (True, trusted, False)


def test_a_signature_outlives_its_certificate(folder: Path, tmp_path: Path) -> None:
    """Checked on the day of signing, not today: the demonstration's certificates live 30 days."""
    key = people.authority().issue(tmp_path / "k.p12", JUDGE, begin=MOMENT - timedelta(days=300), end=MOMENT)
    long_ago = MOMENT - timedelta(days=200)
    manifest = tmp_path / "manifest.json"
    manifest.write_text("{}")
    root = people.authority().write_root(tmp_path / "root.pem")
    beside = sign_file(manifest, Pkcs12Signer(key.path, key.password), at=long_ago)
    assert check_file(manifest, beside, root).verified


def signed_bytes(pdf: bytes) -> list[int]:
    """Offsets that the last signature covers."""
    ranges = [tuple(map(int, found)) for found in re.findall(rb"/ByteRange ?\[(\d+) (\d+) (\d+) (\d+) *\]", pdf)]
    begin, length, second, rest = max(ranges, key=lambda found: found[2] + found[3])
    return [*range(begin, begin + length), *range(second, second + rest)]


def accepted(pdf: Path, root: Path) -> bool:
    """Whether a verifier would take ``pdf`` for the protocol that secretary and judge signed."""
    try:
        checks = check_pdf(pdf, root)
    except Trouble:  # the PDF as a whole cannot be read
        return False
    return len(checks) == 2 and all(check.verified for check in checks)


def test_every_changed_byte_is_found(folder: Path, tmp_path: Path, figure: Callable[[str, object], None]) -> None:
    content, chance = (folder / "signed.pdf").read_bytes(), random.Random(CHANGES)
    offsets, altered = signed_bytes(content), tmp_path / "altered.pdf"
    assert accepted(folder / "signed.pdf", folder / "root.pem")
    for _change in range(CHANGES):
        changed = bytearray(content)
        offset = chance.choice(offsets)
        changed[offset] ^= 1 << chance.randrange(8)
        altered.write_bytes(changed)
        assert not accepted(altered, folder / "root.pem"), offset
    figure("changed bytes of a signed PDF, all found", CHANGES)


def test_every_cut_and_every_addition_is_found(folder: Path, tmp_path: Path) -> None:
    content, chance = (folder / "signed.pdf").read_bytes(), random.Random(11)
    altered = tmp_path / "altered.pdf"
    for _change in range(CHANGES // 5):
        altered.write_bytes(content[: chance.randrange(len(content))])
        assert not accepted(altered, folder / "root.pem")
    for added in (b"\n", b"%\n", b"%%EOF\n", content, bytes(100)):
        altered.write_bytes(content + added)
        assert not accepted(altered, folder / "root.pem")


@pytest.mark.parametrize("moment", [b"D:20261121063000       ", b"D:00010101000000+14'00'", b"D:2026", b"yesterday"])
def test_a_strange_time_of_signing_is_no_crash(folder: Path, tmp_path: Path, moment: bytes) -> None:
    content = (folder / "signed.pdf").read_bytes()
    (*_before, last) = re.finditer(rb"/M \(([^)]*)\)", content)
    altered = tmp_path / "altered.pdf"
    altered.write_bytes(content[: last.start(1)] + moment.ljust(len(last[1])) + content[last.end(1) :])
    assert not accepted(altered, folder / "root.pem")
    for check in check_pdf(altered, folder / "root.pem"):
        check.to_json()


def test_the_judges_signature_taken_off_leaves_one(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "protocol.pdf", tmp_path / "one.pdf")
    (only,) = check_pdf(tmp_path / "one.pdf", folder / "root.pem")
    assert only.verified
    assert only.field == "secretary"


def test_an_update_after_the_signatures_is_found(folder: Path, tmp_path: Path) -> None:
    """Somebody signs a third field that they added themselves, or changes the document by a further revision."""
    from pyhanko.pdf_utils.generic import pdf_name, pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    with open(folder / "signed.pdf", "rb") as file:
        writer: Any = IncrementalPdfFileWriter(file)
        writer.root[pdf_name("/Lang")] = pdf_string("ru")
        writer.update_root()
        with open(tmp_path / "more.pdf", "wb") as out:
            writer.write(out)
    checks = check_pdf(tmp_path / "more.pdf", folder / "root.pem")
    assert [check.intact for check in checks] == [True, True]
    assert not all(check.whole for check in checks)
    assert not accepted(tmp_path / "more.pdf", folder / "root.pem")


def test_a_changed_file_beside_its_signature(folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text('{"files": 1}')
    beside = sign_file(manifest, people.signer(tmp_path, SECRETARY), at=MOMENT)
    assert check_file(manifest, beside, folder / "root.pem").verified
    manifest.write_text('{"files": 2}')
    check = check_file(manifest, beside, folder / "root.pem")
    assert not check.intact
    assert "changed" in str(check.message)


def test_a_damaged_signature_file_is_never_verified(folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text("{}")
    beside = sign_file(manifest, people.signer(tmp_path, SECRETARY), at=MOMENT)
    content, chance = beside.read_bytes(), random.Random(3)
    for rubbish in (b"", b"rubbish", b"0" * 5000, b"-----BEGIN CMS-----\n", content[:-1], content + b"0"):
        beside.write_bytes(rubbish)
        assert not check_file(manifest, beside, folder / "root.pem").verified
    for _change in range(CHANGES):
        changed = bytearray(content)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        beside.write_bytes(changed)
        check = check_file(manifest, beside, folder / "root.pem")
        same = check.signer == SECRETARY and check.at == MOMENT  # a flip in an unused certificate changes nothing
        assert not check.verified or same


def test_a_gost_signature_is_present_but_never_valid(folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text("{}")
    beside = sign_file(manifest, people.signer(tmp_path, SECRETARY), at=MOMENT)
    ecdsa, kazakh = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a830e030a010104")
    content = beside.read_bytes()
    place = content.rfind(ecdsa)  # the signer's algorithm; the ones before it are the certificates'
    beside.write_bytes(content[:place] + kazakh + content[place + len(kazakh) :])
    check = check_file(manifest, beside, folder / "root.pem")
    assert (check.trust, check.verified) == ("uncheckable", False)
    assert "cannot be checked here" in str(check.message)


def test_what_cannot_be_read_is_a_sentence(folder: Path, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"\x00" * 1000)
    attempts: list[tuple[Callable[[], object], str]] = [
        (lambda: check_pdf(rubbish, None), "pdf-unreadable"),
        (lambda: check_pdf(tmp_path / "none.pdf", None), "file-unreadable"),
        (lambda: check_pdf(folder / "signed.pdf", rubbish), "authority-unreadable"),
        (lambda: check_pdf(folder / "signed.pdf", tmp_path / "none.pem"), "authority-unreadable"),
        (lambda: check_file(tmp_path / "none", tmp_path / "none.p7s", None), "file-unreadable"),
    ]
    for attempt, code in attempts:
        with pytest.raises(Trouble) as caught:
            attempt()
        assert caught.value.code == code


def test_an_unsigned_document_has_no_signatures(tmp_path: Path) -> None:
    assert check_pdf(people.protocol(tmp_path / "protocol.pdf"), None) == []


def test_results_travel_as_json(folder: Path) -> None:
    (first, _second) = check_pdf(folder / "signed.pdf", folder / "root.pem")
    told = first.to_json()
    assert told["verified"] is True
    assert told["at"] == "2026-11-21T06:30:00.000000Z"
    assert Message.from_json(told["message"]) == first.message


def test_the_role_in_the_picture_does_not_make_the_certificate(folder: Path, tmp_path: Path) -> None:
    """Whoever signs the judge's field with the secretary's key is named by the certificate, not by the picture."""
    pdf = people.protocol(tmp_path / "protocol.pdf")
    who = people.signer(tmp_path, SECRETARY)
    sign_pdf(pdf, pdf, who, "judge", role="Төрағалық етуші", name=JUDGE, language="kk", at=MOMENT)
    (check,) = check_pdf(pdf, folder / "root.pem")
    assert (check.field, check.signer) == ("judge", SECRETARY)


def test_checking_needs_neither_reportlab_nor_the_window() -> None:
    asked = "import sys, app.protocol.trust; print([m for m in ('reportlab', 'PySide6', 'segno') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, env=environment())
    assert told.stdout.strip() == "[]"
