"""Writes docs/trials.md from the figures that ``make trial`` kept: what was run at full size, and what was seen."""

from __future__ import annotations

import json
import os
import platform
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "output" / "figures.jsonl"
PAGE = ROOT / "docs" / "trials.md"


def main() -> None:
    """Group the figures by test, in the order of their names."""
    rows = [json.loads(line) for line in FIGURES.read_text(encoding="utf-8").splitlines()]
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.release()}"
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
    for row in sorted(rows, key=lambda row: (row["test"], row["figure"])):
        name = row["test"].split("::")[-1].removeprefix("test_").replace("_", " ")
        lines.append(f"| {name} | {row['figure']} | {row['value']} |")
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
