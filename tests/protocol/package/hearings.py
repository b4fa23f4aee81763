"""A short sitting with its record, finished, drawn, signed and packed by the real parts: what the tests then forge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.clock import stamp
from app.hearing import events as ev
from app.hearing import record
from app.hearing.model import (
    Case,
    Model,
    OutputFile,
    Participant,
    Reading,
    Signature,
    Span,
    Stage,
    Utterance,
    Word,
    Wording,
)
from app.media.finishing import Finished, finish
from app.media.recording import Recording
from app.media.timeline import Timeline
from app.protocol import pdf
from app.protocol.authority import DemonstrationAuthority
from app.protocol.certificates import DEMONSTRATION
from app.protocol.compose import short_protocol
from app.protocol.keys import Pkcs12Signer
from app.protocol.package import Package, pack
from app.protocol.signing import prepare, sign_file, sign_pdf
from app.protocol.transcript import transcript
from tests.media.built import BEGIN, Device, Sitting, courtroom, noise, tone

SECRETARY = "Ә. Үлгіқызы"
JUDGE = "Қ. Шартты"


def words(text: str, first: int, rate: int) -> tuple[Word, ...]:
    """Words of a third of a second each."""
    length = rate // 3
    return tuple(
        Word(text=word, first=first + n * length, last=first + (n + 1) * length, confidence=0.9)
        for n, word in enumerate(text.split())
    )


def spoken(seat: str, second: float, text: str, *, run: int = 1, edited: str = "") -> ev.UtteranceProposed:
    """``text`` at ``seat`` from the world's ``second`` on."""
    rate, source, channel = (44100, "desk", 0) if seat == "witness" else (16000, "room", seat == "claimant")
    ppm = -200 if seat == "witness" else 200
    first = round(second * rate * (1 + ppm * 1e-6))
    found = words(text, 0, rate)
    utterance = Utterance(
        id=f"u{run}-{seat}-{second}",
        seat=seat,
        span=Span(
            run=run, source=source, channel=int(channel), first=first, last=first + found[-1].last, rate=rate,
            begin=stamp(BEGIN + timedelta(seconds=second)),
        ),
        reading=Reading(language="kk", words=found, confidence=0.9, model=Model(name="demo-kk", synthetic=True)),
        edited=edited,
    )  # fmt: skip
    return ev.UtteranceProposed(utterance=utterance)


def at(second: float) -> str:
    return stamp(BEGIN + timedelta(seconds=second))


def whispered(folder: Path) -> Sitting:
    """Five seconds of two microphones with a break: small enough to be forged a thousand times."""
    sitting = Sitting(folder, [Device("room", {"judge": noise(1), "claimant": tone(300, 0.1)}, rate=8000)])
    sitting.start()
    sitting.record(3)
    sitting.pause(1)
    sitting.record(2.3)
    sitting.stop()
    return sitting


def held(folder: Path, *, demonstration: bool = True, picture: bool = False, brief: bool = False) -> Path:
    """A sitting of 34 s with a break, as :func:`tests.media.built.courtroom` records it."""
    (whispered(folder) if brief else courtroom(folder, picture=picture)).close()
    card = Case(
        number='7585-26-00-2/"101"',
        court=Wording.same("Үлгі ауданының соты"),
        name=Wording.same("Үлгі іс"),
        language="kk",
    )
    happened: list[ev.Event] = [
        ev.HearingOpened(sitting="5ca1ab1e", case=card, secretary=Wording.same(SECRETARY), demonstration=demonstration),
        ev.ParticipantEntered(
            participant=Participant(id="p1", role="presiding_judge", name=Wording.same(JUDGE), seat="judge")
        ),
        ev.ParticipantEntered(
            participant=Participant(id="p2", role="witness", name=Wording.same("Б. <Болжам> & Co"), seat="witness")
        ),
        ev.RecordingStarted(at=at(0), run=1),
        ev.StageEntered(stage=Stage(id="s1", stage="opening", at=at(0))),
        spoken("judge", 2, "сот отырысы ашық деп жарияланады"),
        spoken("witness", 8.5, "мен бәрін көрдім --> <b>анық</b>"),
        ev.BreakStarted(at=at(12.3)),
        ev.RecordingResumed(at=at(19.3)),
        spoken("judge", 21, "сот отырысы жалғасады", edited="Сот отырысы жалғасады."),
        ev.RecordingStopped(at=at(34)),
    ]
    book = record.Record(folder)
    for event in happened:
        book.append(event, actor=SECRETARY)
    book.close()
    return folder


@dataclass(frozen=True)
class Packed:
    """A package, what it was made of, and the certificate of the authority behind its signatures."""

    sitting: Path
    finished: Finished
    documents: tuple[Path, ...]
    signer: Pkcs12Signer
    root: Path
    package: Package


def signed_documents(folder: Path, sitting: Path, finished: Finished, signers: dict[str, Pkcs12Signer]) -> list[Path]:
    """Protocol and transcript of the record as it stands; the signatures become events."""
    hearing, reading = record.load(sitting)
    protocol, text = folder / "protocol-kk.pdf", folder / "transcript-kk.pdf"
    timeline = Timeline(Recording(sitting))
    pdf.render(short_protocol(hearing, (), language="kk", head=reading.head, drawn_up=BEGIN), protocol)
    pdf.render(transcript(hearing, timeline.position, language="kk", head=reading.head), text)
    book = record.Record(sitting)
    for path, kind in ((protocol, "protocol"), (text, "transcript")):
        book.append(ev.OutputWritten(output=OutputFile(kind=kind, name=path.name, sha256="")), actor=SECRETARY)
        prepare(path)
    for path, who in ((protocol, "secretary"), (text, "secretary"), (protocol, "judge")):
        if who in signers:
            moment = sign_pdf(path, path, signers[who], who, role=who, name=who, language="kk")
            made = Signature(document=path.name, role=who, name=who, method="pkcs12", at=stamp(moment))
            book.append(ev.ProtocolSigned(signature=made, frozen_seq=len(reading.lines)), actor=who)
    book.close()
    return [protocol, text]


def packed(
    folder: Path, *, demonstration: bool = True, picture: bool = False, sign: bool = True, brief: bool = False
) -> Packed:
    """The whole way from a recording to a package in ``folder/out``."""
    folder.mkdir(parents=True, exist_ok=True)
    sitting = held(folder / "sitting", demonstration=demonstration, picture=picture, brief=brief)
    finished = finish(sitting, folder / "recordings")
    name = DEMONSTRATION if demonstration else "Үлгі куәландырушы орталық"
    authority = DemonstrationAuthority(algorithm="ecdsa", name=name)
    root = authority.write_root(folder / "root.pem")
    signers = {}
    for who, person in (("secretary", SECRETARY), ("judge", JUDGE)):
        key = authority.issue(folder / f"{who}.p12", person)
        signers[who] = Pkcs12Signer(key.path, key.password)
    _hearing, reading = record.load(sitting)
    documents = signed_documents(folder, sitting, finished, signers if sign else {})
    package = pack(
        sitting,
        folder / "out",
        documents,
        finished,
        language="kk",
        frozen=(len(reading.lines), reading.head),
        authorities=[root],
        sign=(lambda path: sign_file(path, signers["secretary"])) if sign else None,
    )
    return Packed(sitting, finished, tuple(documents), signers["secretary"], root, package)
