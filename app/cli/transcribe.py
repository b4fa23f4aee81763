"""``khatshy transcribe``: sound and video files into text, with the models of this PC."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app import files
from app.cli import console
from app.cli.waiting import existing
from app.errors import Trouble
from app.i18n import _
from app.transcribe import subtitles
from app.transcribe.files import transcribe_file
from app.transcribe.models import choose

FORMATS = {"txt": subtitles.txt, "vtt": subtitles.vtt, "srt": subtitles.srt, "json": subtitles.json_text}


def run(
    paths: Sequence[Path],
    *,
    language: str,
    to: str,
    output: Path | None,
    models: Sequence[Path],
    synthetic_speech: bool,
    json: bool,
) -> None:
    """Transcribe each file; text goes beside it or into ``output``, or to the standard output where that is txt."""
    formats = [part.strip() for part in to.split(",") if part.strip()]
    unknown = [part for part in formats if part not in FORMATS]
    if unknown or not formats:
        raise Trouble(
            "format-unknown",
            _("The format “{format}” is not known.", format=", ".join(unknown)),
            remedy=_("Choose from: {formats}.", formats=", ".join(FORMATS)),
        )
    for path in paths:
        existing(path)
    if output is not None:
        files.make_folder(output)
    installed = choose(language, folders=models, synthetic_speech=synthetic_speech)
    results: list[dict[str, Any]] = []
    for path in paths:
        with console.progress(_("Speech to text: {file}", file=path.name)) as show:
            proposals = transcribe_file(path, installed, progress=show)
        written = []
        for name in formats:
            text = FORMATS[name](proposals)
            if output is None and name == "txt" and not json:
                console.output.print(text, markup=False)
                continue
            target = (output or path.parent) / f"{path.stem}.{name}"
            files.replace(target, text.encode())
            written.append(str(target))
        results.append(
            {"file": str(path), "written": written, "utterances": [proposal.model_dump() for proposal in proposals]}
        )
    if any(model.synthetic for model in installed):
        console.say(_("Text by the synthetic-speech demonstration model: it understands no human speech."))
    if json:
        console.give({"files": results})
