"""Second half of an export: everything packed, the manifest signed by the secretary, the package verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app import files
from app.hearing import record
from app.hearing.model import RecordLanguage
from app.i18n import _
from app.library import projection
from app.media.recording import Recording
from app.media.timeline import Timeline
from app.protocol import package
from app.protocol.keys import Pkcs12Signer
from app.protocol.package import Sign
from app.protocol.signing import sign_file
from app.protocol.verification.report import Report
from app.protocol.verify import verify
from app.session.documents import OUTPUT, finished_recordings
from app.session.progress import Progress


def make(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Pack the documents of the first half into ``output/packages`` and verify what was written.

    ``request``: folder, language, keys, trusted (folder of certificates or None) and what the first half returned as
    ``documents``.
    """
    folder = Path(request["folder"])
    language: RecordLanguage = request["language"]
    trusted = Path(request["trusted"]) if request["trusted"] else None
    made = request["documents"]
    hearing, _reading = record.load(folder)
    timeline = Timeline(Recording(folder))
    finished = finished_recordings(folder, hearing, timeline, language, lambda done, text: progress(0.3 * done, text))
    packing = _("Packing")
    packed = package.pack(
        folder,
        files.make_folder(folder / OUTPUT / "packages"),
        [Path(made["protocol_pdf"]), Path(made["transcript"])],
        finished,
        language=language,
        frozen=(made["seq"], made["head"]),
        authorities=sorted(trusted.glob("*.pem")) if trusted else (),
        sign=_signature(request["keys"].get("secretary")),
        progress=lambda done: progress(0.3 + 0.4 * done, packing),
    )
    projection.rebuild(folder)
    progress(0.75, _("Verifying"))
    reports = [verify(path, trusted, isolated=False) for path in (packed.folder, packed.zip)]
    return {
        "package": str(packed.folder),
        "zip": str(packed.zip),
        "manifest": str(packed.manifest),
        "recordings": [str(path) for path in finished.files],
        "verified": all(report.verified for report in reports),
        "status": max(reports, key=lambda report: (bool(report.broken), report.exit_status)).conclusion().to_json(),
        "exit_status": 1 if any(report.broken for report in reports) else max(r.exit_status for r in reports),
        "findings": _findings(reports),
    }


def _signature(key: dict[str, str] | None) -> Sign | None:
    if key is None:
        return None
    signer = Pkcs12Signer(Path(key["path"]), key["password"])
    return lambda path: sign_file(path, signer)


def _findings(reports: list[Report]) -> list[dict[str, Any]]:
    """What was found in the folder and in the zip, each sentence once."""
    found: list[dict[str, Any]] = []
    for finding in (finding for report in reports for finding in report.findings):
        row = {"kind": finding.kind, "message": finding.message.to_json()}
        if row not in found:
            found.append(row)
    return found
