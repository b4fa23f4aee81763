"""What a court document consists of, before it is drawn: a few kinds of blocks, all frozen, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.hearing.model import RecordLanguage

Kind = Literal["short_protocol", "transcript"]


@dataclass(frozen=True)
class RecordingFile:
    """A finished recording: what it is called, whom it hears, when it begins and how long it is.

    ``seat`` is empty for a recording of the whole room; ``kind`` tells sound from video; ``begin_utc`` is a stamp of
    :func:`app.clock.stamp`; ``seconds`` the length; ``sha256`` lower-case hexadecimal of the file's bytes.
    """

    name: str
    seat: str
    kind: Literal["audio", "video"]
    begin_utc: str
    seconds: float
    sha256: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text; ``missing`` says openly that the record has no data."""

    text: str
    missing: bool = False


@dataclass(frozen=True)
class Entry:
    """One line of a list: a person, a break, a file. ``detail`` is set smaller under it."""

    text: str
    detail: str = ""


@dataclass(frozen=True)
class Entries:
    """A list with an optional line before it."""

    entries: tuple[Entry, ...]
    lead: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of text under headings; ``shares`` are the columns' parts of the width."""

    headings: tuple[str, ...]
    shares: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class FileList:
    """The recordings named by the protocol, with columns already worded."""

    files: tuple[RecordingFile, ...]
    table: Table


Content = Paragraph | Entries | Table | FileList


@dataclass(frozen=True)
class Title:
    """The document's name and the lines under it."""

    text: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """A numbered item: ``id`` as the law counts it (``13-1``), ``article`` where the law asks for it."""

    id: str
    number: int
    heading: str
    article: str
    content: tuple[Content, ...]


@dataclass(frozen=True)
class Note:
    """A remark about the document itself, set apart from its text."""

    text: str
    heading: str = ""


@dataclass(frozen=True)
class Rule:
    """A line across the page with words in it: a stage or a break begins here."""

    text: str


@dataclass(frozen=True)
class Reading:
    """Raw words of the machine in one language; ``tag`` is the language as a reader knows it."""

    tag: str
    text: str


@dataclass(frozen=True)
class Turn:
    """One person's words until another speaks: wall clock, position in the listening copy, speaker, machine text."""

    clock: str
    position: str
    role: str
    name: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class SignaturePlace:
    """Where somebody signs: name of the field (``secretary``), role and name as they are printed."""

    field: str
    role: str
    name: str


@dataclass(frozen=True)
class SignaturePlaces:
    """The places for signatures, in the order in which they are signed."""

    places: tuple[SignaturePlace, ...]


Block = Title | Item | Note | Rule | Turn | Paragraph | Entries | Table | FileList | SignaturePlaces


@dataclass(frozen=True)
class Document:
    """A document before it has a form.

    ``head`` is the hash of the record's last event, ``moment`` the time that the document gives for itself (court's
    wall clock) and ``notices`` the sentences that every page carries (demonstration, machine text).
    """

    kind: Kind
    language: RecordLanguage
    title: str
    case_number: str
    sitting: str
    head: str
    blocks: tuple[Block, ...]
    moment: datetime | None = None
    demonstration: bool = False
    notices: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The numbered items, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Item))

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns of a transcript, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Turn))

    @property
    def places(self) -> tuple[SignaturePlace, ...]:
        """The places for signatures, in the order in which they are signed."""
        return tuple(place for block in self.blocks if isinstance(block, SignaturePlaces) for place in block.places)
