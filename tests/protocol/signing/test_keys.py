"""Key files as people really choose them: the wrong password, the wrong file, a state GOST key, a damaged stick."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PBES,
    load_pkcs12,
    serialize_key_and_certificates,
)

from app.errors import Trouble
from app.protocol.keys import Pkcs12Signer
from tests.protocol.signing import people

PASSWORD = "Құпия сөз ₸ 123"


def refused(path: Path, password: str = PASSWORD) -> str:
    with pytest.raises(Trouble) as caught:
        Pkcs12Signer(path, password)
    assert caught.value.remedy
    assert not password or password not in str(caught.value)
    return caught.value.code


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return people.authority().issue(tmp_path / "key.p12", people.SECRETARY, password=PASSWORD).path


def test_it_opens_with_its_password(key: Path) -> None:
    assert Pkcs12Signer(key, PASSWORD).holder.name == people.SECRETARY


@pytest.mark.parametrize("password", ["", "x", PASSWORD + " ", PASSWORD.upper(), "🙂"])
def test_a_wrong_password(key: Path, password: str) -> None:
    with pytest.raises(Trouble) as caught:
        Pkcs12Signer(key, password)
    assert caught.value.code == "key-password"


@pytest.mark.parametrize("content", [b"", b"\x30\x80", b"-----BEGIN CERTIFICATE-----", b"%PDF-1.4", bytes(2_000_000)])
def test_what_is_not_a_key_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key.p12"
    path.write_bytes(content)
    assert refused(path) == "key-not-pkcs12"


def test_no_file_at_all(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.p12") == "key-unreadable"
    assert refused(tmp_path) == "key-unreadable"


def test_a_certificate_without_its_key(key: Path, tmp_path: Path) -> None:
    found = load_pkcs12(key.read_bytes(), PASSWORD.encode())
    assert found.cert
    bare = tmp_path / "bare.p12"
    bare.write_bytes(serialize_key_and_certificates(None, None, None, [found.cert.certificate], NoEncryption()))
    assert refused(bare, "") == "key-missing"


def test_the_old_ciphers_of_the_states_files_are_read(key: Path, tmp_path: Path) -> None:
    found = load_pkcs12(key.read_bytes(), PASSWORD.encode())
    assert isinstance(found.key, ec.EllipticCurvePrivateKey)
    assert found.cert
    old = tmp_path / "old.p12"
    form = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048).hmac_hash(hashes.SHA1())
    encryption = form.key_cert_algorithm(PBES.PBESv1SHA1And3KeyTripleDESCBC).build(PASSWORD.encode())
    old.write_bytes(serialize_key_and_certificates(b"n", found.key, found.cert.certificate, None, encryption))
    assert Pkcs12Signer(old, PASSWORD).holder.name == people.SECRETARY
    assert refused(old, "x") == "key-password"


def element(tag: int, *parts: bytes) -> bytes:
    """A DER element."""
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + length + content


def gost(path: Path, password: str) -> None:
    """A key file as the state has issued since 28.04.2024: well formed, but with an algorithm unknown elsewhere.

    Its check value is computed by OpenSSL, so that it does not rest on the code under test.
    """
    private = ec.generate_private_key(ec.SECP256R1())
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    kazakh = plain.replace(bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a830e030a0101"))  # 1.2.398.3.10.1.1
    assert kazakh != plain
    key_bag, data = bytes.fromhex("060b2a864886f70d010c0a0101"), bytes.fromhex("06092a864886f70d010701")
    bags = element(0x30, element(0x30, key_bag, element(0xA0, kazakh)))
    safe = element(0x30, element(0x30, data, element(0xA0, element(4, bags))))
    salt = bytes(range(8))
    derive = [
        "openssl", "kdf", "-keylen", "20", "-kdfopt", "digest:SHA1", "-kdfopt", "id:3", "-kdfopt", "iter:2048",
        "-kdfopt", f"hexpass:{(password + chr(0)).encode('utf-16-be').hex()}", "-kdfopt", f"hexsalt:{salt.hex()}",
        "-binary", "PKCS12KDF",
    ]  # fmt: skip
    derived = subprocess.run(derive, check=True, capture_output=True).stdout
    sealed = subprocess.run(
        ["openssl", "dgst", "-sha1", "-mac", "HMAC", "-macopt", f"hexkey:{derived.hex()}", "-binary"],
        input=safe, check=True, capture_output=True,
    ).stdout  # fmt: skip
    sha1 = element(0x30, bytes.fromhex("06052b0e03021a"), b"\x05\x00")
    mac = element(0x30, element(0x30, sha1, element(4, sealed)), element(4, salt), element(2, b"\x08\x00"))
    path.write_bytes(element(0x30, b"\x02\x01\x03", element(0x30, data, element(0xA0, element(4, safe))), mac))


def test_a_gost_key_is_not_called_a_wrong_password(tmp_path: Path) -> None:
    path = tmp_path / "GOST512_key.p12"
    gost(path, PASSWORD)
    assert refused(path) == "key-unsupported"
    assert refused(path, "x") == "key-password"


def test_a_damaged_file_is_always_a_sentence(key: Path, tmp_path: Path) -> None:
    content, chance = key.read_bytes(), random.Random(7)
    damaged = tmp_path / "damaged.p12"
    codes = set()
    for _attempt in range(150):
        changed = bytearray(content[: chance.randrange(len(content))] if chance.random() < 0.3 else content)
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        damaged.write_bytes(changed)
        try:
            Pkcs12Signer(damaged, PASSWORD)
        except Trouble as trouble:
            codes.add(trouble.code)
    assert {"key-not-pkcs12", "key-password"} <= codes <= {"key-not-pkcs12", "key-password", "key-unsupported"}
