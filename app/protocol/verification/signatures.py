"""Whether manifest and documents carry the signatures that they must, who vouches for them, and of which record.

What has to be looked at is gathered as a :class:`Job`, so that it can be done in a process of its own
(app/protocol/verification/isolation.py): PDF is the one format here whose readers can be made to run wild.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import Trouble
from app.i18n import _
from app.protocol.manifest import NAME, SIGNATURE, Manifest
from app.protocol.verification.contents import Contents
from app.protocol.verification.report import Finding, broken, ok, unchecked
from app.values import Frozen

if TYPE_CHECKING:
    from app.protocol.trust import SignatureCheck

#: No document is larger (bytes).
LARGEST = 200_000_000


class SignedFile(Frozen):
    """A file and the signature beside it: paths in the package, and where the bytes are."""

    path: str
    local: Path
    signature: Path


class SignedDocument(Frozen):
    """A PDF; ``promised`` signatures are in it; ``head`` is printed on it (empty: not looked for)."""

    path: str
    local: Path
    promised: int
    head: str


class Job(Frozen):
    """Everything to look at; ``roots`` are certificates, or folders of them, that are believed."""

    files: tuple[SignedFile, ...]
    documents: tuple[SignedDocument, ...]
    roots: tuple[Path, ...]


def gather(contents: Contents, manifest: Manifest, trusted: Path | None) -> tuple[Job, list[Finding]]:
    """The job, and what can be said without doing it.

    A real hearing is checked against the authorities of ``trusted`` alone. A demonstration carries its own authority,
    which is used for nothing else and vouches for nobody.
    """
    said: list[Finding] = []
    files: list[SignedFile] = []
    documents: list[SignedDocument] = []
    if SIGNATURE in contents.files:
        files.append(SignedFile(path=SIGNATURE, local=contents.local(NAME), signature=contents.local(SIGNATURE)))
    else:
        message = _("The list of files is not signed: nobody answers for the package.")
        said.append(unchecked("manifest-unsigned", message, NAME))
    for entry in manifest.of_kind("signature"):
        signed = entry.path.rsplit(".", 1)[0]
        if entry.path in contents.files and signed in contents.files:
            files.append(
                SignedFile(path=entry.path, local=contents.local(signed), signature=contents.local(entry.path))
            )
    for entry in manifest.files:
        if entry.path not in contents.files or entry.kind not in ("protocol", "transcript", "document"):
            continue
        if contents.files[entry.path] > LARGEST:
            said.append(broken("document-unreadable", _("{file} is too large.", file=entry.path), entry.path))
        elif entry.kind != "document" or entry.path.lower().endswith(".pdf"):
            promised = [made for made in manifest.signatures if made.path == entry.path and made.method != "paper"]
            head = manifest.frozen.head if entry.kind != "document" else ""
            documents.append(
                SignedDocument(
                    path=entry.path, local=contents.local(entry.path), promised=len(promised), head=head
                )
            )  # fmt: skip
    roots = [trusted] if trusted else []
    if manifest.demonstration:
        roots += [contents.local(entry.path) for entry in manifest.of_kind("authority") if entry.path in contents.files]
    return Job(files=tuple(files), documents=tuple(documents), roots=tuple(roots)), said


def look(job: Job) -> Iterator[Finding]:
    """Do the job."""
    try:
        from app.protocol import trust
        from app.protocol.verification import printed
    except ImportError:
        yield unchecked("signatures-unchecked", _("Signatures cannot be checked: the library is missing on this PC."))
        return
    roots: list[Path | None] = [*job.roots] or [None]
    try:
        for root in roots:
            trust.authorities(root)
    except Trouble as trouble:
        yield broken(trouble.code, trouble.happened)
        return
    for file in job.files:
        what = "manifest" if file.path == SIGNATURE else "file"
        yield _finding(_best([trust.check_file(file.local, file.signature, root) for root in roots]), file.path, what)
    for document in job.documents:
        if document.head:
            yield printed.check(document.path, document.local, document.head)
        yield from _pdf(document, roots)


def _pdf(document: SignedDocument, roots: list[Path | None]) -> Iterator[Finding]:
    from app.protocol import trust

    try:
        rounds = [trust.check_pdf(document.local, root) for root in roots]
    except Trouble as trouble:
        yield broken("document-unreadable", trouble.happened, document.path)
        return
    checks = [_best(list(same)) for same in zip(*rounds, strict=True)]
    if len(checks) < document.promised:
        message = _("{file} carries fewer signatures than the record tells of.", file=document.path)
        yield broken("signature-missing", message, document.path)
    elif not checks:
        yield unchecked("document-unsigned", _("{file} is not signed.", file=document.path), document.path)
    for check in checks:
        yield _finding(check, document.path, "document")


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
