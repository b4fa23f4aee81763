"""Forgers: each changes a copy of a package in one way, chosen by a seeded chance, and says what it did."""

from __future__ import annotations

import random
import shutil
import struct
from collections.abc import Callable
from pathlib import Path


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def flip(path: Path, chance: random.Random) -> str:
    """One bit of a file."""
    content = bytearray(path.read_bytes())
    place, bit = chance.randrange(len(content)), chance.randrange(8)
    content[place] ^= 1 << bit
    path.write_bytes(content)
    return f"bit {bit} of byte {place} of {path.name}"


def cut(path: Path, chance: random.Random) -> str:
    """The end of a file is missing."""
    content = path.read_bytes()
    length = chance.randrange(len(content))
    path.write_bytes(content[:length])
    return f"{path.name} cut to {length} of {len(content)}"


def lengthen(path: Path, chance: random.Random) -> str:
    path.write_bytes(path.read_bytes() + bytes(chance.randrange(256) for _ in range(chance.randrange(1, 40))))
    return f"{path.name} lengthened"


def scramble(path: Path, chance: random.Random) -> str:
    """Some bytes in a row are others."""
    content = bytearray(path.read_bytes())
    begin = chance.randrange(len(content))
    before = bytes(content)
    for place in range(begin, min(len(content), begin + chance.randrange(1, 2000))):
        content[place] = chance.randrange(256)
    if bytes(content) == before:
        content[begin] ^= 255
    path.write_bytes(content)
    return f"{path.name} scrambled from {begin}"


def shift(path: Path, chance: random.Random) -> str:
    """A byte is taken out."""
    content = path.read_bytes()
    place = chance.randrange(len(content))
    path.write_bytes(content[:place] + content[place + 1 :])
    return f"{path.name} without byte {place}"


BYTES: tuple[Callable[[Path, random.Random], str], ...] = (flip, flip, flip, cut, lengthen, scramble, shift)


def change_file(folder: Path, chance: random.Random) -> str:
    return chance.choice(BYTES)(chance.choice(files(folder)), chance)


def remove(folder: Path, chance: random.Random) -> str:
    path = chance.choice(files(folder))
    path.unlink()
    return f"{path.name} removed"


def rename(folder: Path, chance: random.Random) -> str:
    path = chance.choice(files(folder))
    name = chance.choice([path.name + "x", path.name.swapcase(), path.name.replace("a", "а"), "README.txt"])
    if name == path.name:
        name += "x"
    path.rename(path.with_name(name))
    return f"{path.name} renamed to {name}"


def swap(folder: Path, chance: random.Random) -> str:
    while True:
        first, second = chance.sample(files(folder), 2)
        contents = first.read_bytes(), second.read_bytes()
        if contents[0] != contents[1]:
            second.write_bytes(contents[0])
            first.write_bytes(contents[1])
            return f"{first.name} and {second.name} swapped"


def add(folder: Path, chance: random.Random) -> str:
    place = chance.choice([path.parent for path in files(folder)])
    name = chance.choice(["more.pdf", "02-judge2.flac", "mаnifest.json", "desktop.ini", ".hidden"])
    (place / name).write_bytes(b"new")
    return f"{name} added"


def drop_line(folder: Path, chance: random.Random) -> str:
    """A log without one of its lines, or with two of them exchanged."""
    path = folder / "data" / "logs" / chance.choice(["events.jsonl", "capture.jsonl"])
    lines = path.read_bytes().splitlines(keepends=True)
    place = chance.randrange(len(lines) - 1)
    if chance.random() < 0.5:
        lines[place : place + 2] = lines[place : place + 2][::-1]
    else:
        del lines[place]
    path.write_bytes(b"".join(lines))
    return f"line {place} of {path.name}"


def link(folder: Path, chance: random.Random) -> str:
    path = chance.choice(files(folder))
    kept = path.with_name("." + path.name)
    path.rename(kept)
    path.symlink_to(kept)
    return f"{path.name} is a link"


FOLDER: tuple[Callable[[Path, random.Random], str], ...] = (
    change_file, change_file, change_file, change_file, remove, rename, swap, add, drop_line, link,
)  # fmt: skip


def change_directory(path: Path, chance: random.Random) -> str:
    """A bit in the zip's tables rather than in its contents."""
    content = bytearray(path.read_bytes())
    end = content.rfind(b"PK\5\6")
    begin = struct.unpack("<I", content[end + 16 : end + 20])[0]
    place = chance.randrange(begin, len(content))
    content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return f"byte {place} of the zip's directory"


def change_header(path: Path, chance: random.Random) -> str:
    """A bit in the header of one of the zip's entries."""
    content = bytearray(path.read_bytes())
    places = [place for place in range(len(content) - 4) if content[place : place + 4] == b"PK\3\4"]
    place = chance.choice(places) + chance.randrange(30)
    content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return f"byte {place} of a zip's header"


ZIP: tuple[Callable[[Path, random.Random], str], ...] = (*BYTES, change_directory, change_directory, change_header)


def forged(package_folder: Path, package_zip: Path, target: Path, seed: int) -> tuple[Path, str]:
    """A forged copy under ``target`` and what was done to it; the same for the same seed."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        copy = Path(shutil.copytree(package_folder, target / "package"))
        return copy, chance.choice(FOLDER)(copy, chance)
    copy = Path(shutil.copy(package_zip, target / "package.zip"))
    return copy, chance.choice(ZIP)(copy, chance)
