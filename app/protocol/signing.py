"""Signing documents (PAdES, as incremental updates) and other files (detached CMS beside them)."""

from __future__ import annotations

import asyncio
import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.stamp import StaticStampStyle

from app import files
from app.errors import Trouble
from app.hearing.model import RecordLanguage
from app.i18n import Message, _
from app.protocol import stamp
from app.protocol.certificates import Fault, Holder
from app.protocol.keys import Pkcs12Signer

__all__ = ["Pkcs12Signer", "Signer", "prepare", "sign_file", "sign_pdf"]

DIGEST = "sha256"
_PREFIX = "/signature."


class Signer(Protocol):
    """Somebody's key: a PKCS#12 file, later a token or NCALayer.

    ``cms`` is the object by which pyHanko gets its CMS; a signer outside of this program subclasses pyHanko's
    ``Signer`` there. ``method`` is the word that the record keeps.
    """

    method: str
    holder: Holder
    cms: signers.Signer


def prepare(pdf: Path) -> tuple[str, ...]:
    """Make a field of every place for a signature that the document marks; returns all field names, in order.

    Done once, before the first signature, so that no signature has to allow a later change of the form. Fields that
    exist are left alone. Trouble ``pdf-unreadable``.
    """
    content = _content(pdf)
    try:
        writer: Any = IncrementalPdfFileWriter(io.BytesIO(content))
        existing = [name for name, _value, _reference in fields.enumerate_sig_fields(writer.prev)]
        places = [place for place in _places(writer.prev) if place.sig_field_name not in existing]
        if not places:
            return tuple(existing)
        for place in places:
            fields.append_signature_field(writer, place)
        output = io.BytesIO()
        writer.write(output)
    except (PdfError, ValueError, KeyError, IndexError, TypeError) as error:
        raise _unreadable(pdf) from error
    files.replace(pdf, output.getvalue())
    return (*existing, *(place.sig_field_name for place in places))


def _places(reader: PdfFileReader) -> list[fields.SigFieldSpec]:
    """The named destinations ``signature.<field>`` with their page and frame."""
    if "/Dests" not in reader.root:
        return []
    destinations: Any = reader.root["/Dests"]
    pages = {_page(reader, number): number for number in range(_pages(reader))}
    found: list[tuple[int, int, int, fields.SigFieldSpec]] = []
    for name in destinations:
        if name.startswith(_PREFIX):
            destination = destinations[name]
            page, _fit, left, bottom, right, top = destination.raw_get(0), *list(destination)[1:]
            box = (round(float(left)), round(float(bottom)), round(float(right)), round(float(top)))
            number = pages[page.idnum, page.generation]
            spec = fields.SigFieldSpec(name.removeprefix(_PREFIX), on_page=number, box=box)
            found.append((number, -box[3], box[0], spec))
    return [spec for *_place, spec in sorted(found, key=lambda row: row[:3])]


def _pages(reader: PdfFileReader) -> int:
    return int(reader.root["/Pages"]["/Count"])


def _page(reader: Any, number: int) -> tuple[int, int]:
    kids, index, _resources = reader.find_page_container(number)
    reference = kids.get_object()["/Kids"].raw_get(index)
    return reference.idnum, reference.generation


class _Dated(signers.PdfSigner):
    """Signs with a given time, so that what is printed in the picture is what stands in the signature."""

    at: datetime

    def init_signing_session(self, *arguments: Any, **options: Any) -> Any:
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self.at
        return session


def sign_pdf(
    pdf_in: Path,
    pdf_out: Path,
    signer: Signer,
    field: str,
    *,
    role: str,
    name: str,
    language: RecordLanguage,
    at: datetime | None = None,
) -> datetime:
    """Sign ``field`` of ``pdf_in`` and write ``pdf_out`` (may be the same), whole or not at all.

    PAdES baseline B; the signatures already there stay valid. ``role`` and ``name`` are printed in the picture with the
    certificate's own holder. Returns the time of signing (aware), ``at`` or now. Trouble ``pdf-unreadable``,
    ``field-unknown``, ``field-signed``, ``certificate-expired``, ``certificate-not-yet-valid``,
    ``certificate-wrong-usage``, ``signing-failed``.
    """
    at = _usable(signer, at)
    content = _content(pdf_in)
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        box = _empty_field(writer.prev, field, pdf_in)
    except (PdfError, ValueError, KeyError, IndexError, TypeError) as error:
        raise _unreadable(pdf_in) from error
    size = (box[2] - box[0], box[3] - box[1])
    picture = stamp.draw(size, role=role, name=name, holder=signer.holder, at=at, language=language)
    with tempfile.TemporaryDirectory(prefix="khatshy-") as folder:
        drawn = Path(folder) / "stamp.pdf"
        drawn.write_bytes(picture)
        pdf_signer = _Dated(
            signers.PdfSignatureMetadata(
                field_name=field,
                md_algorithm=DIGEST,
                subfilter=fields.SigSeedSubFilter.PADES,
                name=signer.holder.name,
            ),
            signer.cms,
            stamp_style=_style(drawn),
        )
        pdf_signer.at = at
        output = io.BytesIO()
        try:
            pdf_signer.sign_pdf(writer, existing_fields_only=True, output=output)
        except (SigningError, PdfError, ValueError) as error:
            raise _failed() from error
    files.replace(pdf_out, output.getvalue())
    return at


def _style(drawn: Path) -> StaticStampStyle:
    edge = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, margins=Margins(0, 0, 0, 0))
    style: StaticStampStyle = StaticStampStyle.from_pdf_file(
        str(drawn), border_width=0, background_opacity=1.0, background_layout=edge
    )
    return style


def _empty_field(reader: PdfFileReader, field: str, pdf: Path) -> list[float]:
    """The frame of an empty signature field; Trouble where there is none."""
    for name, value, reference in fields.enumerate_sig_fields(reader):
        if name == field and value is not None:
            raise Trouble(
                "field-signed",
                _("{file} is already signed in this place.", file=pdf.name),
                safe=_("The signature that is there was left as it is."),
            )
        if name == field:
            return [float(value) for value in reference.get_object()["/Rect"]]
    raise Trouble(
        "field-unknown",
        _("{file} has no place for this signature.", file=pdf.name),
        safe=_("The document was left as it is."),
        remedy=_("Make the document again from the record, then sign it."),
    )


def sign_file(path: Path, signer: Signer, *, at: datetime | None = None) -> Path:
    """Sign any file: a detached CMS (CAdES, with the time of signing) beside it, ``<name>.p7s``, whole or not at all.

    Trouble ``file-unreadable`` and the certificate's troubles of :func:`sign_pdf`.
    """
    at = _usable(signer, at)
    attributes = PdfCMSSignedAttributes(signing_time=at)
    try:
        with open(path, "rb") as file:
            signature = asyncio.run(
                signer.cms.async_sign_general_data(file, DIGEST, use_cades=True, signed_attr_settings=attributes)
            )
    except OSError as error:
        raise _file_unreadable(path, error) from error
    except (SigningError, ValueError) as error:
        raise _failed() from error
    beside = path.with_name(path.name + ".p7s")
    files.replace(beside, signature.dump())
    return beside


def _usable(signer: Signer, at: datetime | None) -> datetime:
    at = (at or datetime.now(UTC)).replace(microsecond=0)
    fault = signer.holder.fault(at)
    if fault is None:
        return at
    happened, remedy = _fault(fault, signer.holder)
    code = f"certificate-{fault.replace('_', '-')}"
    raise Trouble(code, happened, safe=_("Nothing was signed; the documents are as they were."), remedy=remedy)


def _fault(fault: Fault, holder: Holder) -> tuple[Message, Message]:
    name, begin, end = holder.name, f"{holder.begin:%d.%m.%Y}", f"{holder.end:%d.%m.%Y}"
    if fault == "expired":
        return (
            _("The certificate of {name} expired on {end}.", name=name, end=end),
            _("Get a new key from the authority, or sign on paper."),
        )
    if fault == "not_yet_valid":
        return (
            _("The certificate of {name} is valid only from {begin}.", name=name, begin=begin),
            _("Check this PC's date and time; if they are right, wait until that day."),
        )
    return (
        _("The certificate of {name} was not issued for signing.", name=name),
        _("Choose the key for signing; keys for logging in or for encryption have files of their own."),
    )


def _content(pdf: Path) -> bytes:
    try:
        return pdf.read_bytes()
    except OSError as error:
        raise _file_unreadable(pdf, error) from error


def _file_unreadable(path: Path, error: OSError) -> Trouble:
    return Trouble(
        "file-unreadable",
        _("The file {path} cannot be read: {reason}.", path=str(path), reason=error.strerror or str(error)),
        safe=_("Nothing was signed."),
    )


def _unreadable(pdf: Path) -> Trouble:
    return Trouble(
        "pdf-unreadable",
        _("{file} is not a PDF, or it is damaged.", file=pdf.name),
        safe=_("The record and the recordings are not touched by this."),
        remedy=_("Make the document again from the record."),
    )


def _failed() -> Trouble:
    return Trouble(
        "signing-failed",
        _("The signature could not be made with this key."),
        safe=_("Nothing was signed; the documents are as they were."),
        remedy=_("Try again, or choose another key."),
    )
