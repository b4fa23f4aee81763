"""What a certificate says: whose it is, who issued it, from when until when and for what it may be used."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from asn1crypto import x509

#: Name of the throw-away authority of demonstrations and tests. A certificate that carries it proves nothing.
DEMONSTRATION = "Khatshy demonstration authority – not trusted"

# pyHanko logs the names of people together with tracebacks; our checks say everything in sentences of their own.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)

Fault = Literal["expired", "not_yet_valid", "wrong_usage"]


@dataclass(frozen=True)
class Holder:
    """The readable facts of a certificate; times are aware, ``serial`` is hexadecimal."""

    name: str
    issuer: str
    serial: str
    begin: datetime
    end: datetime
    signs: bool

    @property
    def demonstration(self) -> bool:
        """Whether it calls itself issued by the demonstration authority."""
        return self.issuer == DEMONSTRATION

    def fault(self, at: datetime) -> Fault | None:
        """Why nobody may sign with it at ``at`` (aware); None if nothing in the certificate speaks against it."""
        if at > self.end:
            return "expired"
        if at < self.begin:
            return "not_yet_valid"
        return None if self.signs else "wrong_usage"


def holder(certificate: x509.Certificate) -> Holder:
    """Read the facts; ValueError for a certificate that cannot be read to its end."""
    usage = certificate.key_usage_value
    allowed = usage is None or bool({"digital_signature", "non_repudiation"} & usage.native)
    return Holder(
        name=_common_name(certificate.subject),
        issuer=_common_name(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        begin=certificate.not_valid_before,
        end=certificate.not_valid_after,
        signs=allowed and not certificate.ca,
    )


def _common_name(name: x509.Name) -> str:
    found = name.native.get("common_name", "")
    return found if isinstance(found, str) and found else str(name.human_friendly)
