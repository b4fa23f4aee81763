"""A person's key in a PKCS#12 file: opened with its password, checked, never kept or written anywhere else."""

from __future__ import annotations

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


class Pkcs12Signer:
    """Signs with the key of a ``.p12`` or ``.pfx`` file; a signer in the sense of :class:`app.protocol.signing.Signer`.

    Trouble ``key-unreadable``, ``key-not-pkcs12``, ``key-password``, ``key-unsupported``, ``key-missing`` or
    ``key-mismatch``. Whether the certificate may be used now is asked when something is signed.
    """

    method = "pkcs12"

    def __init__(self, path: Path, password: str) -> None:
        content = _read(path)
        _require_pkcs12(content, path)
        try:
            found = load_pkcs12(content, password.encode())
        except UnsupportedAlgorithm as error:
            raise _unsupported(path) from error
        except ValueError as error:
            raise _refused(path, error) from error
        except TypeError as error:
            raise _unsupported(path) from error
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


def _require_pkcs12(content: bytes, path: Path) -> None:
    try:
        if len(content) > _LARGEST:
            raise ValueError("too large")
        whole = pkcs12.Pfx.load(content, strict=True)
        if whole["version"].native != "v3" or whole["auth_safe"]["content_type"].native not in ("data", "signed_data"):
            raise ValueError("another structure")
    except (ValueError, TypeError, KeyError) as error:
        raise _trouble(
            "key-not-pkcs12",
            _("{file} is not a key file (PKCS#12).", file=path.name),
            _("Choose a file that ends in .p12 or .pfx."),
        ) from error


def _refused(path: Path, error: ValueError) -> Trouble:
    """cryptography tells a wrong password from rubbish only by its sentence."""
    if "password" in str(error).lower() or "mac" in str(error).lower():
        return _trouble(
            "key-password",
            _("The password of {file} is wrong.", file=path.name),
            _("Type it again; look at the keyboard's language and at Caps Lock."),
        )
    return _unsupported(path)


def _unsupported(path: Path) -> Trouble:
    return _trouble(
        "key-unsupported",
        _("The key in {file} is of a kind that cannot sign here, for instance GOST.", file=path.name),
        _("Sign on paper, or choose an RSA or ECDSA key."),
    )


def _trouble(code: str, happened: Message, remedy: Message) -> Trouble:
    return Trouble(code, happened, safe=_("Nothing was signed; the documents are as they were."), remedy=remedy)
