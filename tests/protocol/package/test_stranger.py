"""A verifier by somebody who only read docs/package.md: standard library, and soundfile for the FLAC files."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import soundfile

from tests.protocol.package.hearings import Packed


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def chain(content: bytes) -> list[dict[str, Any]]:
    previous, found = "0" * 64, []
    for number, raw in enumerate(content.split(b"\n")[:-1], 1):
        line = json.loads(raw)
        header = line["header"]
        assert raw == canonical(line)
        assert (header["seq"], header["previous"]) == (number, previous)
        assert line["hash"] == sha256(canonical(header))
        if "payload" in line:
            assert header["commitment"] == sha256(bytes.fromhex(line["salt"]) + canonical(line["payload"]))
        previous = line["hash"]
        found.append(line)
    return found


def check_sound(folder: Path, manifest: dict[str, Any], capture: list[dict[str, Any]]) -> int:
    """Compare every second that the log has a hash of; returns how many there were."""
    hashes: dict[tuple[int, str], dict[int, list[str]]] = {}
    opened: dict[tuple[int, str], dict[str, Any]] = {}
    for line in capture:
        payload = line["payload"]
        if line["header"]["type"] == "SourceOpened":
            opened[payload["run"], payload["source"]] = payload
        if line["header"]["type"] == "Written":
            seconds = {int(second): found for second, found in payload["seconds"].items()}
            hashes.setdefault((payload["run"], payload["source"]), {}).update(seconds)
    count = 0
    for key, source in opened.items():
        for track in source["tracks"]:
            frames: dict[int, bytes] = {}
            for entry in manifest["tracks"]:
                if (entry["run"], entry["source"], entry["channel"]) == (*key, track["channel"]):
                    assert entry["seat"] == track["seat"]
                    samples, rate = soundfile.read(folder / entry["path"], dtype="int32")
                    assert rate == entry["rate"] == source["rate"]
                    width = entry["width"]
                    whole = samples.tobytes()
                    raw = b"".join(whole[at + 4 - width : at + 4] for at in range(0, len(whole), 4))
                    frames[entry["first"]] = raw
                    assert len(raw) == (entry["last"] - entry["first"]) * width
            for second, found in hashes.get(key, {}).items():
                begin, end = second * source["rate"], (second + 1) * source["rate"]
                pieces = b""
                for first in sorted(frames):
                    held = frames[first]
                    inside = [max(0, at - first) * source["width"] for at in (begin, end)]
                    pieces += held[inside[0] : inside[1]]
                assert sha256(pieces) == found[track["channel"]], (key, track, second)
                count += 1
    return count


def test_the_page_is_enough_to_write_a_verifier(demonstration: Packed, tmp_path: Path) -> None:
    with zipfile.ZipFile(demonstration.package.zip) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    content = (folder / "manifest.json").read_bytes()
    manifest = json.loads(content)
    assert content == canonical(manifest)

    present = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    named = {entry["path"]: entry for entry in manifest["files"]}
    own = {"manifest.json", "manifest.json.p7s"}
    derived = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"}
    assert set(present) == set(named) | own | derived
    for path, entry in named.items():
        assert (len(present[path]), sha256(present[path])) == (entry["bytes"], entry["sha256"])

    payload = sorted(entry["path"] for entry in manifest["files"] if entry["path"].startswith("data/"))
    tags = sorted((set(present) - set(payload)) - {"tagmanifest-sha256.txt"})
    for listing, paths in (("manifest-sha256.txt", payload), ("tagmanifest-sha256.txt", tags)):
        assert present[listing].decode() == "".join(f"{sha256(present[path])}  {path}\n" for path in paths)
    assert present["bagit.txt"] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert present["bag-info.txt"].decode().splitlines() == [
        f"Bag-Software-Agent: {manifest['program']}",
        f"Bagging-Date: {manifest['created'][:10]}",
        f"External-Identifier: {manifest['sitting']}",
        f"External-Description: Court hearing, case {manifest['case']}",
        f"Payload-Oxum: {sum(len(present[path]) for path in payload)}.{len(payload)}",
    ]

    record, capture = (chain(present[manifest[log]["path"]]) for log in ("record", "capture"))
    for log, lines in (("record", record), ("capture", capture)):
        assert (len(lines), lines[-1]["hash"]) == (manifest[log]["lines"], manifest[log]["head"])
    assert record[manifest["frozen"]["seq"] - 1]["hash"] == manifest["frozen"]["head"]
    assert record[0]["payload"]["sitting"] == manifest["sitting"]
    assert check_sound(folder, manifest, capture) == 67
