"""A person's key in a PKCS#12 file: opened with its password, checked, never kept or written anywhere else."""

from __future__ import annotations

import hashlib
import hmac
import warnings
from pathlib import Path

from asn1crypto import pkcs12
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from pyhanko.sign.signers import SimpleSigner

from app.errors import Trouble
from app.i18n import Message, _
from app.protocol.certificates import Holder, holder

_LARGEST = 1_000_000  # bytes; a real one has a few thousand
_MOST_ITERATIONS = 1_000_000


class Pkcs12Signer:
    """Signs with the key of a ``.p12`` or ``.pfx`` file; a signer in the sense of :class:`app.protocol.signing.Signer`.

    Trouble ``key-unreadable``, ``key-not-pkcs12``, ``key-password``, ``key-unsupported``, ``key-missing`` or
    ``key-mismatch``. Whether the certificate may be used now is asked when something is signed.
    """

    method = "pkcs12"

    def __init__(self, path: Path, password: str) -> None:
        content = _read(path)
        whole = _parsed(content, path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it warns of sloppy encodings, which NUC's files may have
                found = load_pkcs12(content, password.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            # cryptography says the same of a wrong password and of a key that it does not know
            raise (_unsupported(path) if _opens(whole, password) else _wrong_password(path)) from error
        if found.key is None or found.cert is None:
            raise _trouble(
                "key-missing",
                _("{file} holds no private key with its certificate; nothing can be signed with it.", file=path.name),
                _("Choose the file that was issued for signing; a certificate alone is not enough."),
            )
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        try:
            certified = found.cert.certificate.public_key().public_bytes(*form)
            belongs = found.key.public_key().public_bytes(*form) == certified
        except (UnsupportedAlgorithm, ValueError) as error:
            raise _unsupported(path) from error
        if not belongs:
            raise _trouble(
                "key-mismatch",
                _("In {file} the certificate does not belong to the private key.", file=path.name),
                _("Ask the authority for the file once more."),
            )
        try:
            self.cms = SimpleSigner.load_pkcs12_data(content, other_certs=[], passphrase=password.encode())
            self.holder: Holder = holder(self.cms.signing_cert)
        except ValueError as error:
            raise _unsupported(path) from error


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise _trouble(
            "key-unreadable",
            _("The key file {path} cannot be read: {reason}.", path=str(path), reason=error.strerror or str(error)),
            _("Connect the medium with the key, or choose the file again."),
        ) from error
    return content


def _parsed(content: bytes, path: Path) -> pkcs12.Pfx:
    try:
        if len(content) > _LARGEST:
            raise ValueError("too large")
        whole = pkcs12.Pfx.load(content, strict=True)
        if whole["version"].native != "v3" or whole["auth_safe"]["content_type"].native not in ("data", "signed_data"):
            raise ValueError("another structure")
        whole["mac_data"].native  # noqa: B018 - parsed to its end here, because asn1crypto is lazy
    except (ValueError, TypeError, KeyError) as error:
        raise _trouble(
            "key-not-pkcs12",
            _("{file} is not a key file (PKCS#12).", file=path.name),
            _("Choose a file that ends in .p12 or .pfx."),
        ) from error
    return whole


def _opens(whole: pkcs12.Pfx, password: str) -> bool:
    """Whether the file's own check (RFC 7292, appendix B, key of purpose 3) says that the password is right."""
    data = whole["mac_data"]
    name = data["mac"]["digest_algorithm"]["algorithm"].native if data.native else ""
    if name not in ("sha1", "sha224", "sha256", "sha384", "sha512") or data["iterations"].native > _MOST_ITERATIONS:
        return False
    block = hashlib.new(name).block_size

    def filled(text: bytes) -> bytes:
        """Repeated to a whole number of blocks."""
        size = -(-len(text) // block) * block
        return (text * block)[:size]

    key = b"\3" * block + filled(data["mac_salt"].native) + filled((password + "\0").encode("utf-16-be"))
    for _round in range(data["iterations"].native):
        key = hashlib.new(name, key, usedforsecurity=False).digest()
    expected: bytes = data["mac"]["digest"].native
    return hmac.compare_digest(hmac.digest(key, whole["auth_safe"]["content"].native, name), expected)


def _wrong_password(path: Path) -> Trouble:
    return _trouble(
        "key-password",
        _("{file} does not open: the password is wrong, or the file is damaged.", file=path.name),
        _("Type the password again; look at the keyboard's language and at Caps Lock."),
    )


def _unsupported(path: Path) -> Trouble:
    return _trouble(
        "key-unsupported",
        _("The key in {file} cannot sign here: it is a GOST key or of another kind.", file=path.name),
        _("Sign on paper, or choose an RSA or ECDSA key."),
    )


def _trouble(code: str, happened: Message, remedy: Message) -> Trouble:
    return Trouble(code, happened, safe=_("Nothing was signed; the documents are as they were."), remedy=remedy)
