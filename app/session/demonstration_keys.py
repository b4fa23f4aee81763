"""Keys for the demonstration: a throw-away authority made on the spot, named as such, trusted by nobody else."""

from __future__ import annotations

from pathlib import Path

from app.hearing.model import Hearing
from app.protocol.authority import DemonstrationKeys, make_demonstration_keys


def people_keys(folder: Path, hearing: Hearing) -> DemonstrationKeys:
    """New keys for the secretary and the judge of a demonstration, in the language of its proceedings."""
    language = hearing.case.language if hearing.case else "ru"
    judges = [person for person in hearing.participants.values() if person.role == "presiding_judge"]
    return make_demonstration_keys(
        folder,
        {
            "secretary": hearing.secretary.in_(language),
            "judge": judges[0].name.in_(language) if judges else "",
        },
    )
