"""Which file names a package may hold, so that no name does anything but name a file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from app.i18n import Message, _

LONGEST = 240
_DEEPEST = 8
_FORBIDDEN = set('\\:*?"<>|')
#: Letters of other alphabets that look like Latin ones on a screen.
_ALIKE = str.maketrans(
    "АВЕЁКМНОРСТУХЅІЈаеёорсухіјѕԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρ", "ABEEKMHOPCTYXSIJaeeopcyxijsdhqwABEZHIKMNOPTYXovp"
)


def fault(name: str) -> Message | None:
    """Why a name is refused; None for a harmless relative path with forward slashes."""
    if name.startswith("/") or "\\" in name or name[1:2] == ":":
        return _("it is an absolute path or one of another system")
    parts = name.split("/")
    if ".." in parts:
        return _("it leads out of the package")
    if (
        any(part in ("", ".") for part in parts)
        or len(parts) > _DEEPEST
        or len(name.encode(errors="replace")) > LONGEST
    ):
        return _("it is not a plain path")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for letter in name):
        return _("it holds invisible characters")
    if any(letter in _FORBIDDEN for letter in name) or any(part[-1] in " ." for part in parts):
        return _("it holds characters that not every system can write")
    if unicodedata.normalize("NFC", name) != name:
        return _("its letters are not composed in the usual way")
    return None


def skeleton(name: str) -> str:
    """Equal for names that a person or a system could take for each other."""
    return unicodedata.normalize("NFKC", name).translate(_ALIKE).casefold()


def alike(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of names that look the same."""
    seen: dict[str, str] = {}
    for name in names:
        before = seen.setdefault(skeleton(name), name)
        if before is not name:
            yield before, name
