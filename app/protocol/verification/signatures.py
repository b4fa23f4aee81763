"""Whether the manifest and the documents carry the signatures that they must, and who vouches for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import Trouble
from app.i18n import _
from app.protocol.manifest import NAME, SIGNATURE, Manifest
from app.protocol.verification.contents import Contents
from app.protocol.verification.report import Finding, broken, ok, unchecked

if TYPE_CHECKING:
    from app.protocol.trust import SignatureCheck


def check(contents: Contents, manifest: Manifest, trusted: Path | None) -> Iterator[Finding]:
    """Check the manifest's signature, those inside of PDFs and those beside files.

    A real hearing is checked against the authorities of ``trusted`` alone. A demonstration carries its own authority,
    which is used for nothing else and vouches for nobody.
    """
    try:
        from app.protocol import trust
    except ImportError:
        yield unchecked("signatures-unchecked", _("Signatures cannot be checked: the library is missing on this PC."))
        return
    roots = _roots(contents, manifest, trusted)
    if SIGNATURE in contents.files:
        found = _best([trust.check_file(contents.local(NAME), contents.local(SIGNATURE), root) for root in roots])
        yield _finding(found, SIGNATURE, "manifest")
    else:
        yield unchecked(
            "manifest-unsigned", _("The list of files is not signed: nobody answers for the package."), NAME
        )
    for entry in (*manifest.of_kind("protocol"), *manifest.of_kind("transcript"), *manifest.of_kind("document")):
        if entry.path in contents.files and entry.path.lower().endswith(".pdf"):
            yield from _pdf(contents, manifest, entry.path, roots)
    for entry in manifest.of_kind("signature"):
        signed = entry.path.rsplit(".", 1)[0]
        if entry.path not in contents.files or signed not in contents.files:
            continue
        local = contents.local(signed), contents.local(entry.path)
        yield _finding(_best([trust.check_file(*local, root) for root in roots]), entry.path, "file")


def _roots(contents: Contents, manifest: Manifest, trusted: Path | None) -> list[Path | None]:
    """Where authorities are taken from; what a real hearing's package brings along is not one of them."""
    found = [trusted] if trusted else []
    if manifest.demonstration:
        found += [contents.local(entry.path) for entry in manifest.of_kind("authority") if entry.path in contents.files]
    return [*found] or [None]


def _pdf(contents: Contents, manifest: Manifest, path: str, roots: list[Path | None]) -> Iterator[Finding]:
    from app.protocol import trust

    try:
        rounds = [trust.check_pdf(contents.local(path), root) for root in roots]
    except Trouble as trouble:
        yield broken("document-unreadable", trouble.happened, path)
        return
    checks = [_best(list(same)) for same in zip(*rounds, strict=True)]
    promised = [entry for entry in manifest.signatures if entry.path == path and entry.method != "paper"]
    if len(checks) < len(promised):
        message = _("{file} carries fewer signatures than the record tells of.", file=path)
        yield broken("signature-missing", message, path)
    elif not checks:
        yield unchecked("document-unsigned", _("{file} is not signed.", file=path), path)
    for check in checks:
        yield _finding(check, path, "document")


_ORDER = ("trusted", "demonstration", "expired", "not_yet_valid", "wrong_usage", "untrusted", "unknown", "uncheckable")


def _best(checks: list[SignatureCheck]) -> SignatureCheck:
    """Of one signature checked against several authorities, what the best of them says."""
    return min(checks, key=lambda check: (not check.verified, _ORDER.index(check.trust)))


def _finding(check: SignatureCheck, path: str, what: str) -> Finding:
    if check.trust == "uncheckable":
        return unchecked(f"{what}-signature-uncheckable", check.message, path)
    if not check.intact or not check.whole:
        return broken(f"{what}-signature-broken", check.message, path)
    if check.verified:
        code = "signature-demonstration" if check.trust == "demonstration" else "signature-valid"
        return ok(f"{what}-{code}", check.message, path)
    if check.trust == "unknown":
        return unchecked(f"{what}-signature-unknown", check.message, path)
    return broken(f"{what}-signature-{check.trust.replace('_', '-')}", check.message, path)
