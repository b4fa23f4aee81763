"""What a PDF needs for the archive (PDF/A-3b): XMP description, colour profile, dates that belong to the document."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from PIL import ImageCms
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFBase85Encode,
    PDFDictionary,
    PDFName,
    PDFStream,
    PDFString,
    PDFZCompress,
)

from app import __version__
from app.protocol.document import Document
from app.protocol.fonts import printable

_PRODUCER = "reportlab"
_XMP = """<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{tool}</xmp:CreatorTool>
<xmp:CreateDate>{date}</xmp:CreateDate>
<xmp:ModifyDate>{date}</xmp:ModifyDate>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>
"""


def title(document: Document) -> str:
    """The document's title as programs list it."""
    return printable(f"{document.title} {document.case_number}")


def tool() -> str:
    """This program and its version."""
    return f"Khatshy {__version__}"


@cache
def _profile() -> bytes:
    """The sRGB profile, without the time at which the library made it."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[24:36] = bytes((7, 234, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))  # ICC.1:2010, 7.2.8: date and time
    made[84:100] = bytes(16)  # profile ID: not computed
    return bytes(made)


def declare(pdf: Any, document: Document) -> None:
    """Put the declarations into reportlab's document ``pdf`` before it is saved."""
    stamp = TimeStamp(invariant=1)
    if document.moment is not None:
        stamp.YMDhms = tuple(document.moment.timetuple())[:6]
        stamp.dhh, stamp.dmm = 5, 0
    pdf._timeStamp = stamp
    pdf.info.producer = _PRODUCER
    years = "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}".format(*stamp.YMDhms)
    described = _XMP.format(
        title=escape(title(document)),
        subject=escape(printable(document.sitting)),
        language=document.language,
        tool=escape(tool()),
        date=f"{years}{stamp.dhh:+03d}:{stamp.dmm:02d}",
        producer=_PRODUCER,
    )
    metadata = PDFStream(
        PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}), described.encode(), filters=[]
    )
    profile = PDFStream(PDFDictionary({"N": 3}), _profile(), filters=[PDFBase85Encode, PDFZCompress])
    intent = PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB"),
            "Info": PDFString("sRGB"),
            "DestOutputProfile": pdf.Reference(profile),
        }
    )
    pdf.Catalog.Metadata = metadata
    pdf.Catalog.OutputIntents = PDFArray([intent])
    pdf.Catalog.__NoDefault__ = [*type(pdf.Catalog).__NoDefault__, "OutputIntents"]
    for page in pdf.Pages.pages:
        page.Trans = None  # an empty transition, which reportlab always writes
