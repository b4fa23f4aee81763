"""The style sheet of the controls that Qt draws itself; what we draw ourselves takes its colours from the theme."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

_SHEET = Template("""
QWidget { color: $ink; }
QMainWindow, QDialog, QMessageBox { background: $panel; }
QWidget[ground="ground"] { background: $ground; }
QWidget[ground="panel"] { background: $panel; }
QLabel, QCheckBox, QRadioButton { background: transparent; }
QLabel[tone="soft"] { color: $soft; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="alarm"] { color: $alarm; }
QLabel[tone="accent"] { color: $accent; }
QToolTip { background: $panel; color: $ink; border: 1px solid $edge; padding: 4px; }

QLineEdit, QComboBox, QPlainTextEdit, QSpinBox {
  background: $panel; border: 1px solid $edge; border-radius: 6px; padding: 5px 8px;
  selection-background-color: $accent; selection-color: $panel; }
QLineEdit, QPlainTextEdit { placeholder-text-color: $soft; }
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus { border: 1px solid $accent; }
QLineEdit[wrong="true"] { border: 1px solid $alarm; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $edge; selection-background-color: $selection;
  selection-color: $ink; outline: 0; padding: 2px; }
QComboBox::drop-down { border: 0; width: 22px; }
QComboBox::down-arrow { image: none; }
QFrame#chooser { border: 1px solid $edge; border-radius: 8px; background: $panel; }

QPushButton, QToolButton { background: $panel; border: 1px solid $edge; border-radius: 6px; padding: 6px 14px; }
QPushButton:hover, QToolButton:hover { background: $ground; }
QPushButton:focus, QToolButton:focus { border: 1px solid $accent; }
QPushButton:disabled, QToolButton:disabled { color: $soft; border-color: $line; }
QPushButton[kind="main"] { background: $accent; color: $panel; border-color: $accent; }
QPushButton[kind="main"]:hover { background: $accent; }
QPushButton[kind="main"]:focus { border: 2px solid $ink; padding: 5px 13px; }
QPushButton[kind="main"]:disabled { background: $frozen; color: $soft; border-color: $line; }
QPushButton[kind="record"] { background: $recording; color: $on_colour; border-color: $recording; }
QPushButton[kind="record"]:focus { border: 2px solid $ink; padding: 5px 13px; }
QPushButton[kind="plain"], QToolButton[kind="plain"] { border-color: transparent; background: transparent; }
QPushButton[kind="plain"]:hover, QToolButton[kind="plain"]:hover { background: $ground; }
QPushButton[kind="plain"]:focus, QToolButton[kind="plain"]:focus { border-color: $accent; }
QToolButton[kind="choice"] { border-radius: 13px; padding: 3px 12px; }
QToolButton[kind="choice"]:checked { background: $selection; border-color: $selection_edge; }
QToolButton::menu-indicator { image: none; }
QToolButton[kind="plain"] { padding: 2px; }
QWidget#line { background: $line; }

QListView, QTableView, QScrollArea, QTreeView { background: transparent; border: 0; outline: 0; }
QListView[kind="cards"]::item { border-radius: 6px; }
QMenu { background: $panel; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: $selection; color: $ink; }
QMenu::separator { height: 1px; background: $line; margin: 4px 6px; }
QProgressBar { background: $track; border: 0; border-radius: 4px; height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }

QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: 3px; min-height: 28px; min-width: 28px; margin: 1px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def sheet(tokens: Mapping[str, str]) -> str:
    """The sheet with a theme's tokens filled in."""
    return _SHEET.substitute(tokens)
