"""Checking signatures offline: who signed, whether anything was changed since, and whom the certificate leads to."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from asn1crypto import cms, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.generic_cms import (
    async_validate_detached_cms,
    extract_certs_for_validation,
    extract_self_reported_ts,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from app import clock
from app.errors import Trouble
from app.i18n import Message, _
from app.protocol.certificates import Holder, holder

Trust = Literal[
    "trusted", "demonstration", "unknown", "untrusted", "expired", "not_yet_valid", "wrong_usage", "uncheckable"
]
_USAGE = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
_LARGEST_CMS = 10_000_000  # bytes


@dataclass(frozen=True)
class SignatureCheck:
    """What was found out about one signature.

    ``field`` is the signed field of a PDF, empty for a signature in a file of its own; ``at`` (aware) is the time that
    the signer's own PC told, no proof of time. ``intact``: the signed bytes are unchanged and the signature fits the
    certificate. ``whole``: nothing but further signatures was added to the document afterwards. ``trust``: where the
    certificate leads. ``message`` says the result in one sentence.
    """

    file: str
    field: str
    signer: str
    issuer: str
    serial: str
    at: datetime | None
    intact: bool
    whole: bool
    trust: Trust
    message: Message

    @property
    def verified(self) -> bool:
        """All was checked and nothing is wrong; the authority is one of the given ones, perhaps a demonstration's."""
        return self.intact and self.whole and self.trust in ("trusted", "demonstration")

    @property
    def valid(self) -> bool:
        """:attr:`verified`, and by an authority that vouches for real people."""
        return self.verified and self.trust == "trusted"

    def to_json(self) -> dict[str, Any]:
        """As plain JSON; the message in its own form (:meth:`app.i18n.Message.to_json`)."""
        return {
            "file": self.file, "field": self.field, "signer": self.signer, "issuer": self.issuer, "serial": self.serial,
            "at": clock.stamp(self.at) if self.at else None, "intact": self.intact, "whole": self.whole,
            "trust": self.trust, "verified": self.verified, "valid": self.valid, "message": self.message.to_json(),
        }  # fmt: skip


def authorities(trusted: Path | None) -> list[x509.Certificate]:
    """Certificates of a file, or of all files of a folder that hold one; none for None.

    Trouble ``authority-unreadable`` for a file that cannot be read as a certificate.
    """
    if trusted is None:
        return []
    if trusted.is_dir():
        names = sorted(file for file in trusted.iterdir() if file.suffix.lower() in (".pem", ".crt", ".cer", ".der"))
        return [certificate for file in names for certificate in authorities(file)]
    try:
        content = trusted.read_bytes()
        parts = [der for _t, _h, der in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
        found = [x509.Certificate.load(part, strict=True) for part in parts]
        for certificate in found:
            holder(certificate)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Trouble(
            "authority-unreadable",
            _("{file} is not a certificate of an authority.", file=trusted.name),
            remedy=_("Choose the authority's certificate (.pem, .crt or .cer)."),
        ) from error
    return found


def check_pdf(path: Path, trusted: Path | None) -> list[SignatureCheck]:
    """Check all signatures of a PDF, in the order in which they were made; none for an unsigned one.

    ``trusted`` is a certificate or a folder of certificates of authorities. Nothing is fetched from a network.
    Trouble ``file-unreadable``, ``pdf-unreadable``, ``authority-unreadable``.
    """
    roots = authorities(trusted)
    content = _content(path)
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        filled = [(name, field) for name, _value, field in enumerate_sig_fields(reader, filled_status=True)]
    except Exception as error:  # a damaged PDF can make its reader raise anything
        raise Trouble(
            "pdf-unreadable",
            _("{file} is not a PDF, or it is damaged.", file=path.name),
            remedy=_("Ask for the file again from where it came."),
        ) from error
    broken: list[SignatureCheck] = []
    found: list[EmbeddedPdfSignature] = []
    for name, field in filled:
        try:
            found.append(EmbeddedPdfSignature(reader, field, name))
        except Exception:
            broken.append(_unreadable(path, name))
    found.sort(key=lambda signature: signature.signed_revision)
    return [_check_embedded(path, signature, roots, last=signature is found[-1]) for signature in found] + broken


def check_file(path: Path, p7s: Path, trusted: Path | None) -> SignatureCheck:
    """Check the signature ``p7s`` (detached CMS, DER or PEM) of the file ``path``.

    Trouble ``file-unreadable``, ``authority-unreadable``.
    """
    roots = authorities(trusted)
    content = _content(p7s, _LARGEST_CMS)
    try:
        if pem.detect(content):
            content = pem.unarmor(content)[2]
        whole = cms.ContentInfo.load(content, strict=True)
        if whole["content_type"].native != "signed_data":
            raise ValueError("no signature")
        signed = whole["content"]
        (signer,) = signed["signer_infos"]
        certificate = extract_certs_for_validation(signed).signer_cert
        facts, at, foreign = holder(certificate), _aware(extract_self_reported_ts(signer)), _foreign(signer)
    except Exception:  # whatever is wrong inside of it, it is not a signature
        return _unreadable(path, "")
    if foreign:
        return _made(path, "", facts, at, False, True, "uncheckable")
    try:
        with open(path, "rb") as file:
            status = asyncio.run(_detached(file, signed, _context(roots, at)))
    except OSError as error:
        raise _file_unreadable(path, error) from error
    except Exception:
        return _made(path, "", facts, at, False, True, "untrusted")
    return _made(path, "", facts, at, status.intact and status.valid, True, _trust(status, facts, at))


async def _detached(file: Any, signed: cms.SignedData, context: ValidationContext) -> Any:
    return await async_validate_detached_cms(file, signed, context, key_usage_settings=_USAGE)


def _check_embedded(
    path: Path, signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], *, last: bool
) -> SignatureCheck:
    field = str(signature.field_name)
    try:
        facts, at = holder(signature.signer_cert), _aware(signature.self_reported_timestamp)
        foreign = _foreign(signature.signer_info)
    except Exception:
        return _unreadable(path, field)
    if foreign:
        return _made(path, field, facts, at, False, True, "uncheckable")
    try:
        status = validate_pdf_signature(signature, _context(roots, at), key_usage_settings=_USAGE)
        whole, trusted = _whole(status, last), _trust(status, facts, at)
    except Exception:  # for instance a signed range that makes no sense
        return _made(path, field, facts, at, False, False, "untrusted")
    return _made(path, field, facts, at, status.intact and status.valid, whole, trusted)


def _whole(status: Any, last: bool) -> bool:
    """The last signature must cover every byte; after an earlier one only signatures may have come."""
    if last:
        return bool(status.coverage == SignatureCoverageLevel.ENTIRE_FILE)
    level = status.modification_level
    return bool(
        status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
        and level is not None
        and level <= ModificationLevel.FORM_FILLING
        and status.docmdp_ok
    )


def _aware(moment: datetime | None) -> datetime | None:
    """In UTC; other programs may leave the zone of a time out."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _context(roots: Sequence[x509.Certificate], at: datetime | None) -> ValidationContext:
    return ValidationContext(trust_roots=list(roots), moment=at or datetime.now(UTC), allow_fetching=False)


def _trust(status: Any, facts: Holder, at: datetime | None) -> Trust:
    fault = facts.fault(at or datetime.now(UTC))
    if fault is not None:
        return fault
    if not status.trusted:
        chain = getattr(status.trust_problem_indic, "name", "NO_CERTIFICATE_CHAIN_FOUND")
        return "unknown" if chain in ("NO_CERTIFICATE_CHAIN_FOUND", "GENERIC") else "untrusted"
    return "demonstration" if facts.demonstration else "trusted"


def _foreign(signer: cms.SignerInfo) -> bool:
    """Whether it was made by an algorithm that is not known here (asn1crypto shows its bare number), as GOST."""
    names = (signer["digest_algorithm"]["algorithm"].native, signer["signature_algorithm"]["algorithm"].native)
    return any("." in name for name in names)


def _made(
    path: Path, field: str, facts: Holder, at: datetime | None, intact: bool, whole: bool, trust: Trust
) -> SignatureCheck:
    message = _message(path.name, facts, intact, whole, trust)
    return SignatureCheck(path.name, field, facts.name, facts.issuer, facts.serial, at, intact, whole, trust, message)


def _message(file: str, facts: Holder, intact: bool, whole: bool, trust: Trust) -> Message:
    name, issuer = facts.name, facts.issuer
    if trust == "uncheckable":
        return _(
            "{file} carries a signature of {name} that cannot be checked here (GOST or another algorithm).",
            file=file, name=name,
        )  # fmt: skip
    if not intact:
        return _("{file} was changed after {name} signed it, or the signature is forged.", file=file, name=name)
    if not whole:
        return _("Something was added to {file} after {name} signed it.", file=file, name=name)
    if trust == "trusted":
        return _("{file} is unchanged since {name} signed it; {issuer} vouches for them.", **_all(file, facts))
    if trust == "demonstration":
        return _(
            "{file} is unchanged since it was signed as {name}, with a demonstration key: that proves no person.",
            file=file, name=name,
        )  # fmt: skip
    if trust == "expired":
        return _(
            "{file} is unchanged, but the certificate of {name} had expired when it was signed (valid until {end}).",
            file=file, name=name, end=f"{facts.end:%d.%m.%Y}",
        )  # fmt: skip
    if trust == "not_yet_valid":
        return _(
            "{file} is unchanged, but the certificate of {name} was not yet valid when it was signed (from {begin}).",
            file=file, name=name, begin=f"{facts.begin:%d.%m.%Y}",
        )  # fmt: skip
    if trust == "wrong_usage":
        return _("{file} is unchanged, but the certificate of {name} was not issued for signing.", file=file, name=name)
    if trust == "unknown":
        return _(
            "{file} is unchanged since it was signed as {name}, but the authority {issuer} is not one that is trusted"
            " here, so nobody vouches for the name.",
            file=file, name=name, issuer=issuer,
        )  # fmt: skip
    return _(
        "{file} is unchanged since it was signed as {name}, but the certificate issued by {issuer} does not hold.",
        file=file, name=name, issuer=issuer,
    )  # fmt: skip


def _all(file: str, facts: Holder) -> dict[str, str]:
    return {"file": file, "name": facts.name, "issuer": facts.issuer}


def _unreadable(path: Path, field: str) -> SignatureCheck:
    message = _("The signature of {file} is damaged and cannot be read.", file=path.name)
    return SignatureCheck(path.name, field, "", "", "", None, False, False, "untrusted", message)


def _content(path: Path, largest: int | None = None) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(-1 if largest is None else largest)
    except OSError as error:
        raise _file_unreadable(path, error) from error


def _file_unreadable(path: Path, error: OSError) -> Trouble:
    return Trouble(
        "file-unreadable",
        _("The file {path} cannot be read: {reason}.", path=str(path), reason=error.strerror or str(error)),
    )
