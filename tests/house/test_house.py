"""The plan of docs/architecture.md, where import-linter cannot see it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("cv2", "av", "vosk", "reportlab", "pyhanko")


@pytest.mark.parametrize("module", ["app.session.engine", "app.ui.main", "app.session.sittings"])
def test_window_and_engine_load_no_heavy_workers(module: str) -> None:
    code = f"import sys, {module}; print(*[name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


@pytest.mark.parametrize(
    "module", ["app.capture.recorder", "app.transcribe.process", "app.session.engine", "app.cli.main"]
)
def test_qt_is_loaded_by_the_window_alone(module: str) -> None:
    code = f"import sys, {module}; print(*[name for name in sys.modules if name.startswith('PySide6')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


def test_the_recorder_knows_no_database_and_no_speech_model() -> None:
    code = "import sys, app.capture.recorder; print(*[n for n in ('sqlite3', 'vosk', 'reportlab') if n in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []


def test_the_guardian_needs_only_the_standard_library() -> None:
    """Nothing of others is loaded beyond what this Python loads by itself at its start."""
    count = "print(*sorted({n.split('.')[0] for n in sys.modules} - set(sys.stdlib_module_names)))"
    begin = "import sys; sys.path.insert(0, '.'); "
    bare, guarded = (
        subprocess.run([sys.executable, "-I", "-c", begin + more + count], capture_output=True, text=True, check=True)
        for more in ("", "import app.capture.guardian; ")
    )
    assert set(guarded.stdout.split()) - set(bare.stdout.split()) == {"app"}
