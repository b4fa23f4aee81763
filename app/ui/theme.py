"""Colours of the window, light and dark, as tokens; every pair that carries text has a contrast of at least 4.5."""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app.ui import style


@dataclass(frozen=True)
class Theme:
    """The tokens, as ``#rrggbb``; ``speakers`` colours the ribbon by seat."""

    name: str
    ground: str
    panel: str
    ink: str
    soft: str
    line: str
    edge: str
    recording: str
    alarm: str
    on_colour: str
    warning: str
    good: str
    accent: str
    selection: str
    selection_edge: str
    slip: str
    slip_edge: str
    track: str
    level: str
    loud: str
    doubt: str
    frozen: str
    speakers: tuple[str, ...]

    def colour(self, token: str) -> QColor:
        """A token as Qt's colour."""
        return QColor(getattr(self, token))

    def tokens(self) -> dict[str, str]:
        """All single colours by name, for the style sheet."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("name", "speakers")}


LIGHT = Theme(
    name="light", ground="#f4f5f7", panel="#ffffff", ink="#1b1f24", soft="#5b6570", line="#dde1e6", edge="#c3cad2",
    recording="#c62828", alarm="#c62828", on_colour="#ffffff", warning="#8f5600", good="#2b752f", accent="#1f5fa8",
    selection="#e8f0fa", selection_edge="#b3cdea", slip="#fff6dc", slip_edge="#dfa92f", track="#e6e9ee",
    level="#48964f", loud="#d9a11c", doubt="#c27a12", frozen="#eceef1",
    speakers=("#2b65a8", "#7d4f9e", "#2f8062", "#b0661f", "#9b3b5a", "#4b7a1f", "#3f6f86", "#805c3a", "#5b5fb0"),
)  # fmt: skip

DARK = Theme(
    name="dark", ground="#15181c", panel="#1d2126", ink="#e9ebee", soft="#a5afba", line="#323943", edge="#4a545f",
    recording="#c62828", alarm="#ff8a80", on_colour="#ffffff", warning="#e9ad4d", good="#7bc880", accent="#7db4f0",
    selection="#203450", selection_edge="#3b5c86", slip="#3a331c", slip_edge="#d6a431", track="#333a43",
    level="#5aa861", loud="#d9a11c", doubt="#e0a043", frozen="#272c33",
    speakers=("#6ea6e6", "#b48ad6", "#63b896", "#dd9a55", "#d97f9d", "#94c264", "#79aec8", "#c49c75", "#9a9ee6"),
)  # fmt: skip

THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


class _Choice(QObject):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.theme = LIGHT


_choice = _Choice()
changed = _choice.changed


def current() -> Theme:
    """The theme that is drawn now."""
    return _choice.theme


def palette(theme: Theme) -> QPalette:
    """Qt's palette of a theme: what Fusion draws itself."""
    found = QPalette()
    roles = QPalette.ColorRole
    for role, token in (
        (roles.Window, "panel"), (roles.WindowText, "ink"), (roles.Base, "panel"), (roles.AlternateBase, "ground"),
        (roles.Text, "ink"), (roles.Button, "panel"), (roles.ButtonText, "ink"), (roles.BrightText, "on_colour"),
        (roles.ToolTipBase, "panel"), (roles.ToolTipText, "ink"), (roles.PlaceholderText, "soft"),
        (roles.Highlight, "selection"), (roles.HighlightedText, "ink"), (roles.Link, "accent"),
        (roles.Mid, "line"), (roles.Midlight, "line"), (roles.Light, "panel"), (roles.Dark, "edge"),
    ):  # fmt: skip
        found.setColor(role, theme.colour(token))
    for role in (roles.Text, roles.ButtonText, roles.WindowText):
        found.setColor(QPalette.ColorGroup.Disabled, role, theme.colour("soft"))
    return found


def use(theme: Theme) -> None:
    """Draw everything in ``theme`` from now on."""
    _choice.theme = theme
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setPalette(palette(theme))
    application.setStyleSheet(style.sheet(theme.tokens()))
    _choice.changed.emit()
    for widget in application.allWidgets():
        widget.update()


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours (WCAG 2.1), from 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
