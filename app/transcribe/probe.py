"""Tries a model in a process of its own: what ends libvosk there ends nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from app import processes
from app.errors import Trouble
from app.i18n import _
from app.transcribe.engine import RATE
from app.transcribe.structure import validate

#: Models of several GB take their time to load from a slow disk (s).
PATIENCE_S = 600.0


def probe(folder: Path, timeout_s: float = PATIENCE_S) -> None:
    """Load a model and let it hear a second of silence, elsewhere; Trouble ``model-broken`` if that ends badly."""
    validate(folder)
    try:
        done = subprocess.run(
            processes.command("app.transcribe.probe", str(folder)), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=processes.environment(),
            timeout=timeout_s, check=False,
        )  # fmt: skip
        failed = done.returncode != 0
    except subprocess.TimeoutExpired:
        failed = True
    if failed:
        raise Trouble(
            "model-broken",
            _("The speech model {name} does not work: the trial with it ended in a crash.", name=folder.name),
            safe=_("The recording is not affected."),
            remedy=_("Copy the model into the models folder again; what was recorded becomes text later."),
        )


def main(arguments: Sequence[str] = ()) -> int:
    """Entry of the child: exit status 0 if the folder's model works."""
    from app.transcribe.models import InstalledModel
    from app.transcribe.vosk_engine import VoskEngine

    folder = Path(arguments[0])
    try:
        recogniser = VoskEngine(InstalledModel(folder, "", folder.name), hashed=False).recogniser()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)  # noqa: T201
        return 1
    recogniser.accept(bytes(2 * RATE))
    recogniser.finish()
    return 0
