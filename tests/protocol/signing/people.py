"""Keys of people who do not exist, and a protocol for them to sign."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from app.hearing.model import RecordLanguage
from app.protocol.authority import Algorithm, DemonstrationAuthority
from app.protocol.compose import short_protocol
from app.protocol.pdf import render
from app.protocol.signing import Pkcs12Signer, prepare, sign_pdf
from tests.protocol.documents import sample

SECRETARY, JUDGE = "Хатшыбекова Үлгі", "Үлгілі Айғақ Мысалқызы"
ROLES = {
    "secretary": {"kk": "Сот отырысының хатшысы", "ru": "Секретарь судебного заседания"},
    "judge": {"kk": "Төрағалық етуші", "ru": "Председательствующий"},
}
MOMENT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)


@cache
def _authority(algorithm: Algorithm) -> DemonstrationAuthority:
    return DemonstrationAuthority(algorithm=algorithm, now=MOMENT)


def authority(algorithm: Algorithm = "ecdsa") -> DemonstrationAuthority:
    """One authority for all tests of a process; ECDSA because its keys are made in no time."""
    return _authority(algorithm)


def signer(folder: Path, name: str, algorithm: Algorithm = "ecdsa") -> Pkcs12Signer:
    """A fresh key for ``name``."""
    key = authority(algorithm).issue(folder / f"{abs(hash(name))}.p12", name)
    return Pkcs12Signer(key.path, key.password)


def protocol(path: Path, language: RecordLanguage = "kk") -> Path:
    """An unsigned protocol with its fields."""
    document = short_protocol(
        sample.hearing(), sample.recordings(), language=language, head=sample.HEAD, drawn_up=sample.DRAWN_UP
    )
    render(document, path)
    prepare(path)
    return path


def sign(pdf: Path, out: Path, who: Pkcs12Signer, field: str, language: RecordLanguage = "kk") -> Path:
    """Sign at :data:`MOMENT` as the person that the certificate names."""
    role = ROLES[field][language]
    sign_pdf(pdf, out, who, field, role=role, name=who.holder.name, language=language, at=MOMENT)
    return out


def signed(folder: Path, algorithm: Algorithm = "ecdsa", language: RecordLanguage = "kk") -> Path:
    """A protocol signed by secretary and then judge, with the authority's ``root.pem`` beside it."""
    authority(algorithm).write_root(folder / "root.pem")
    pdf = protocol(folder / "protocol.pdf", language)
    sign(pdf, pdf, signer(folder, SECRETARY, algorithm), "secretary", language)
    return sign(pdf, folder / "signed.pdf", signer(folder, JUDGE, algorithm), "judge", language)


def pdfsig(pdf: Path) -> dict[str, str]:
    """What poppler's pdfsig says of each signed field."""
    said = subprocess.run(["pdfsig", "-nocert", str(pdf)], capture_output=True, text=True, check=False).stdout
    parts = re.split(r"Signature #\d+:", said)[1:]
    found = {}
    for part in parts:
        name = re.search(r"Signature Field Name: (.*)", part)
        result = re.search(r"Signature Validation: (.*)", part)
        if name and result:
            found[name[1]] = result[1]
    return found
