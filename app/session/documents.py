"""First half of an export: recordings finished, protocol and transcript composed, drawn and signed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from app import clock, files
from app.chain import Reading
from app.errors import Trouble
from app.hearing import law, record
from app.hearing.model import Hearing, RecordLanguage
from app.i18n import _
from app.media.finishing import Finished, finish
from app.media.listening import Chapter
from app.media.recording import Recording
from app.media.timeline import Timeline
from app.protocol import pdf
from app.protocol.compose import short_protocol
from app.protocol.document import RecordingFile
from app.protocol.keys import Pkcs12Signer
from app.protocol.signing import Signer, prepare, sign_pdf
from app.protocol.transcript import transcript
from app.session.progress import Progress

OUTPUT = "output"
RECORDINGS = "recordings"
#: Who signs, in which role of resources/law/roles.json.
ROLES = {"secretary": "secretary", "judge": "presiding_judge"}


def make(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Make ``output/protocol-<language>.pdf`` and ``transcript-<language>.pdf``; all or nothing.

    ``request``: folder, language, seq (events that the documents rest on), keys (role → path, password), drawn_up.
    """
    folder = Path(request["folder"])
    language: RecordLanguage = request["language"]
    keys: dict[str, Signer] = {
        role: Pkcs12Signer(Path(key["path"]), key["password"]) for role, key in request["keys"].items()
    }
    hearing, head = _prefix(folder, request["seq"])
    timeline = Timeline(Recording(folder))
    out = files.make_folder(folder / OUTPUT)
    finished = finished_recordings(folder, hearing, timeline, language, progress)
    drawn_up = clock.moment(request["drawn_up"])
    progress(0.8, _("Composing the documents"))
    with tempfile.TemporaryDirectory(prefix=".documents-", dir=out) as half:
        protocol, text = (Path(half) / _free_name(folder, kind, language) for kind in ("protocol", "transcript"))
        recordings = _recordings(finished)
        pdf.render(short_protocol(hearing, recordings, language=language, head=head, drawn_up=drawn_up), protocol)
        pdf.render(transcript(hearing, timeline.position, language=language, head=head), text)
        signatures = _sign(protocol, text, hearing, keys, language, progress)
        made = [(kind, out / path.name, path) for kind, path in (("protocol", protocol), ("transcript", text))]
        for _kind, target, path in made:
            os.replace(path, target)
    files.sync_folder(out)
    return {
        "seq": request["seq"],
        "head": head,
        "protocol_pdf": str(made[0][1]),
        "transcript": str(made[1][1]),
        "outputs": [
            {"kind": kind, "name": target.name, "sha256": files.sha256(target), "language": language}
            for kind, target, _path in made
        ],
        "signatures": signatures,
    }


def _free_name(folder: Path, kind: str, language: RecordLanguage) -> str:
    """``protocol-kk.pdf``, or ``protocol-kk-2.pdf`` …: what somebody signed is never written over."""
    signed = {signature.document for signature in record.load(folder)[0].signatures}
    number, name = 1, f"{kind}-{language}.pdf"
    while name in signed:
        number += 1
        name = f"{kind}-{language}-{number}.pdf"
    return name


def _prefix(folder: Path, seq: int) -> tuple[Hearing, str]:
    """The hearing after its first ``seq`` events and the hash of the last of them."""
    _hearing, reading = record.load(folder)
    lines = reading.lines[:seq]
    return record.replay(lines), Reading(lines, 0, None).head


def finished_recordings(
    folder: Path, hearing: Hearing, timeline: Timeline, language: RecordLanguage, progress: Progress
) -> Finished:
    """FLAC and listening copy in ``output/recordings``; what is already there and whole is kept."""
    stages = law.stages(hearing.case.procedure if hearing.case else "civil")
    chapters: list[Chapter] = [
        (timeline.position(stage.at), law.wording(stages, stage.stage).in_(language)) for stage in hearing.stages
    ]
    message = _("Finishing the recordings")
    return finish(folder, folder / OUTPUT / RECORDINGS, lambda done: progress(0.8 * done, message), chapters)


def _recordings(finished: Finished) -> Sequence[RecordingFile]:
    found = [
        RecordingFile(track.file.name, track.seat, "audio", track.begin_utc, track.seconds, track.sha256)
        for track in finished.tracks
    ]
    if finished.listening:
        mix = finished.listening
        begin = min(track.begin_utc for track in finished.tracks)
        kind = "video" if mix.has_video else "audio"
        found.append(RecordingFile(mix.file.name, "", kind, begin, mix.seconds, mix.sha256))  # type: ignore[arg-type]
    return found


def _sign(
    protocol: Path, text: Path, hearing: Hearing, keys: dict[str, Signer], language: RecordLanguage, progress: Progress
) -> list[dict[str, Any]]:
    """Secretary first, judge second on the protocol; the transcript by the secretary (CPC 283(5))."""
    signatures: list[dict[str, Any]] = []

    def sign(path: Path, who: str, at: datetime | None = None) -> None:
        role = ROLES[who]
        moment = sign_pdf(
            path, path, keys[who], who,
            role=law.wording(law.roles(), role).in_(language), name=_name(hearing, who, language), language=language,
            at=at,
        )  # fmt: skip
        signatures.append(
            {
                "document": path.name, "role": role, "name": keys[who].holder.name, "method": keys[who].method,
                "at": clock.stamp(moment),
            }
        )  # fmt: skip

    prepare(protocol)
    prepare(text)
    if "judge" in keys and "secretary" not in keys:
        raise Trouble(
            "secretary-first",
            _("The secretary signs first, the judge second."),
            remedy=_("Give the secretary's key too."),
        )
    if "secretary" in keys:
        progress(0.9, _("Signing"))
        sign(protocol, "secretary")
        sign(text, "secretary")
    if "judge" in keys:
        sign(protocol, "judge")
    return signatures


def _name(hearing: Hearing, who: str, language: RecordLanguage) -> str:
    if who == "secretary":
        return hearing.secretary.in_(language)
    judges = [person for person in hearing.participants.values() if person.role == ROLES[who]]
    return judges[0].name.in_(language) if judges else ""
