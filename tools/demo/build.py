"""Makes every file of the demonstration hearing from script.json: `python -m tools.demo.build`."""

from __future__ import annotations

import json
from pathlib import Path

from tools.demo import clip, sound
from tools.demo.script import FOLDER, load
from tools.demo.staging import Staging, stage
from tools.speech.voice import SAMPLE_RATE


def write_cues(staging: Staging, folder: Path) -> None:
    """One cue a line, so that a change of the script shows as a change of a line."""
    head = {"sample_rate": SAMPLE_RATE, "seconds": staging.seconds, "holds": staging.holds}
    lines = ",\n".join(f"  {json.dumps(cue, ensure_ascii=False)}" for cue in staging.cues)
    text = json.dumps(head)[:-1] + ',\n "cues": [\n' + lines + "\n ]}\n"
    (folder / "cues.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Voice, mix and draw; print what came out."""
    script = load()
    staging = stage(script)
    write_cues(staging, FOLDER)
    sound.write(sound.mix(script, staging), FOLDER)
    clip.write(FOLDER)
    size = sum(file.stat().st_size for file in FOLDER.iterdir())
    print(f"{staging.seconds:.1f} s, {len(staging.spoken)} lines, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
