"""The short-lived worker behind an export: one request on standard input, progress and a result on standard output.

It loads what the engine must not (PDF, signing, containers), works at low priority so that a running recording never
feels it, and leaves nothing half-written when it is ended.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from app.errors import Trouble
from app.i18n import Message
from app.session.progress import Progress

Work = Callable[[dict[str, Any], Progress], dict[str, Any]]


def main(arguments: list[str]) -> int:
    """Do one piece of work; exit status 0 if it has a result."""
    # a cancelled worker unwinds, so that temporary files are removed on the way
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    if hasattr(os, "nice"):
        os.nice(5)
    request = json.loads(sys.stdin.readline())
    try:
        result = _work(request["task"])(request, _progress)
    except Trouble as trouble:
        _say({"trouble": trouble.to_json()})
        return 1
    except Exception:
        logging.getLogger(__name__).exception("worker")
        return 70
    _say({"result": result})
    return 0


def _work(task: str) -> Work:
    # each task is loaded alone: making a package needs no PDF library
    if task == "documents":
        from app.session import documents

        return documents.make
    if task == "package":
        from app.session import packing

        return packing.make
    raise ValueError(f"unknown task {task!r}")


def _progress(done: float, message: Message) -> None:
    _say({"done": round(done, 4), "message": message.to_json()})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
