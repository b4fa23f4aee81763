"""Collects the sentences of app/, updates the Kazakh and Russian catalogues, compiles them; ``--check`` only looks.

python -m tools.translations            extract, update .po, compile .mo
python -m tools.translations --check    status 1 if a translation is missing, fuzzy, obsolete or not compiled
"""

from __future__ import annotations

import argparse
import io
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "resources" / "translations"
DOMAIN = "khatshy"
LANGUAGES = ("kk", "ru")
KEYWORDS = {"_": None, "_n": (1, 2)}
#: Catalogues carry no dates, so that nothing changes in them but sentences.
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def catalogue_file(language: str) -> Path:
    """The .po file of a language; its .mo stands beside it."""
    return PLACE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def extracted() -> Catalog:
    """Every sentence of app/ with the modules (not the lines: they move) that say it."""
    found = Catalog(project="Khatshy", charset="utf-8", fuzzy=False, creation_date=LONG_AGO)
    for file in sorted((ROOT / "app").rglob("*.py")):
        place = file.relative_to(ROOT).as_posix()
        for _line, text, _comments, context in extract_from_file("python", file, keywords=KEYWORDS):
            found.add(text, None, [(place, 0)], context=context)
    return found


def existing(language: str) -> Catalog:
    """What is translated so far."""
    file = catalogue_file(language)
    if not file.exists():
        return Catalog(locale=language, domain=DOMAIN, creation_date=LONG_AGO, fuzzy=False)
    with open(file, "rb") as opened:
        return read_po(opened, locale=language, domain=DOMAIN)


def updated(language: str, template: Catalog) -> Catalog:
    """The catalogue with exactly the template's sentences and what is translated of them; nothing is guessed."""
    old = existing(language)
    new = Catalog(
        locale=language, domain=DOMAIN, project="Khatshy", version="", charset="utf-8", fuzzy=False,
        creation_date=LONG_AGO, revision_date=LONG_AGO, last_translator="Khatshy", language_team=language,
        copyright_holder="Khatshy", header_comment=f"# Khatshy: {language}",
    )  # fmt: skip
    for message in template:
        if message.id:
            before = old.get(message.id)
            told = before.string if before is not None and before.id == message.id else None
            new.add(message.id, told, message.locations, context=message.context)
    return new


def as_po(catalogue: Catalog) -> bytes:
    """The text of a .po file, sorted by sentence."""
    out = io.BytesIO()
    write_po(out, catalogue, width=118, sort_output=True, include_lineno=False)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b'"Generated-By:'))


def as_mo(catalogue: Catalog) -> bytes:
    """The compiled catalogue."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def _spoken(compiled: bytes) -> dict[str, Any]:
    """What a compiled catalogue says, without its header (which names the version of Babel)."""
    return {str(message.id): message.string for message in read_mo(io.BytesIO(compiled)) if message.id}


def _strings(message: Message) -> tuple[str, ...]:
    told = message.string
    return tuple(told) if isinstance(told, list | tuple) else (told or "",)


def _fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


def faults(language: str, catalogue: Catalog) -> Iterator[str]:
    """What is missing or wrong in a catalogue."""
    for message in catalogue:
        if not message.id:
            continue
        wanted = message.id if isinstance(message.id, str) else message.id[0]
        strings = _strings(message)
        if not all(strings):
            yield f"{language}: not translated: {wanted!r}"
        elif message.fuzzy:
            yield f"{language}: fuzzy: {wanted!r}"
        else:
            plural = "" if isinstance(message.id, str) else message.id[1]
            known = _fields(wanted) | _fields(plural)
            for told in strings:
                if not _fields(told) <= known or (not plural and _fields(told) != known):
                    yield f"{language}: other fields than {sorted(known)}: {told!r}"


def update() -> list[str]:
    """Rewrite both catalogues; what is still missing."""
    template = extracted()
    missing: list[str] = []
    for language in LANGUAGES:
        catalogue = updated(language, template)
        file = catalogue_file(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_po(catalogue))
        file.with_suffix(".mo").write_bytes(as_mo(catalogue))
        missing += faults(language, catalogue)
    return missing


def check() -> list[str]:
    """What is missing, wrong or not up to date in the committed catalogues."""
    template = extracted()
    found: list[str] = []
    for language in LANGUAGES:
        catalogue = updated(language, template)
        file = catalogue_file(language)
        found += faults(language, catalogue)
        if not file.exists() or file.read_bytes() != as_po(catalogue):
            found.append(f"{language}: the .po file does not follow the code: python -m tools.translations")
        elif _spoken(file.with_suffix(".mo").read_bytes()) != _spoken(as_mo(catalogue)):
            found.append(f"{language}: the .mo file is not compiled from the .po file: python -m tools.translations")
    return found


def main() -> int:
    """Entry of ``python -m tools.translations``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, say what is missing")
    found = check() if parser.parse_args().check else update()
    for line in found:
        print(line)
    print(f"{len(found)} to do" if found else "complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
