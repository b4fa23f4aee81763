"""Setting up Qt: fonts, style, theme and language, before the first window."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from app import __version__, settings
from app.errors import Trouble
from app.i18n import Language
from app.ui import fonts, language, theme


def chosen() -> tuple[settings.Settings, Trouble | None]:
    """The settings; the defaults, and what is wrong, where the file is broken: a window opens in any case."""
    try:
        return settings.load(), None
    except Trouble as trouble:
        return settings.Settings(), trouble


def prepare(tongue: Language, theme_name: str = "light") -> QApplication:
    """The one QApplication of this process, dressed."""
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("khatshy")
    application.setApplicationDisplayName("Khatshy")
    application.setApplicationVersion(__version__)
    application.setStyle("fusion")
    fonts.load()
    application.setFont(fonts.sans())
    theme.use(theme.THEMES.get(theme_name, theme.LIGHT))
    language.switch(tongue)
    return application
