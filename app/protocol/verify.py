"""Verifying a package offline: ``python -m app.protocol.verify PATH`` on any PC, with few libraries.

Nothing of the package is believed before it is proved; whatever rubbish it is given, the answer is a sentence.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from app.errors import Trouble
from app.i18n import LANGUAGES, _, use_language
from app.media import facts
from app.media.recording import Recording
from app.protocol.manifest import Manifest
from app.protocol.verification import inventory, isolation, logs, signatures, sound
from app.protocol.verification.contents import Contents
from app.protocol.verification.opening import Opened
from app.protocol.verification.report import Finding, Refused, Report, broken, ok, printable, sorted_findings

_log = logging.getLogger(__name__)


def verify(path: Path, trusted: Path | None = None, *, isolated: bool = True) -> Report:
    """Check a package (folder or zip) against itself, and its signatures against the authorities in ``trusted``.

    ``trusted`` is a certificate or a folder of certificates. Nothing is written but to a private temporary folder,
    nothing is fetched. ``isolated`` reads documents in a child process with limits: a second longer, and needed for
    whatever comes from elsewhere. Never raises for anything that a package may hold.
    """
    findings: list[Finding] = []
    try:
        with Opened(path) as contents:
            for finding in _findings(contents, trusted, isolated):
                findings.append(finding)
            findings += contents.findings
    except Refused as refused:
        findings.append(refused.finding)
    except Trouble as trouble:
        findings.append(broken(trouble.code, trouble.happened))
    except Exception as error:  # the last line of defence: a package is never the cause of a traceback
        _log.debug("verification ended", exc_info=True)
        reason = printable(f"{type(error).__name__}: {error}")
        findings.append(broken("unreadable", _("The package cannot be read: {reason}.", reason=reason)))
    return Report(str(path), sorted_findings(findings))


def _findings(contents: Contents, trusted: Path | None, isolated: bool) -> Iterator[Finding]:
    manifest = inventory.read_manifest(contents)
    yield ok(
        "package",
        _(
            "Package of sitting {sitting}, case {case}.",
            sitting=printable(manifest.sitting),
            case=printable(manifest.case),
        ),
    )
    if manifest.demonstration:
        yield ok("demonstration", _("This is a DEMONSTRATION: case, people and signatures are not real."))
    yield from inventory.check(contents, manifest)
    record, found = logs.check(contents, manifest.record, manifest)
    yield from found
    yield from logs.check_record(contents, record, manifest)
    capture, found = logs.check(contents, manifest.capture, manifest)
    yield from found
    if capture.whole:
        yield from _sound(contents, manifest)
    job, found = signatures.gather(contents, manifest, trusted)
    yield from found
    yield from isolation.apart(job) if isolated else signatures.look(job)


def _sound(contents: Contents, manifest: Manifest) -> Iterator[Finding]:
    if not manifest.capture.path.endswith("/" + facts.NAME):
        yield broken("log-broken", _("The recorder's log has another name."), manifest.capture.path)
        return
    try:
        recording = Recording(contents.local(manifest.capture.path).parent)
    except (ValueError, KeyError, TypeError):
        yield broken("log-broken", _("The recorder's log tells what no recorder does."), manifest.capture.path)
        return
    yield from sound.check(contents, manifest, recording)


def main(arguments: list[str]) -> int:
    """Command line; exit status 0 whole, 1 broken, 3 signatures could not be checked."""
    if arguments[:1] == [isolation.CHILD]:
        return isolation.child(int(arguments[1]))
    parser = argparse.ArgumentParser(prog="khatshy-verify", description="Check a package of a court hearing, offline.")
    parser.add_argument("package", type=Path, help="folder or zip")
    parser.add_argument("--trusted", type=Path, help="certificate, or folder of certificates, of authorities you trust")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    options = parser.parse_args(arguments)
    use_language(options.language)
    report = verify(options.package, options.trusted)
    if options.json:
        sys.stdout.write(json.dumps(report.to_json(), ensure_ascii=False) + "\n")
        return report.exit_status
    for finding in report.findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{report.conclusion()}\n")
    return report.exit_status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
