"""Whatever is done to a package is found and named; nothing crashes, hangs or is written where it does not belong."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import stat
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile

from app.chain import canonical
from app.protocol import bag
from app.protocol.manifest import decode
from app.protocol.package import Package
from app.protocol.verification import names
from app.protocol.verification.isolation import apart
from app.protocol.verification.report import Report
from app.protocol.verification.signatures import Job, SignedDocument
from app.protocol.verify import main
from app.protocol.verify import verify as verify_isolated
from tests.protocol.package import forging
from tests.protocol.package.hearings import Packed

TRIALS = 10_000 if os.environ.get("KHATSHY_TRIAL") else 60
#: A very small package is checked in a tenth of this.
PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def untouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is written but to private temporary folders, and these are gone afterwards."""
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))
    around = set(tmp_path.parent.iterdir())
    yield
    assert list(private.iterdir()) == []
    assert set(tmp_path.parent.iterdir()) == around


def verify(path: Path, trusted: Path | None = None) -> Report:
    """Without the child process for documents, which would take a second each time."""
    return verify_isolated(path, trusted, isolated=False)


def copy_of(packed: Packed, target: Path) -> Path:
    return Path(shutil.copytree(packed.package.folder, target / "package"))


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.broken}


def files_of(report: Report) -> set[str]:
    return {finding.file for finding in report.broken}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("data/documents/protocol-kk.pdf", "document-signature-broken"),
        ("data/documents/transcript-kk.pdf", "file-altered"),
        ("data/recordings/hearing.m4a", "file-altered"),
        ("data/transcript/transcript.vtt", "file-altered"),
        ("data/logs/events.jsonl", "log-broken"),
        ("data/logs/capture.jsonl", "log-broken"),
        ("data/trust/root.pem", "file-altered"),
        ("README-kk.txt", "file-altered"),
        ("bagit.txt", "file-altered"),
        ("bag-info.txt", "file-altered"),
        ("manifest-sha256.txt", "file-altered"),
        ("tagmanifest-sha256.txt", "file-altered"),
    ],
)
def test_one_flipped_bit_names_its_file(brief: Packed, tmp_path: Path, name: str, code: str) -> None:
    copy = copy_of(brief, tmp_path)
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)

    report = verify(copy)

    assert report.exit_status == 1
    assert {"file-altered", code} <= codes(report)
    assert name in files_of(report)


def test_a_flipped_bit_of_the_manifest_or_its_signature_is_found(brief: Packed, tmp_path: Path) -> None:
    copy = copy_of(brief, tmp_path)
    signature = copy / "manifest.json.p7s"
    content = bytearray(signature.read_bytes())
    content[-10] ^= 1
    signature.write_bytes(content)
    assert "manifest-signature-broken" in codes(verify(copy))

    content = bytearray((copy / "manifest.json").read_bytes())
    content[content.index(b'"sha256":"') + 12] ^= 1
    (copy / "manifest.json").write_bytes(content)
    assert verify(copy).exit_status == 1


def reseal(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """What a forger without the key can do: a manifest of their own, and all the bag's files to match."""
    raw = json.loads((folder / "manifest.json").read_bytes())
    change(raw)
    for entry in raw["files"]:
        content = (folder / entry["path"]).read_bytes()
        entry |= {"bytes": len(content), "sha256": digest(content)}
    (folder / "manifest.json").write_bytes(canonical(raw))
    (folder / bag.INFO).write_bytes(bag.info(decode((folder / "manifest.json").read_bytes())))
    payload = {entry["path"]: entry["sha256"] for entry in raw["files"] if entry["path"].startswith("data/")}
    (folder / bag.PAYLOAD_MANIFEST).write_bytes(bag.listing(payload))
    tags = {
        path.name: digest(path.read_bytes())
        for path in folder.iterdir()
        if path.is_file() and path.name != bag.TAG_MANIFEST
    }
    (folder / bag.TAG_MANIFEST).write_bytes(bag.listing(tags))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_whole_new_manifest_does_not_carry_the_secretarys_signature(brief: Packed, tmp_path: Path) -> None:
    copy = copy_of(brief, tmp_path)
    text = copy / "data/transcript/transcript.vtt"
    text.write_text(text.read_text(encoding="utf-8").replace("ашық", "жабық"), encoding="utf-8")
    reseal(copy, lambda raw: None)

    assert codes(verify(copy)) == {"manifest-signature-broken"}

    (copy / "manifest.json.p7s").unlink()
    reseal(copy, lambda raw: None)
    report = verify(copy)
    assert (report.exit_status, {finding.code for finding in report.unchecked}) == (3, {"manifest-unsigned"})


def test_a_second_of_another_sound_is_named_by_microphone_and_clock(demonstration: Packed, tmp_path: Path) -> None:
    copy = copy_of(demonstration, tmp_path)
    track = copy / "data/recordings/02-judge.flac"
    samples, rate = soundfile.read(track, dtype="int16")
    samples[2 * rate : round(2.5 * rate)] = 0
    with av.open(str(track), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=rate, layout="mono", format="s16")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :]), format="s16", layout="mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    reseal(copy, lambda raw: None)

    report = verify(copy)

    (differs,) = [finding for finding in report.broken if finding.code == "second-differs"]
    # the span begins at 09:30:19.3 on the court's clock; seconds are counted from the recorder's start
    assert "judge's microphone, 09:30:2" in differs.message.translated("en")


def test_a_track_left_out_with_a_new_manifest_is_missed(demonstration: Packed, tmp_path: Path) -> None:
    copy = copy_of(demonstration, tmp_path)
    path = "data/recordings/01-witness.flac"
    (copy / path).unlink()

    def leave_out(raw: dict[str, Any]) -> None:
        for part in ("files", "tracks"):
            raw[part] = [entry for entry in raw[part] if entry["path"] != path]

    reseal(copy, leave_out)

    sentences = [
        finding.message.translated("en") for finding in verify(copy).broken if finding.code == "second-missing"
    ]
    assert any("witness's microphone" in sentence for sentence in sentences)


def test_a_protocol_of_another_record_is_named(brief: Packed, demonstration: Packed, tmp_path: Path) -> None:
    copy = copy_of(brief, tmp_path)
    shutil.copy(demonstration.documents[0], copy / "data/documents/protocol-kk.pdf")

    found = codes(verify(copy))

    assert "head-differs" in found


def test_missing_added_and_swapped_files_are_named(brief: Packed, tmp_path: Path) -> None:
    copy = copy_of(brief, tmp_path)
    (copy / "data/recordings/01-judge.flac").rename(copy / "data/recordings/01-judge-old.flac")
    (copy / "data/recordings/01-claimant.flac").rename(copy / "data/recordings/01-judge.flac")

    report = verify(copy)

    sentences = " ".join(finding.message.translated("en") for finding in report.broken)
    assert "data/recordings/01-claimant.flac is missing" in sentences
    assert "data/recordings/01-judge-old.flac was added" in sentences
    assert "data/recordings/01-judge.flac was changed" in sentences
    assert "judge's microphone, 09:30:00-09:30:03 differs" in sentences


@pytest.mark.parametrize("batch", range(4))
def test_no_chance_change_goes_unnoticed(
    brief: Packed, tmp_path: Path, batch: int, figure: Callable[[str, object], None]
) -> None:
    slowest = 0.0
    for seed in range(batch, TRIALS, 4):
        target = tmp_path / str(seed)
        target.mkdir()
        copy, done = forging.forged(brief.package.folder, brief.package.zip, target, seed)
        begun = time.monotonic()
        report = verify(copy)
        took = time.monotonic() - begun
        slowest = max(slowest, took)
        assert report.exit_status == 1, f"seed {seed}: {done}: {report.to_json()}"
        assert took < PATIENCE_S, f"seed {seed}: {done} took {took:.1f} s"
        assert all(str(finding) for finding in report.findings)
        assert [path.name for path in target.iterdir()] == [copy.name]
        shutil.rmtree(target)
    figure("changed packages, all found", len(range(batch, TRIALS, 4)))
    figure("slowest verification, s", round(slowest, 2))


def test_a_zip_cut_off_anywhere_is_a_sentence(brief: Packed, tmp_path: Path) -> None:
    content = brief.package.zip.read_bytes()
    cut = tmp_path / "cut.zip"
    for length in [0, 1, 21, 22, 100, len(content) // 3, len(content) - 22, len(content) - 1]:
        cut.write_bytes(content[:length])
        assert main([str(cut)]) == 1, length


Write = Callable[[zipfile.ZipFile], None]


def zip_with(path: Path, packed: Package, more: Write) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(packed.folder.rglob("*")):
            if file.is_file():
                archive.write(file, f"package/{file.relative_to(packed.folder)}")
        more(archive)
    return path


def entry(name: str, *, mode: int = 0o100644) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo("x", date_time=(1980, 1, 1, 0, 0, 0))
    found.filename = name
    found.external_attr = mode << 16
    return found


@pytest.mark.parametrize(
    ("name", "mode", "code"),
    [
        ("../../escaped.txt", 0o100644, "name-refused"),
        ("package/../../../tmp/escaped.txt", 0o100644, "name-refused"),
        ("/tmp/escaped.txt", 0o100644, "name-refused"),
        ("\\\\server\\share\\escaped.txt", 0o100644, "name-refused"),
        ("C:\\escaped.txt", 0o100644, "name-refused"),
        ("package\\data\\escaped.txt", 0o100644, "name-refused"),
        ("package/data/evil\x00.txt", 0o100644, "name-refused"),
        ("package/data/fdp\u202etxt.exe", 0o100644, "name-refused"),
        ("package/data/docu\u200bments.txt", 0o100644, "name-refused"),
        ("package//data/x", 0o100644, "name-refused"),
        ("package/data/./x", 0o100644, "name-refused"),
        ("package/data/x ", 0o100644, "name-refused"),
        ("package/" + "a/" * 20 + "x", 0o100644, "name-refused"),
        ("package/" + "a" * 300, 0o100644, "name-refused"),
        ("package/data/link", stat.S_IFLNK | 0o777, "link-refused"),
        ("package/data/pipe", stat.S_IFIFO | 0o644, "link-refused"),
        ("package/m\u0430nifest.json", 0o100644, "names-alike"),
        ("package/MANIFEST.JSON", 0o100644, "names-alike"),
        ("package/\uff42agit.txt", 0o100644, "names-alike"),
        ("package/data/\u0438\u0306", 0o100644, "name-refused"),
        ("package/data/more.txt", 0o100644, "file-added"),
    ],
)
def test_tricks_with_names_in_a_zip_are_refused(brief: Packed, tmp_path: Path, name: str, mode: int, code: str) -> None:
    path = zip_with(
        tmp_path / "trick.zip", brief.package, lambda archive: archive.writestr(entry(name, mode=mode), b"/etc")
    )
    report = verify(path)

    assert report.exit_status == 1
    assert code in codes(report), [str(finding) for finding in report.findings]
    assert not list(tmp_path.rglob("escaped*"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused(brief: Packed, tmp_path: Path) -> None:
    path = zip_with(
        tmp_path / "twice.zip",
        brief.package,
        lambda archive: archive.writestr(entry("package/bagit.txt"), b"x"),
    )
    assert "zip-duplicate" in codes(verify(path))


def test_a_bomb_is_refused_at_once(brief: Packed, tmp_path: Path) -> None:
    def zeros(archive: zipfile.ZipFile) -> None:
        archive.writestr("package/data/zeros", bytes(300 << 20), compress_type=zipfile.ZIP_DEFLATED)

    path = zip_with(tmp_path / "bomb.zip", brief.package, zeros)
    begun = time.monotonic()
    assert "zip-bomb" in codes(verify(path))
    assert time.monotonic() - begun < 5


def test_entries_that_overlap_are_refused(tmp_path: Path) -> None:
    content = bytes(1000)
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr(entry("a"), content)
    whole = plain.getvalue()
    end = whole.index(b"PK\5\6")
    begin = whole.index(b"PK\1\2")
    row = whole[begin:end]
    rows = b"".join(row[:46] + bytes([letter]) + row[47:] for letter in b"abcdefgh")
    ending = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 8, 8, len(rows), begin, 0)
    path = tmp_path / "overlap.zip"
    path.write_bytes(whole[:begin] + rows + ending)

    assert "zip-bomb" in codes(verify(path))


def test_a_zip_that_lies_about_lengths_is_refused(brief: Packed, tmp_path: Path) -> None:
    content = bytearray(brief.package.zip.read_bytes())
    begin = content.index(b"PK\1\2")
    content[begin + 24 : begin + 28] = struct.pack("<I", 5000)
    path = tmp_path / "lie.zip"
    path.write_bytes(content)

    assert verify(path).exit_status == 1


def test_a_document_that_takes_for_ever_is_broken(brief: Packed) -> None:
    document = SignedDocument(path="protocol-kk.pdf", local=brief.documents[0], promised=2, head="0" * 64)
    job = Job(files=(), documents=(document,), roots=())

    assert [finding.code for finding in apart(job, deadline_s=0.01)] == ["documents-unreadable"]
    assert next(finding.code for finding in apart(job)) == "head-differs"


def test_a_document_that_floods_the_memory_is_broken(brief: Packed, tmp_path: Path) -> None:
    zeros = zlib.compressobj(9)
    block = zeros.compress(bytes(1 << 20))
    flood = b"".join([block, *(zeros.compress(bytes(1 << 20)) for _number in range(400)), zeros.flush()])
    pdf = tmp_path / "flood.pdf"
    pdf.write_bytes(_pdf_of(flood))
    job = Job(files=(), documents=(SignedDocument(path="flood.pdf", local=pdf, promised=0, head="0" * 64),), roots=())

    codes = [finding.code for finding in apart(job, memory_bytes=600 << 20)]

    assert codes[0] in ("document-unreadable", "documents-unreadable")


def _pdf_of(content: bytes) -> bytes:
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    whole, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    begin = len(whole)
    return (
        whole + b"xref\n0 5\n0000000000 65535 f \n" + table
        + b"trailer<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF\n" % begin
    )  # fmt: skip


def test_links_and_pipes_in_a_folder_are_refused(brief: Packed, tmp_path: Path) -> None:
    copy = copy_of(brief, tmp_path)
    (copy / "data" / "link").symlink_to("/etc/passwd")
    assert "link-refused" in codes(verify(copy))
    (copy / "data" / "link").unlink()
    os.mkfifo(copy / "data" / "pipe")
    assert "link-refused" in codes(verify(copy))


@pytest.mark.parametrize(
    "manifest",
    [
        b"", b"{}", b"[" * 100_000, b'{"format": "khatshy-package"}', b"\xff\xfe", b"null", b'"x"', b"1e999",
        b'{"format":"khatshy-package","version":99}',
    ],
)  # fmt: skip
def test_rubbish_for_a_manifest_is_a_sentence(brief: Packed, tmp_path: Path, manifest: bytes) -> None:
    copy = copy_of(brief, tmp_path)
    (copy / "manifest.json").write_bytes(manifest)

    assert codes(verify(copy)) == {"manifest-unreadable"}


@pytest.mark.parametrize("name", ["rubbish.zip", "rubbish"])
def test_rubbish_for_a_package_is_a_sentence(tmp_path: Path, name: str) -> None:
    chance = random.Random(5)
    for size in (0, 1, 100, 10_000):
        (tmp_path / name).write_bytes(b"PK\3\4" * (size % 3) + chance.randbytes(size))
        assert main([str(tmp_path / name)]) == 1
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / "empty")]) == 1
    assert main(["/dev/zero"]) == 1


def test_a_trusted_folder_without_certificates_is_a_sentence(brief: Packed, tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_bytes(b"no certificate")

    report = verify(brief.package.folder, tmp_path / "bad.pem")

    assert "authority-unreadable" in codes(report)


def test_an_authority_that_a_real_package_brings_along_is_not_believed(real: Packed, tmp_path: Path) -> None:
    copy = copy_of(real, tmp_path)
    (copy / "data/trust").mkdir()
    shutil.copy(real.root, copy / "data/trust/root.pem")

    def bring(raw: dict[str, Any]) -> None:
        row = {"path": "data/trust/root.pem", "bytes": 0, "sha256": "", "kind": "authority"}
        raw["files"] = sorted([*raw["files"], row], key=lambda entry: entry["path"])

    reseal(copy, bring)
    found = {finding.code for finding in verify(copy).findings}

    assert "document-signature-unknown" in found
    assert "document-signature-valid" not in found


@pytest.mark.parametrize(
    ("first", "second"), [("\u043e.txt", "o.txt"), ("A", "a"), ("\u00e9", "e\u0301"), ("\u041a", "K"), ("\uff21", "a")]
)
def test_names_that_look_the_same_are_the_same(first: str, second: str) -> None:
    assert names.skeleton(first) == names.skeleton(second)
