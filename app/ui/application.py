"""Setting up Qt: fonts, style, theme and language, before the first window."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from app import __version__
from app.i18n import Language
from app.ui import fonts, language, theme


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
