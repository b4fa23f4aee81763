"""Writes docs/trials.md from the figures that ``make trial`` kept: what was run at full size, and what was seen."""

from __future__ import annotations

import json
import os
import platform
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "output" / "figures.jsonl"
PAGE = ROOT / "docs" / "trials.md"


def main() -> None:
    """Group the figures by test, in the order of their names."""
    rows = [json.loads(line) for line in FIGURES.read_text(encoding="utf-8").splitlines()]
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    lines = [
        "# Trials",
        "",
        "Figures of the last `make trial`: the tests of `make test` at full size. Written by tools/trials.py.",
        "",
        f"Run on {date.today()}: {machine}.",
        "",
        "| test | figure | seen |",
        "|---|---|---|",
    ]
    found: dict[tuple[str, str], list[object]] = defaultdict(list)
    for row in rows:
        name = row["test"].split("::")[-1].split("[")[0].removeprefix("test_").replace("_", " ")
        found[name, row["figure"]].append(row["value"])
    for (name, figure), values in sorted(found.items()):
        lines.append(f"| {name} | {figure} | {_seen(values)} |")
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _seen(values: list[object]) -> str:
    """One value as it is; of several numbers how many, their median and their worst."""
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) == len(values) > 1:
        return f"{len(numbers)} times: median {median(numbers):g}, worst {max(numbers):g}"
    return "; ".join(str(value) for value in values)


if __name__ == "__main__":
    main()
