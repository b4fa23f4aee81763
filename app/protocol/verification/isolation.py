"""Reading documents in a child process with a deadline and a limit of memory: no PDF hangs or floods this PC."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from app import processes
from app.i18n import Message, _
from app.protocol.verification.report import Finding, broken
from app.protocol.verification.signatures import Job, look

#: The argument of ``python -m app.protocol.verify`` that makes it the child.
CHILD = "--look-at-documents"
DEADLINE_S = 120.0
MEMORY_BYTES = 4 << 30
_END = "end"


def apart(job: Job, deadline_s: float = DEADLINE_S, memory_bytes: int = MEMORY_BYTES) -> Iterator[Finding]:
    """Do the job in a child; what it did not live to say is broken."""
    output = ""
    try:
        child = subprocess.run(
            processes.command("app.protocol.verify", CHILD, str(memory_bytes)),
            input=job.model_dump_json(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            encoding="utf-8", env=processes.environment(), timeout=deadline_s, check=False,
        )  # fmt: skip
        output = child.stdout
    except subprocess.TimeoutExpired as ended:
        output = (ended.stdout or b"").decode(errors="replace") if isinstance(ended.stdout, bytes) else ""
    lines = output.splitlines()
    for line in lines:
        if line != _END:
            yield _finding(line)
    if not lines or lines[-1] != _END:
        yield broken(
            "documents-unreadable",
            _("The documents cannot be read within reasonable time and memory: they are damaged or made to harm."),
        )


def _finding(line: str) -> Finding:
    raw = json.loads(line)
    return Finding(raw["kind"], raw["code"], Message.from_json(raw["message"]), raw["file"])


def child(memory_bytes: int) -> int:
    """The child: a job on standard input, findings on standard output, a line each."""
    _limit(memory_bytes)
    job = Job.model_validate_json(sys.stdin.read())
    for finding in look(job):
        raw = {
            "kind": finding.kind, "code": finding.code, "message": finding.message.to_json(), "file": finding.file,
        }  # fmt: skip
        sys.stdout.write(json.dumps(raw) + "\n")
        sys.stdout.flush()
    sys.stdout.write(_END + "\n")
    return 0


def _limit(memory_bytes: int) -> None:
    if sys.platform != "win32":  # where there is no such call, the deadline alone must do
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (int(DEADLINE_S), int(DEADLINE_S)))
