"""Secretary and judge sign the protocol; other programs agree; what may not sign is refused in a sentence."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pikepdf import Pdf

from app.errors import Trouble
from app.hearing.model import RecordLanguage
from app.protocol.authority import Algorithm, DemonstrationAuthority, make_demonstration_keys
from app.protocol.certificates import DEMONSTRATION
from app.protocol.signing import Pkcs12Signer, prepare, sign_file, sign_pdf
from tests.protocol.signing import people
from tests.protocol.signing.people import JUDGE, MOMENT, SECRETARY

VALID = "Signature is Valid."


def fields(pdf: Path) -> list[str]:
    with Pdf.open(pdf) as opened:
        return [str(field.T) for field in opened.Root.AcroForm.Fields]


@pytest.mark.parametrize("algorithm", ["rsa", "ecdsa"])
def test_secretary_then_judge_and_poppler_agrees(tmp_path: Path, algorithm: Algorithm) -> None:
    signed = people.signed(tmp_path, algorithm)
    assert people.pdfsig(tmp_path / "protocol.pdf") == {"secretary": VALID}
    assert people.pdfsig(signed) == {"secretary": VALID, "judge": VALID}
    said = subprocess.run(["pdfsig", str(signed)], capture_output=True, text=True, check=False).stdout
    assert said.count("ETSI.CAdES.detached") == 2


def test_each_signature_is_an_update_that_leaves_every_byte_before_it(tmp_path: Path) -> None:
    signed = people.signed(tmp_path)
    assert signed.read_bytes().startswith((tmp_path / "protocol.pdf").read_bytes())


def test_both_fields_are_made_before_the_first_signature_and_only_once(tmp_path: Path) -> None:
    pdf = people.protocol(tmp_path / "protocol.pdf")
    before = pdf.read_bytes()
    assert sorted(fields(pdf)) == ["judge", "secretary"]
    assert sorted(prepare(pdf)) == ["judge", "secretary"]
    assert pdf.read_bytes() == before


@pytest.mark.parametrize(("language", "word"), [("kk", "ЭЛЕКТРОНДЫҚ"), ("ru", "ЭЛЕКТРОННАЯ")])
def test_the_signature_can_be_seen_with_role_name_time_and_certificate(
    tmp_path: Path, language: RecordLanguage, word: str
) -> None:
    signed = people.signed(tmp_path, language=language)
    text = subprocess.run(["pdftotext", "-layout", signed, "-"], capture_output=True, text=True, check=True).stdout
    assert text.count(word) == 2
    assert "11:30:00 (UTC+05:00)" in text
    assert text.count(DEMONSTRATION) == 2
    assert people.ROLES["judge"][language] in text
    fonts = subprocess.run(["pdffonts", signed], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert all(" yes yes yes " in " ".join(row.split()) + " " for row in fonts), fonts


def test_a_long_name_shrinks_into_its_frame(tmp_path: Path) -> None:
    pdf = people.protocol(tmp_path / "protocol.pdf")
    who = people.signer(tmp_path, "Мысалбекұлы-Үлгілітегі " * 9)
    sign_pdf(pdf, pdf, who, "judge", role="Төрағалық етуші " * 20, name="Ұзақ " * 90, language="kk", at=MOMENT)
    assert people.pdfsig(pdf) == {"judge": VALID}


def test_a_field_is_signed_once_and_only_where_there_is_one(tmp_path: Path) -> None:
    pdf = people.protocol(tmp_path / "protocol.pdf")
    who = people.signer(tmp_path, SECRETARY)
    people.sign(pdf, pdf, who, "secretary")
    once = pdf.read_bytes()
    for field, code in (("secretary", "field-signed"), ("bailiff", "field-unknown")):
        with pytest.raises(Trouble) as caught:
            sign_pdf(pdf, pdf, who, field, role="", name="", language="kk")
        assert caught.value.code == code
    assert pdf.read_bytes() == once


def test_any_file_gets_a_signature_beside_it_that_openssl_accepts(tmp_path: Path) -> None:
    manifest = tmp_path / "манифест.json"
    manifest.write_bytes(b"{}\n" * 100_000)
    root = people.authority().write_root(tmp_path / "root.pem")
    beside = sign_file(manifest, people.signer(tmp_path, SECRETARY), at=MOMENT)
    assert beside == tmp_path / "манифест.json.p7s"
    command = [
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", beside, "-content", manifest,
        "-CAfile", root, "-purpose", "any", "-attime", str(int(MOMENT.timestamp())), "-out", tmp_path / "out",
    ]  # fmt: skip
    told = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert "Verification successful" in told.stderr, told.stderr


@pytest.mark.parametrize(
    ("begin", "end", "signs", "code"),
    [
        (-20, -1, True, "certificate-expired"),
        (1, 20, True, "certificate-not-yet-valid"),
        (-1, 20, False, "certificate-wrong-usage"),
    ],
)
def test_a_certificate_that_may_not_sign_is_refused(
    tmp_path: Path, begin: int, end: int, signs: bool, code: str
) -> None:
    key = people.authority().issue(
        tmp_path / "key.p12", SECRETARY,
        begin=MOMENT + timedelta(days=begin), end=MOMENT + timedelta(days=end), signs=signs,
    )  # fmt: skip
    pdf = people.protocol(tmp_path / "protocol.pdf")
    before = sorted(tmp_path.iterdir()), pdf.read_bytes()
    who = Pkcs12Signer(key.path, key.password)
    attempts: list[Callable[[], object]] = [
        lambda: people.sign(pdf, tmp_path / "out.pdf", who, "secretary"),
        lambda: sign_file(pdf, who, at=MOMENT),
    ]
    for attempt in attempts:
        with pytest.raises(Trouble) as caught:
            attempt()
        assert caught.value.code == code
        assert caught.value.remedy
    assert (sorted(tmp_path.iterdir()), pdf.read_bytes()) == before


@pytest.mark.parametrize("content", [b"", b"not a pdf", b"%PDF-1.4\n", b"%PDF-1.7\n%%EOF\n" + bytes(5000)])
def test_what_is_not_a_pdf_is_not_signed(tmp_path: Path, content: bytes) -> None:
    pdf = tmp_path / "protocol.pdf"
    pdf.write_bytes(content)
    who = people.signer(tmp_path, SECRETARY)
    for attempt in (lambda: prepare(pdf), lambda: people.sign(pdf, tmp_path / "out.pdf", who, "secretary")):
        with pytest.raises(Trouble) as caught:
            attempt()
        assert caught.value.code == "pdf-unreadable"
    assert not (tmp_path / "out.pdf").exists()
    assert pdf.read_bytes() == content


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    who = people.signer(tmp_path, SECRETARY)
    for attempt in (lambda: sign_file(tmp_path / "none", who), lambda: prepare(tmp_path / "none")):
        with pytest.raises(Trouble) as caught:
            attempt()
        assert caught.value.code == "file-unreadable"


def test_demonstration_keys_are_named_as_such_and_private(tmp_path: Path) -> None:
    made = make_demonstration_keys(tmp_path / "keys", {"secretary": SECRETARY, "judge": JUDGE})
    assert [key.path.name for key in made.people.values()] == ["secretary.p12", "judge.p12"]
    passwords = {key.password for key in made.people.values()}
    assert len(passwords) == 2
    assert not any(password in repr(made) for password in passwords)
    for name, key in zip((SECRETARY, JUDGE), made.people.values(), strict=True):
        holder = Pkcs12Signer(key.path, key.password).holder
        assert (holder.name, holder.issuer) == (name, DEMONSTRATION)
        assert holder.demonstration
        assert stat.S_IMODE(key.path.stat().st_mode) == 0o600


def test_a_name_longer_than_a_certificate_can_hold(tmp_path: Path) -> None:
    key = DemonstrationAuthority(algorithm="ecdsa").issue(tmp_path / "k.p12", "Ұ" * 200)
    assert Pkcs12Signer(key.path, key.password).holder.name == "Ұ" * 32
