"""``hearing.db``: a sitting as tables, for whoever likes SQL; made from the record alone, it may be deleted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from app.hearing import record
from app.hearing.model import Hearing

NAME = "hearing.db"


def rebuild(folder: Path) -> Path:
    """Write ``hearing.db`` anew beside the record and return its path; the old one stays until the new one is whole."""
    hearing, reading = record.load(folder)
    half = folder / (NAME + ".part")
    half.unlink(missing_ok=True)
    database = Database(str(half))
    try:
        for table, rows, key in _tables(hearing, reading.head, len(reading.lines)):
            if rows:
                database.table(table).insert_all(rows, pk=key)
        if hearing.utterances:
            # diacritics are letters here (и is not й), so they are kept apart
            database.table("utterances").enable_fts(["text"], tokenize="unicode61 remove_diacritics 0")
    finally:
        database.close()
    path = folder / NAME
    os.replace(half, path)
    return path


def dump(path: Path) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every table with its rows, to compare two projections."""
    database = Database(str(path))
    try:
        return [(table.name, list(table.rows)) for table in database.tables]
    finally:
        database.close()


def _tables(hearing: Hearing, head: str, seq: int) -> Iterator[tuple[str, list[dict[str, Any]], str]]:
    case = hearing.case
    sitting: dict[str, Any] = {"id": hearing.sitting, "head": head, "seq": seq, "demonstration": hearing.demonstration}
    if case:
        sitting |= {"number": case.number, "procedure": case.procedure, "language": case.language, "open": case.open}
        sitting |= {f"name_{tongue}": getattr(case.name, tongue) for tongue in ("kk", "ru", "en")}
    yield "sitting", [sitting], "id"
    people = sorted(hearing.participants.values(), key=lambda person: person.id)
    yield (
        "participants",
        [
            {
                "id": p.id, "role": p.role, "seat": p.seat, "presence": p.presence, "means": p.means,
                "name_kk": p.name.kk, "name_ru": p.name.ru,
            }
            for p in people
        ],
        "id",
    )  # fmt: skip
    yield (
        "course",
        [
            {"n": n, "course": str(part.course), "begin": part.begin, "end": part.end}
            for n, part in enumerate(hearing.course)
        ],
        "n",
    )
    yield "stages", [stage.model_dump() for stage in hearing.stages], "id"
    marks = sorted(hearing.marks.values(), key=lambda mark: (mark.at, mark.id))
    yield (
        "marks",
        [{"id": m.id, "kind": m.kind, "at": m.at, "text_kk": m.text.kk, "text_ru": m.text.ru} for m in marks],
        "id",
    )
    spoken = sorted(hearing.utterances.values(), key=lambda utterance: (utterance.span.begin, utterance.id))
    yield (
        "utterances",
        [
            {
                "id": u.id, "seat": u.seat, "begin": u.span.begin, "seconds": u.span.seconds, "source": u.span.source,
                "channel": u.span.channel, "run": u.span.run, "first": u.span.first, "last": u.span.last,
                "language": u.reading.language, "confidence": u.reading.confidence, "text": u.text,
                "raw": u.reading.text, "model": u.reading.model.name,
            }
            for u in spoken
        ],
        "id",
    )  # fmt: skip
    yield "outputs", [{"n": n, **row.model_dump()} for n, row in enumerate(hearing.outputs)], "n"
    yield "signatures", [{"n": n, **row.model_dump()} for n, row in enumerate(hearing.signatures)], "n"
