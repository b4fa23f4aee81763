"""What the commands print with: people read sentences and see progress, programs read one JSON object."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app.i18n import Message

people = Console(stderr=True, highlight=False, soft_wrap=True)
output = Console(highlight=False, soft_wrap=True)


class Steps(Protocol):
    """Where long work tells how far it is (``done`` 0…1)."""

    def __call__(self, done: float, message: Message | None = None) -> None: ...


@contextmanager
def progress(title: Message) -> Iterator[Steps]:
    """A progress line on the error stream; silent where that is not a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=people, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(str(title), total=1.0)

        def steps(done: float, message: Message | None = None) -> None:
            bar.update(task, completed=done, description=str(message) if message else str(title))

        yield steps


def say(message: Message | str) -> None:
    """A sentence for people, on the error stream."""
    people.print(str(message), markup=False)


def give(result: dict[str, Any]) -> None:
    """The one JSON object of ``--json``."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    sys.stdout.flush()


def row(name: Message | str, value: object) -> None:
    """One fact of a result: its name and its value."""
    output.print(f"{name!s:<24} {value}", markup=False)
