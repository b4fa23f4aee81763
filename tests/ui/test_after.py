"""After the hearing: the protocol is made and signed by keyboard, progress is shown, it can be cancelled."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.errors import Trouble
from app.hearing import events as ev
from app.hearing.model import OutputFile, Signature
from app.i18n import _
from app.ui.export import ExportDialog
from app.ui.window import Window
from tests.ui.conftest import Opener
from tests.ui.standin import StandIn, under_way


def stopped() -> StandIn:
    engine = under_way(60)
    engine.stop()
    engine.pulse()
    return engine


def dialog_of(window: Window) -> ExportDialog:
    assert window.sitting is not None
    return ExportDialog(window.sitting.bridge, "kk", window.sitting.hearing, window.sitting)


def test_ctrl_e_opens_the_dialog(qtbot: QtBot, show: Opener) -> None:
    window = show(stopped())
    seen: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, ExportDialog):
            seen.append(dialog.windowTitle())
            dialog.reject()

    QTimer.singleShot(300, look)
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["Make and sign the protocol"]


def test_the_way_and_the_result_are_shown(qtbot: QtBot, show: Opener) -> None:
    engine = stopped()
    dialog = dialog_of(show(engine))
    dialog.show()
    QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.bar.value() == 500)
    assert "export kk" in engine.asked
    assert dialog.words.text() == "Working"
    assert not dialog.go.isEnabled()
    engine.finish_export()
    qtbot.waitUntil(lambda: "protocol.pdf" in dialog.words.text())
    assert "Whole: everything" in dialog.words.text()
    assert "transcript.pdf" in dialog.words.text()
    assert dialog.leave.text() == "Close"
    dialog.reject()
    assert not dialog.isVisible()


def test_a_running_export_is_cancelled_not_abandoned(qtbot: QtBot, show: Opener) -> None:
    engine = stopped()
    dialog = dialog_of(show(engine))
    dialog.show()
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.bar.value() == 500)
    dialog.reject()
    qtbot.waitUntil(lambda: "cancel t1" in engine.asked)
    qtbot.waitUntil(lambda: "The export was cancelled." in dialog.words.text())
    assert dialog.isVisible()
    assert dialog.go.isEnabled()
    dialog.reject()


def test_a_wrong_password_is_said_and_can_be_corrected(qtbot: QtBot, show: Opener) -> None:
    engine = stopped()
    engine.refuse = Trouble("password", _("{file} is not a key file (PKCS#12).", file="key.p12"))
    dialog = dialog_of(show(engine))
    dialog.show()
    dialog.go.click()
    qtbot.waitUntil(lambda: "key.p12 is not a key file" in dialog.words.text())
    engine.refuse = None
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.bar.value() == 500)
    engine.finish_export()
    qtbot.waitUntil(lambda: "protocol.pdf" in dialog.words.text())
    dialog.reject()


def test_files_and_signatures_are_listed(qtbot: QtBot, show: Opener) -> None:
    engine = stopped()
    window = show(engine)
    assert window.sitting is not None
    signature = Signature(document="protocol.pdf", role="secretary", name="S", method="pkcs12", at="x")
    engine.happen(
        ev.OutputWritten(output=OutputFile(kind="protocol", name="protocol.pdf", sha256="0" * 64)),
        ev.OutputWritten(output=OutputFile(kind="transcript", name="transcript.pdf", sha256="1" * 64)),
        ev.ProtocolSigned(signature=signature, frozen_seq=9),
    )
    files = window.sitting.outcome._files
    qtbot.waitUntil(lambda: files.text() == "protocol.pdf · signed\ntranscript.pdf")


def test_the_protocol_is_in_the_language_of_the_case_until_somebody_chooses(show: Opener) -> None:
    window = show(stopped())
    assert window.sitting is not None
    outcome = window.sitting.outcome
    chosen: list[str] = [outcome.language]
    outcome._languages["ru"].click()
    outcome.show_hearing(window.sitting.hearing)
    chosen.append(outcome.language)
    assert chosen == ["kk", "ru"]
