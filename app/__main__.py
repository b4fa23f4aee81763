"""``python -m app``: the command line, or (``--process MODULE …``) one of our own processes."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable

from app.processes import ENTRY

#: Modules that may be started as processes; each has ``main(arguments: list[str]) -> int``.
PROCESSES = frozenset(
    {"app.capture.recorder", "app.capture.guardian", "app.capture.listing", "app.transcribe.process",
     "app.transcribe.probe", "app.session.worker", "app.protocol.verify"}
)  # fmt: skip


def main() -> int:
    """Entry of the console script ``khatshy``."""
    if len(sys.argv) > 2 and sys.argv[1] == ENTRY:
        module = sys.argv[2]
        if module not in PROCESSES:
            print(f"not a process of ours: {module}", file=sys.stderr)
            return 2
        code: int = importlib.import_module(module).main(sys.argv[3:])
        return code
    run: Callable[[], int] = importlib.import_module("app.cli.main").run
    return run()


if __name__ == "__main__":
    sys.exit(main())
