"""The package: whole, signed, readable by strangers' programs, and never half-made."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import bagit
import pytest

from app.errors import Trouble
from app.hearing import record
from app.i18n import _
from app.media.finishing import finish
from app.processes import environment
from app.protocol import manifest
from app.protocol.package import pack
from app.protocol.verify import main, verify
from tests.protocol.package.hearings import Packed, held, packed


def test_it_holds_documents_recordings_transcript_and_logs(demonstration: Packed) -> None:
    folder = demonstration.package.folder
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    assert found >= {
        "data/documents/protocol-kk.pdf", "data/documents/transcript-kk.pdf", "data/recordings/hearing.mp4",
        "data/recordings/01-judge.flac", "data/recordings/03-claimant.flac", "data/transcript/transcript.vtt",
        "data/transcript/transcript.json", "data/logs/events.jsonl", "data/logs/capture.jsonl", "data/trust/root.pem",
        "README-kk.txt", "README-ru.txt", "manifest.json", "manifest.json.p7s", "bagit.txt",
    }  # fmt: skip
    for log in ("events.jsonl", "capture.jsonl"):
        assert (folder / "data/logs" / log).read_bytes() == (demonstration.sitting / log).read_bytes()
    assert not [path for path in folder.parent.iterdir() if path.name.endswith(".part")]


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_it_is_verified_as_folder_and_as_zip(demonstration: Packed, form: str) -> None:
    report = verify(getattr(demonstration.package, form))

    assert report.verified, [str(finding) for finding in report.findings]
    assert report.exit_status == 0
    codes = [finding.code for finding in report.findings]
    assert {"files-whole", "bag-whole", "log-chained", "head-printed", "sound-equal", "demonstration"} <= set(codes)
    assert codes.count("document-signature-demonstration") == 3  # secretary and judge, and the secretary again
    assert "manifest-signature-demonstration" in codes


def test_the_zip_holds_the_same_as_the_folder_and_any_program_opens_it(demonstration: Packed, tmp_path: Path) -> None:
    with zipfile.ZipFile(demonstration.package.zip) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)

    (top,) = tmp_path.iterdir()
    for path in demonstration.package.folder.rglob("*"):
        if path.is_file():
            assert (top / path.relative_to(demonstration.package.folder)).read_bytes() == path.read_bytes()
    assert verify(top).verified


def test_it_is_a_bag_to_the_archivists_own_program(demonstration: Packed, tmp_path: Path) -> None:
    shutil.copytree(demonstration.package.folder, tmp_path / "bag")
    bag = bagit.Bag(str(tmp_path / "bag"))

    assert bag.is_valid()
    assert bag.info["External-Identifier"] == "5ca1ab1e"


def test_a_zip_packed_again_by_another_program_is_still_whole(demonstration: Packed, tmp_path: Path) -> None:
    again = Path(shutil.make_archive(str(tmp_path / "again"), "zip", demonstration.package.folder))

    report = verify(again)

    assert report.verified, [str(finding) for finding in report.findings]
    assert "zip-repacked" in [finding.code for finding in report.findings]


def test_the_manifest_names_every_file_and_both_heads(demonstration: Packed) -> None:
    found = manifest.decode((demonstration.package.folder / manifest.NAME).read_bytes())
    _hearing, reading = record.load(demonstration.sitting)

    assert (found.record.lines, found.record.head) == (len(reading.lines), reading.head)
    assert found.frozen.seq == 11
    assert reading.lines[10].hash == found.frozen.head
    assert [track.seat for track in found.tracks].count("judge") == 3
    assert {entry.kind for entry in found.files} == {
        "protocol", "transcript", "track", "listening", "subtitles", "text", "log", "authority", "readme",
    }  # fmt: skip
    assert [(gap.source, gap.reason) for gap in found.gaps] == [("room", "device-lost")]


def test_the_readme_tells_a_layman_what_to_open(demonstration: Packed) -> None:
    for language, word in (("kk", "ойнатқыш"), ("ru", "проигрыватель")):
        text = (demonstration.package.folder / f"README-{language}.txt").read_bytes().decode("utf-8-sig")
        assert "hearing.mp4" in text
        assert word in text
        assert '7585-26-00-2/"101"' in text
        assert "$" not in text
        assert max(map(len, text.splitlines())) <= 120


def test_a_package_that_was_given_out_is_never_replaced(tmp_path: Path) -> None:
    first = packed(tmp_path, brief=True, sign=False)
    content = first.package.zip.read_bytes()

    second = pack(first.sitting, tmp_path / "out", first.documents, first.finished, language="kk")

    assert second.zip.name == f"{first.package.folder.name}-2.zip"
    assert first.package.zip.read_bytes() == content


def test_an_unsigned_package_is_whole_as_far_as_it_can_be_checked(tmp_path: Path) -> None:
    report = verify(packed(tmp_path, brief=True, sign=False).package.zip)

    assert (report.verified, report.exit_status) == (False, 3)
    assert {finding.code for finding in report.unchecked} == {"manifest-unsigned", "document-unsigned"}


def test_a_real_hearing_is_believed_by_a_trusted_authority_alone(real: Packed) -> None:
    assert not (real.package.folder / "data" / "trust").exists()

    unknown = verify(real.package.folder)
    assert unknown.exit_status == 3
    assert {finding.code for finding in unknown.unchecked} == {
        "manifest-signature-unknown",
        "document-signature-unknown",
    }

    known = verify(real.package.folder, real.root)
    assert known.exit_status == 0
    assert {"manifest-signature-valid", "document-signature-valid"} <= {finding.code for finding in known.findings}


KILLED = """
import os, signal, sys
from pathlib import Path
from app.media.finishing import finish
from app.protocol.package import pack

def progress(done):
    if done >= float(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)

sitting, recordings, out = map(Path, sys.argv[1:4])
pack(sitting, out, [], finish(sitting, recordings), language="kk", progress=progress)
"""


def test_killed_at_any_moment_it_leaves_a_whole_package_or_none(tmp_path: Path) -> None:
    sitting = held(tmp_path / "sitting", brief=True)
    finish(sitting, tmp_path / "recordings")
    arguments = [str(sitting), str(tmp_path / "recordings"), str(tmp_path / "out")]
    for moment in ("0.1", "0.5", "0.9"):
        ended = subprocess.run([sys.executable, "-c", KILLED, *arguments, moment], env=environment(), check=False)
        assert ended.returncode == -signal.SIGKILL
        assert all(path.name.startswith(".") for path in (tmp_path / "out").iterdir())

    package = pack(sitting, tmp_path / "out", [], finish(sitting, tmp_path / "recordings"), language="kk")

    assert verify(package.zip).exit_status == 3
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if not path.name.endswith(".lock")) == [
        package.folder.name, package.zip.name,
    ]  # fmt: skip


def test_a_signature_that_fails_leaves_no_package(tmp_path: Path) -> None:
    def refuse(path: Path) -> Path:
        raise Trouble("certificate-expired", _("The certificate expired."))

    sitting = held(tmp_path / "sitting", brief=True)
    finished = finish(sitting, tmp_path / "recordings")
    with pytest.raises(Trouble):
        pack(sitting, tmp_path / "out", [], finished, language="kk", sign=refuse)

    assert [path for path in (tmp_path / "out").iterdir() if not path.name.endswith(".lock")] == []


def test_a_recording_that_vanished_is_a_sentence(tmp_path: Path) -> None:
    sitting = held(tmp_path / "sitting", brief=True)
    finished = finish(sitting, tmp_path / "recordings")
    finished.tracks[0].file.unlink()
    with pytest.raises(Trouble) as raised:
        pack(sitting, tmp_path / "out", [], finished, language="kk")

    assert raised.value.code == "packing-failed"
    assert [path for path in (tmp_path / "out").iterdir() if not path.name.endswith(".lock")] == []


def test_a_log_that_a_crash_cut_off_is_packed_as_far_as_it_is_valid(tmp_path: Path) -> None:
    sitting = held(tmp_path / "sitting", brief=True)
    finished = finish(sitting, tmp_path / "recordings")
    whole = (sitting / "events.jsonl").read_bytes()
    (sitting / "events.jsonl").write_bytes(whole + b'{"header": {"actor"')

    package = pack(sitting, tmp_path / "out", [], finished, language="kk")

    assert (package.folder / "data/logs/events.jsonl").read_bytes() == whole
    assert verify(package.folder).broken == ()


def test_the_command_prints_sentences_and_its_status(brief: Packed, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(brief.package.zip)]) == 0
    assert "Whole: everything" in capsys.readouterr().out

    assert main([str(brief.package.zip), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verified"] is True

    assert main([str(brief.package.zip.with_name("nothing.zip"))]) == 1
    assert "no package" in capsys.readouterr().out


def test_the_verifier_runs_with_few_libraries(brief: Packed) -> None:
    code = (
        "import sys; from app.protocol.verify import main; status = main(sys.argv[1:]);"
        "print([n for n in ('PySide6', 'cv2', 'vosk', 'reportlab', 'av', 'sounddevice') if n in sys.modules], status)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(brief.package.zip)],
        env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == "[] 0"
