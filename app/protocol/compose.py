"""Short protocols of a hearing: the items of the law, in its order, filled from the record and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app import clock
from app.hearing import law
from app.hearing.model import Course, Hearing, Interruption, Interval, Mark, Participant, RecordLanguage
from app.protocol import seal
from app.protocol.document import (
    Content,
    Document,
    Entries,
    Entry,
    FileList,
    Item,
    Note,
    Paragraph,
    RecordingFile,
    SignaturePlace,
    SignaturePlaces,
    Table,
    Title,
)
from app.protocol.wording import Phrases, kind, minute, position, second, wall

JUDGE = "presiding_judge"
SECRETARY = "secretary"


@dataclass(frozen=True)
class Material:
    """All that the items are filled from."""

    hearing: Hearing
    recordings: tuple[RecordingFile, ...]
    drawn_up: datetime | None
    say: Phrases

    def missing(self, what: str, /, **values: object) -> Paragraph:
        """The sentence that says openly that the record has no data about ``what``."""
        return Paragraph(self.say("missing", what=self.say(what, **values)), missing=True)

    def name(self, participant: Participant) -> str:
        return self.say.of(participant.name) or self.say("not_named")

    def role(self, role: str) -> str:
        return self.say.of(law.wording(law.roles(), role))

    def people(self, role: str) -> list[Participant]:
        return [person for person in self.hearing.participants.values() if person.role == role]

    def marks(self, *kinds: str) -> list[Mark]:
        """Marks of these kinds by their time."""
        return sorted((mark for mark in self.hearing.marks.values() if mark.kind in kinds), key=lambda mark: mark.at)

    def marked(self, mark: Mark) -> Entry:
        """A mark as a line: its time, what the law calls it, and what was typed."""
        called = self.say.of(law.wording(law.marks(), mark.kind))
        typed = self.say.of(mark.text)
        return Entry(
            self.say("at", time=minute(wall(mark.at)), text=called), typed if typed.lower() != called.lower() else ""
        )


def short_protocol(
    hearing: Hearing,
    recordings: Sequence[RecordingFile],
    *,
    language: RecordLanguage,
    head: str,
    drawn_up: datetime | None,
) -> Document:
    """The short protocol of a civil hearing (CPC 282(4)), in the record's data and nothing else.

    ``head`` is the hash of the record's last event that it rests on; ``drawn_up`` (aware) the moment of its final
    form. Trouble ``protocol-kind-unknown`` for a procedure whose short protocol has no data in resources/law.
    """
    say = Phrases(language)
    case = hearing.case
    term = kind("short_protocol", case.procedure if case else "civil")
    material = Material(hearing, tuple(recordings), drawn_up, say)
    number = case.number if case else ""
    items = tuple(
        Item(row.id, count, say.of(row.heading), say.of(row.article), _CONTENT[row.content](material))
        for count, row in enumerate(term.items, 1)
    )
    return Document(
        kind="short_protocol",
        language=language,
        title=say.of(term.title),
        case_number=number,
        sitting=hearing.sitting,
        head=head,
        blocks=(
            Title(say.of(term.title), (case_line(hearing, say), say.of(term.basis))),
            *items,
            Note(say("about", sitting=hearing.sitting, word=seal.check_word(head))),
            SignaturePlaces(tuple(_places(material))),
        ),
        moment=clock.local(drawn_up) if drawn_up else None,
        demonstration=hearing.demonstration,
        notices=(say("demonstration"),) if hearing.demonstration else (),
    )


def case_line(hearing: Hearing, say: Phrases) -> str:
    """The case with its number, as it stands under a title."""
    procedure = hearing.case.procedure if hearing.case else "civil"
    return say(f"case_{procedure}", number=hearing.case.number if hearing.case else "")


def secretary_name(hearing: Hearing, say: Phrases) -> str:
    """Who kept the record; empty if nobody is named."""
    named = say.of(hearing.secretary)
    listed = next((say.of(p.name) for p in hearing.participants.values() if p.role == SECRETARY), "")
    return named or listed


def _places(material: Material) -> list[SignaturePlace]:
    judge = next((material.say.of(person.name) for person in material.people(JUDGE)), "")
    secretary = secretary_name(material.hearing, material.say)
    return [
        SignaturePlace("judge", material.role(JUDGE), judge or material.say("not_named")),
        SignaturePlace("secretary", material.role(SECRETARY), secretary or material.say("not_named")),
    ]


def _begun(hearing: Hearing) -> Interval | None:
    return hearing.course[0] if hearing.course else None


def _date_place(material: Material) -> tuple[Content, ...]:
    say, case, begun = material.say, material.hearing.case, _begun(material.hearing)
    place = say.of(case.place) if case else ""
    if begun and place:
        return (Paragraph(say("date_place", date=say.date(wall(begun.begin)), place=place)),)
    return (
        Paragraph(say.date(wall(begun.begin))) if begun else material.missing("what_date"),
        Paragraph(place) if place else material.missing("what_place"),
    )


def _times(material: Material) -> tuple[Content, ...]:
    say, begun = material.say, _begun(material.hearing)
    if begun is None:
        return (material.missing("what_begin"), material.missing("what_end"))
    begin = wall(begun.begin)
    found: list[Content] = [Paragraph(say("begin", time=minute(begin)))]
    last = material.hearing.course[-1]
    if last.course is Course.STOPPED:
        found.append(Paragraph(say("end", time=_moment(wall(last.begin), begin, say))))
    else:
        found.append(material.missing("what_end"))
    return (*found, Paragraph(say("zone")))


def _moment(moment: datetime, day: datetime, say: Phrases) -> str:
    """The time, with its date where that is not the date of ``day``."""
    return minute(moment) if moment.date() == day.date() else f"{say.date(moment)}, {minute(moment)}"


def _court(material: Material) -> tuple[Content, ...]:
    say, case = material.say, material.hearing.case
    court = say.of(case.court) if case else ""
    judges = [material.name(person) for person in material.people(JUDGE)]
    secretary = secretary_name(material.hearing, say)
    return (
        Paragraph(court) if court else material.missing("what_court"),
        Paragraph(say("person", role=material.role(JUDGE), name=", ".join(judges)))
        if judges
        else material.missing("what_judge"),
        Paragraph(say("person", role=material.role(SECRETARY), name=secretary))
        if secretary
        else material.missing("what_secretary"),
    )


def _case(material: Material) -> tuple[Content, ...]:
    case = material.hearing.case
    name = material.say.of(case.name) if case else ""
    found: tuple[Content, ...] = (Paragraph(name) if name else material.missing("what_case"),)
    return (*found, Paragraph(material.say("closed"))) if case and not case.open else found


def _appearance(material: Material) -> tuple[Content, ...]:
    say = material.say
    people = [p for p in material.hearing.participants.values() if p.role not in (JUDGE, SECRETARY)]
    order = {role: place for place, role in enumerate(law.roles())}
    people.sort(key=lambda person: (order.get(person.role, len(order)), person.id))
    found: list[Content] = []
    for presence in ("present", "remote", "absent"):
        entries = [_person(material, person) for person in people if person.presence == presence]
        if entries:
            found.append(Entries(tuple(entries), say(presence)))
    if not people:
        found.append(material.missing("what_appearance"))
    connection = material.marks("connection_lost", "connection_restored")
    if connection:
        found.append(Entries(tuple(material.marked(mark) for mark in connection), say("connection")))
    return tuple(found)


def _person(material: Material, person: Participant) -> Entry:
    say, details = material.say, []
    if person.represents:
        other = material.hearing.participants.get(person.represents)
        details.append(say("represents", name=material.name(other) if other else person.represents))
    if person.presence == "remote":
        means = f"means_{person.means}"
        known = say(means) if say.knows(means) else person.means.strip()
        details.append(say("means", means=known) if known else say("missing", what=say("what_means")))
    return Entry(say("person", role=material.role(person.role), name=material.name(person)), "; ".join(details))


def _breaks(material: Material) -> tuple[Content, ...]:
    say, hearing = material.say, material.hearing
    if not hearing.course:
        return (material.missing("what_recording"),)
    intervals = [i for i in hearing.course if i.course in (Course.BREAK, Course.DELIBERATION)]
    found: list[Content] = [_interval(material, interval) for interval in intervals]
    if not any(interval.course is Course.BREAK for interval in intervals):
        found.insert(0, Paragraph(say("no_breaks")))
    for mark in material.marks("next_date"):
        typed = say.of(mark.text)
        found.append(
            Paragraph(say("next_date", text=typed))
            if typed
            else material.missing("what_next_date_text", time=minute(wall(mark.at)))
        )
    if not material.marks("next_date", "decision_announced"):
        found.append(material.missing("what_next_date"))
    return tuple(found)


def _interval(material: Material, interval: Interval) -> Paragraph:
    say, begin = material.say, wall(interval.begin)
    named = interval.course.value
    if not interval.end:
        return Paragraph(say(f"{named}_open", begin=minute(begin)))
    end = wall(interval.end)
    length = say.length((end - begin).total_seconds())
    return Paragraph(say(named, begin=minute(begin), end=_moment(end, begin, say), length=length))


def _decision(material: Material) -> tuple[Content, ...]:
    found: list[Content] = []
    for marked, what in (("decision_announced", "what_decision"), ("appeal_explained", "what_appeal")):
        entries = tuple(material.marked(mark) for mark in material.marks(marked))
        found.append(Entries(entries) if entries else material.missing(what))
    return tuple(found)


def _drawn_up(material: Material) -> tuple[Content, ...]:
    if material.drawn_up is None:
        return (material.missing("what_drawn_up"),)
    return (Paragraph(material.say.date(clock.local(material.drawn_up))),)


def _recording(material: Material) -> tuple[Content, ...]:
    if not material.recordings:
        return (material.missing("what_recording"),)
    video = any(recording.kind == "video" for recording in material.recordings)
    used = Paragraph(material.say("recorded_video" if video else "recorded_audio"))
    gaps = tuple(Entry(_gap(material, gap)) for gap in material.hearing.interruptions)
    return (used, Entries(gaps, material.say("interruptions"))) if gaps else (used,)


def _gap(material: Material, gap: Interruption) -> str:
    begin, end = wall(gap.at), wall(gap.until)
    length = material.say.length((end - begin).total_seconds())
    return material.say("interruption", begin=second(begin), end=second(end), length=length)


def _files(material: Material) -> tuple[Content, ...]:
    if not material.recordings:
        return (material.missing("what_files"),)
    say = material.say
    rows = tuple(
        (recording.name, _heard(material, recording), second(wall(recording.begin_utc)), position(recording.seconds))
        for recording in material.recordings
    )
    headings = (say("file_name"), say("file_source"), say("file_begin"), say("file_length"))
    return (FileList(material.recordings, Table(headings, (0.36, 0.33, 0.13, 0.18), rows)),)


def _heard(material: Material, recording: RecordingFile) -> str:
    if recording.kind == "video":
        return material.say("video")
    if not recording.seat:
        return material.say("audio_all")
    person = material.hearing.at_seat(recording.seat)
    return material.say("audio_of", seat=material.role(person.role).lower() if person else recording.seat)


_CONTENT: dict[str, Callable[[Material], tuple[Content, ...]]] = {
    "date_place": _date_place,
    "times": _times,
    "court": _court,
    "case": _case,
    "appearance": _appearance,
    "breaks": _breaks,
    "decision": _decision,
    "drawn_up": _drawn_up,
    "recording": _recording,
    "files": _files,
}
