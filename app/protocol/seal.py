"""What ties paper to a record: a check word for the eye and the text of the QR code, both made of the head hash."""

from __future__ import annotations

_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"


def check_word(head: str) -> str:
    """Two pronounceable words for the first 32 bits of a hexadecimal hash, for instance ``lusab-babad``.

    Five letters carry 16 bits (consonants 4, vowels 2), as in A. Wilkerson's proquints. A convenience for comparing
    by eye or by telephone; proof is the whole hash.
    """

    def word(bits: int) -> str:
        letters = (
            _CONSONANTS[bits >> 12],
            _VOWELS[bits >> 10 & 3],
            _CONSONANTS[bits >> 6 & 15],
            _VOWELS[bits >> 4 & 3],
            _CONSONANTS[bits & 15],
        )
        return "".join(letters)

    first = int(head[:8].ljust(8, "0"), 16)
    return f"{word(first >> 16)}-{word(first & 0xFFFF)}"


def code_text(sitting: str, head: str) -> str:
    """What the QR code says: ``KHATSHY:1:<sitting>:<head>:<check word>``.

    In capitals where that loses nothing, because QR codes hold capitals and digits in half of the space.
    """
    identity = sitting.upper() if sitting.upper().lower() == sitting else sitting
    return f"KHATSHY:1:{identity}:{head.upper()}:{check_word(head).upper()}"
