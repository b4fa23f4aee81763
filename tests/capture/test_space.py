"""How long the disks last, also when a disk does not say."""

from __future__ import annotations

from pathlib import Path

from app.capture.folders import Folders
from app.capture.plan import Plan
from app.capture.space import Space


def test_a_folder_that_does_not_say_how_much_is_free_is_not_taken_for_full(tmp_path: Path) -> None:
    folder = tmp_path / "sitting"
    folder.mkdir()
    folders = Folders(folder, None)
    plan = Plan(sitting="5f0c", folder=folder, mirror=None, address=tmp_path / "r.sock", actor="", sources=())
    space = Space(plan, folders)
    space.bytes_per_s = 1.0
    assert space.free["first"] > 0
    folder.rename(tmp_path / "away")
    assert space.measure() == []
    assert not space.tight
    (state,) = space.states()
    assert (state.state, state.reason) == ("good", "")
