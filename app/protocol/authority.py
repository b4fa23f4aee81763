"""A throw-away authority for demonstrations and tests: named openly as not trusted, made on the spot, kept nowhere."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from app import files
from app.protocol.certificates import DEMONSTRATION

Algorithm = Literal["rsa", "ecdsa"]
_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_LIFE = timedelta(days=30)
_LONGEST_NAME = 64  # bytes: X.520, upper bound of a common name


@dataclass(frozen=True)
class DemonstrationKey:
    """A PKCS#12 file and the password that opens it."""

    path: Path
    password: str = field(repr=False)


@dataclass(frozen=True)
class DemonstrationKeys:
    """Certificate of the authority (PEM) and one key per person, by the name of the field that they sign."""

    root: Path
    people: Mapping[str, DemonstrationKey]


def _key(algorithm: Algorithm) -> _Key:
    if algorithm == "ecdsa":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KZ"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Khatshy demonstration"),
            x509.NameAttribute(NameOID.COMMON_NAME, _shortened(common)),
        ]
    )


def _shortened(name: str) -> str:
    return name.encode()[:_LONGEST_NAME].decode(errors="ignore").strip() or "?"


class DemonstrationAuthority:
    """Issues certificates for people who do not exist; its own key is never written down.

    ``name`` may differ in tests, which also need an authority that is merely unknown.
    """

    def __init__(self, *, algorithm: Algorithm = "rsa", name: str = DEMONSTRATION, now: datetime | None = None) -> None:
        self._algorithm: Algorithm = algorithm
        self._key = _key(algorithm)
        self._now = now or datetime.now(UTC)
        self._subject = _name(name)
        self._certificate = (
            self._builder(self._subject, self._key, self._now - 10 * 12 * _LIFE, self._now + 12 * _LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(certificates=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _builder(self, subject: x509.Name, key: _Key, begin: datetime, end: datetime) -> x509.CertificateBuilder:
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(own, critical=False)
        )

    def write_root(self, path: Path) -> Path:
        """Write the authority's certificate as PEM."""
        files.replace(path, self._certificate.public_bytes(Encoding.PEM))
        return path

    def issue(
        self,
        path: Path,
        name: str,
        *,
        password: str | None = None,
        begin: datetime | None = None,
        end: datetime | None = None,
        signs: bool = True,
    ) -> DemonstrationKey:
        """Write a new key and certificate for ``name`` as PKCS#12, readable by the user alone.

        From ``begin`` until ``end`` (aware; an hour ago and in 30 days); ``signs`` False makes a certificate that may
        only encrypt. The password is a random one unless given.
        """
        password = password or secrets.token_urlsafe(12)
        key = _key(self._algorithm)
        begin = begin or self._now - timedelta(hours=1)
        certificate = (
            self._builder(_name(name), key, begin, end or self._now + _LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signatures=signs), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        encryption = BestAvailableEncryption(password.encode())
        content = serialize_key_and_certificates(name.encode(), key, certificate, [self._certificate], encryption)
        files.replace(path, content)
        os.chmod(path, 0o600)
        return DemonstrationKey(path, password)


def _usage(*, signatures: bool = False, certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signatures,
        content_commitment=signatures,
        key_encipherment=not signatures and not certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def make_demonstration_keys(folder: Path, people: Mapping[str, str]) -> DemonstrationKeys:
    """Make an authority and one key per person in ``folder``: ``root.pem``, ``secretary.p12``, ``judge.p12``.

    ``people`` maps the field that somebody signs (``secretary``, ``judge``) to their name. Takes about 0.3 s a person.
    """
    files.make_folder(folder)
    authority = DemonstrationAuthority()
    keys = {who: authority.issue(folder / f"{files.safe_name(who)}.p12", name) for who, name in people.items()}
    return DemonstrationKeys(authority.write_root(folder / "root.pem"), keys)
