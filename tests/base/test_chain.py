"""The log: what was acknowledged stays, what was changed is found and named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import chain
from app.chain import ChainLog
from app.errors import Trouble


def _log(folder: Path, count: int = 5, mirror: Path | None = None) -> Path:
    path = folder / "events.jsonl"
    with ChainLog(path, mirror) as log:
        for number in range(count):
            log.append("Noted", {"text": f"сөз {number}", "n": number}, actor="secretary")
    return path


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    reading = chain.read(_log(tmp_path))
    assert [line.payload for line in reading.lines] == [{"text": f"сөз {n}", "n": n} for n in range(5)]
    assert reading.damage is None


def test_cut_at_every_byte_the_valid_prefix_opens_and_the_rest_is_reported(tmp_path: Path) -> None:
    whole = _log(tmp_path, 4).read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == 10]
    for cut in range(len(whole) + 1):
        reading = chain.parse(whole[:cut], Path("events.jsonl"))
        complete = sum(1 for end in ends if end <= cut)
        assert len(reading.lines) == complete
        assert (reading.damage is None) == (cut in (0, *ends))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found_in_its_line(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = bytearray(_log(tmp_path_factory.mktemp("log"), 4).read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    line = whole[:place].count(b"\n") + 1
    whole[place] = changed
    reading = chain.parse(bytes(whole), Path("events.jsonl"))
    assert reading.damage is not None
    assert reading.damage.line == line
    assert len(reading.lines) == line - 1


def test_a_line_without_its_payload_still_verifies(tmp_path: Path) -> None:
    path = _log(tmp_path)
    lines = chain.read(path).lines
    path.write_bytes(b"".join(line.encoded(without_payload=line.seq == 3) for line in lines))
    reading = chain.read(path)
    assert reading.damage is None
    assert [line.payload is None for line in reading.lines] == [False, False, True, False, False]


def test_the_mirror_holds_the_same_and_is_completed_when_it_comes_back(tmp_path: Path) -> None:
    mirror = tmp_path / "second" / "events.jsonl"
    lost: list[Path] = []
    path = tmp_path / "events.jsonl"
    with ChainLog(path, mirror, on_lost=lambda where, _error: lost.append(where)) as log:
        log.append("Noted", {}, actor="secretary")
    assert lost == [mirror]  # its folder does not exist
    mirror.parent.mkdir()
    with ChainLog(path, mirror) as log:
        log.append("Noted", {"n": 2}, actor="secretary")
    assert mirror.read_bytes() == path.read_bytes()


def test_a_second_writer_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with ChainLog(tmp_path / "events.jsonl") as log:
        log.append("Noted", {}, actor="secretary")
        with pytest.raises(Trouble) as refused:
            ChainLog(tmp_path / "events.jsonl")
    assert refused.value.code == "log-busy"
    ChainLog(tmp_path / "events.jsonl").close()


def test_a_torn_end_is_set_aside_and_the_log_goes_on(tmp_path: Path) -> None:
    path = _log(tmp_path, 3)
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    with ChainLog(path) as log:
        assert log.reading.damage is not None
        assert log.reading.damage.line == 3
        log.append("Noted", {"n": 9}, actor="secretary")
    assert [line.seq for line in chain.read(path).lines] == [1, 2, 3]
    aside = path.with_name("events.jsonl.damaged-1").read_bytes()
    assert whole[:-7].endswith(aside)
    assert aside


_WRITER = """
import sys, os
from pathlib import Path
from app.chain import ChainLog
log = ChainLog(Path(sys.argv[1]))
number = 0
while True:
    log.append("Noted", {"n": number}, actor="secretary")
    number += 1
    print(number, flush=True)
"""


def test_killed_at_any_moment_every_acknowledged_line_is_there(tmp_path: Path) -> None:
    kills = 40 if os.environ.get("KHATSHY_TRIAL") else 4
    for attempt in range(kills):
        path = tmp_path / f"{attempt}.jsonl"
        with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            acknowledged = 0
            for line in writer.stdout:
                acknowledged = int(line)
                if acknowledged > 5 + attempt * 3:
                    writer.kill()
                    break
            for line in writer.stdout:
                acknowledged = int(line)
        assert len(chain.read(path).lines) >= acknowledged


def test_a_tail_sees_only_whole_lines(tmp_path: Path) -> None:
    whole = _log(tmp_path, 2).read_bytes()
    path = tmp_path / "growing.jsonl"
    tail = chain.Tail(path)
    assert list(tail.new()) == []
    path.write_bytes(whole[:-5])
    assert [line.seq for line in tail.new()] == [1]
    path.write_bytes(whole)
    assert [line.seq for line in tail.new()] == [2]


def test_lines_are_json_that_others_can_read(tmp_path: Path) -> None:
    for raw in _log(tmp_path).read_bytes().splitlines():
        assert set(json.loads(raw)) == {"header", "hash", "salt", "payload"}


def test_the_second_folder_that_went_on_alone_is_not_cut_back(tmp_path: Path) -> None:
    """The first folder failed early: its log is short, the second one holds everything that was acknowledged."""
    first, second = tmp_path / "first" / "events.jsonl", tmp_path / "second" / "events.jsonl"
    for path in (first, second):
        path.parent.mkdir()
    with ChainLog(first, second) as log:
        for number in range(20):
            log.append("Noted", {"n": number}, actor="secretary")
    whole = second.read_bytes()
    first.write_bytes(b"".join(whole.splitlines(keepends=True)[:3]))
    with ChainLog(first, second) as log:
        assert log.seq == 20
    assert first.read_bytes() == second.read_bytes() == whole


def test_a_flipped_bit_in_the_first_log_costs_nothing_while_the_second_is_whole(tmp_path: Path) -> None:
    first, second = tmp_path / "first" / "events.jsonl", tmp_path / "second" / "events.jsonl"
    for path in (first, second):
        path.parent.mkdir()
    with ChainLog(first, second) as log:
        for number in range(20):
            log.append("Noted", {"n": number}, actor="secretary")
    whole = second.read_bytes()
    content = bytearray(whole)
    content[len(content) // 3] ^= 4
    first.write_bytes(content)
    with ChainLog(first, second) as log:
        assert log.seq == 20
        assert log.reading.damage is not None
    assert first.read_bytes() == second.read_bytes() == whole
    assert first.with_name("events.jsonl.damaged-1").exists()


def test_logs_that_went_apart_the_longer_goes_on_and_the_other_is_kept(tmp_path: Path) -> None:
    first, second = tmp_path / "first" / "events.jsonl", tmp_path / "second" / "events.jsonl"
    for path, count in ((first, 3), (second, 9)):
        path.parent.mkdir()
        with ChainLog(path) as log:
            for number in range(count):
                log.append("Noted", {"n": number}, actor="secretary")
    short, long = first.read_bytes(), second.read_bytes()
    with ChainLog(first, second) as log:
        assert log.seq == 9
    assert first.read_bytes() == second.read_bytes() == long
    assert short.endswith(first.with_name("events.jsonl.damaged-1").read_bytes())


def test_a_folder_whose_descriptor_fails_altogether_does_not_fork_the_chain(tmp_path: Path) -> None:
    second = tmp_path / "second" / "events.jsonl"
    second.parent.mkdir()
    with ChainLog(tmp_path / "events.jsonl", second) as log:
        log.append("Noted", {"n": 1}, actor="secretary")
        os.close(log._files[second])  # write, fsync and close fail from here on, as they do on a share that is gone
        for number in (2, 3, 4):
            log.append("Noted", {"n": number}, actor="secretary")
    assert [line.seq for line in chain.read(tmp_path / "events.jsonl").lines] == [1, 2, 3, 4]


def test_a_first_folder_that_cannot_be_opened_leaves_the_second(tmp_path: Path) -> None:
    second = tmp_path / "second" / "events.jsonl"
    second.parent.mkdir()
    (tmp_path / "gone").write_bytes(b"a file where the folder was")
    lost: list[Path] = []
    with ChainLog(tmp_path / "gone" / "events.jsonl", second, on_lost=lambda path, _error: lost.append(path)) as log:
        log.append("Noted", {"n": 1}, actor="secretary")
    assert len(chain.read(second).lines) == 1
    assert lost == [tmp_path / "gone" / "events.jsonl"]
