"""The language of the window, switched while it runs: whoever shows words registers how to show them again."""

from __future__ import annotations

import weakref
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from app.i18n import Language, use_language

_ACTIONS = "_retranslations"
_owners: weakref.WeakSet[QObject] = weakref.WeakSet()
_translator: QTranslator | None = None


def retranslated(owner: QObject, action: Callable[[], None]) -> None:
    """Do ``action`` now and after every change of language, as long as ``owner`` lives."""
    actions: list[Callable[[], None]] | None = getattr(owner, _ACTIONS, None)
    if actions is None:
        actions = []
        setattr(owner, _ACTIONS, actions)
        _owners.add(owner)
    actions.append(action)
    action()


def switch(language: Language) -> None:
    """Speak ``language`` from now on, Qt's own buttons and menus included."""
    global _translator
    use_language(language)
    QLocale.setDefault(QLocale(language))
    if _translator is not None:
        QCoreApplication.removeTranslator(_translator)
        _translator = None
    if language != "en":  # Qt itself speaks English
        translator = QTranslator(QCoreApplication.instance())
        if translator.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            QCoreApplication.installTranslator(translator)
            _translator = translator
    for owner in list(_owners):
        if shiboken6.isValid(owner):
            for action in getattr(owner, _ACTIONS):
                action()
