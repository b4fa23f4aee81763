"""Pictures of the window at work, for the README and docs/: the demonstration hearing is really recorded meanwhile.

python -m tools.screenshots                   docs/screenshots/during.png, as the README shows it
python -m tools.screenshots --all DIR         every language, light and dark, during and after, into DIR
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: The moment of the hearing that is shown: the witness has answered, the connection was lost and came back (s).
MOMENT_S = 141.0
LARGEST = 300_000


def _wait(ready: object, limit_s: float) -> None:
    """Let Qt work until ``ready()``; TimeoutError after ``limit_s``."""
    from PySide6.QtWidgets import QApplication

    assert callable(ready)
    deadline = time.monotonic() + limit_s
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError("the hearing did not come to the moment of the picture")
        QApplication.processEvents()
        time.sleep(0.01)


def _settle() -> None:
    deadline = time.monotonic() + 0.3
    _wait(lambda: time.monotonic() > deadline, 1.0)


def _save(window: object, file: Path) -> None:
    """At most 300 kB: colours are few, so a palette loses nothing that one sees."""
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QWidget

    assert isinstance(window, QWidget)
    file.parent.mkdir(parents=True, exist_ok=True)
    picture = window.grab().toImage()
    picture.save(str(file), quality=0)
    if file.stat().st_size > LARGEST:
        picture.convertToFormat(QImage.Format.Format_Indexed8).save(str(file), quality=0)
    print(file, f"{file.stat().st_size / 1000:.0f} kB")


def main() -> int:
    """Entry of ``python -m tools.screenshots``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="DIR", help="every language and theme, during and after")
    parser.add_argument("--language", default="kk", choices=("kk", "ru", "en"), help="of the README's picture")
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as place:
        for name in ("DATA", "CONFIG", "RUNTIME", "LOGS"):
            os.environ[f"KHATSHY_{name}"] = str(Path(place) / name.lower())
        _take(chosen.all, chosen.language, Path(place))
    return 0


def _take(every: Path | None, wanted: str, place: Path) -> None:
    from app.i18n import LANGUAGES
    from app.session import demonstration
    from app.session.engine import Engine
    from app.ui import application, language, theme
    from app.ui.window import Window

    application.prepare("kk")
    play = demonstration.script()
    sources = demonstration.file_sources(play)
    engine = Engine(demonstration.open_sitting(play, sources, place / "data", place / "second"),
                    mirror_root=place / "second")  # fmt: skip
    over = threading.Event()
    conductor = threading.Thread(
        target=demonstration.conduct, args=(engine, play), kwargs={"cancelled": over.is_set}, daemon=True
    )
    window = Window(Engine)
    window.show_engine(engine, owner=False)
    window.show()
    conductor.start()
    pairs = [(tongue, look) for tongue in LANGUAGES for look in theme.THEMES.values()]

    def pictures(name: str) -> None:
        for tongue, look in pairs if every else ():
            language.switch(tongue)
            theme.use(look)
            _settle()
            assert every is not None
            _save(window, every / f"{name}-{tongue}-{look.name}.png")

    try:
        _wait(lambda: engine.status.elapsed_s >= MOMENT_S, MOMENT_S + 60)
        if every is None:
            language.switch(wanted)  # type: ignore[arg-type]
            _settle()
            _save(window, ROOT / "docs" / "screenshots" / "during.png")
            return
        pictures("during")
        _wait(lambda: not conductor.is_alive(), 120)
        _settle()
        pictures("after")
    finally:
        over.set()
        conductor.join()
        if engine.status.recording:
            engine.stop()
        window.close_quietly()
        engine.close()


if __name__ == "__main__":
    sys.exit(main())
