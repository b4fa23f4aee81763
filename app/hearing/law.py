"""Roles, stages and marks as the codes name them: data of resources/law/, each file with its version and source."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from app import resources
from app.hearing.model import Wording
from app.values import Frozen


class Term(Frozen):
    """A term of the law: id used in events, wording, article or item of the code where it has one."""

    id: str
    wording: Wording
    article: str = ""
    item: str = ""


@cache
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((resources.folder("law") / f"{name}.json").read_bytes())
    return found


def _terms(rows: list[dict[str, str]]) -> dict[str, Term]:
    return {
        row["id"]: Term(
            id=row["id"],
            wording=Wording(kk=row["kk"], ru=row["ru"], en=row["en"]),
            article=row.get("article", ""),
            item=row.get("item", ""),
        )
        for row in rows
    }


@cache
def stages(procedure: str) -> dict[str, Term]:
    """Stages of a procedure in their lawful order; the civil ones where the procedure has no list of its own."""
    data = _read("stages")
    return _terms(data.get(procedure, data["civil"]))


@cache
def roles() -> dict[str, Term]:
    """Roles of participants."""
    return _terms(_read("roles")["roles"])


@cache
def marks() -> dict[str, Term]:
    """Kinds of marks, with the item of CPC 282(2) that they feed."""
    return _terms(_read("marks")["marks"])


def wording(terms: dict[str, Term], id: str) -> Wording:
    """The term's wording; an id that the data does not know stands for itself (a record from elsewhere)."""
    return terms[id].wording if id in terms else Wording.same(id)
