"""Making protocol, transcript and package: two short-lived workers, and the record of what they made between them."""

from __future__ import annotations

import json
import logging
import secrets
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from app import clock, processes
from app.clock import SystemClock
from app.errors import Trouble
from app.hearing import events as ev
from app.hearing.model import Hearing, OutputFile, RecordLanguage, Signature
from app.i18n import Message, _
from app.session.changes import Change, TaskEnded, TaskProgressed

_log = logging.getLogger(__name__)

#: Text that is still coming is waited for so long before documents are made of it (s).
TEXT_S = 900.0

Keys = dict[str, tuple[Path | None, str]]


class Book(Protocol):
    """What an export needs of the engine: the record it rests on and a way to write down what was made."""

    folder: Path

    @property
    def hearing(self) -> Hearing: ...

    def seq(self) -> int: ...

    def append(self, event: ev.Event, actor: str = "") -> None: ...

    def wait_for_text(self, timeout_s: float) -> bool: ...


class Export:
    """One export, running on a thread of its own; cancelled at any moment it leaves nothing half-written."""

    def __init__(
        self, book: Book, language: RecordLanguage, on_change: Callable[[Change], None], trusted: Path | None
    ) -> None:
        self.id = secrets.token_hex(4)
        self._book = book
        self._language = language
        self._on_change = on_change
        self._trusted = trusted
        self._worker: subprocess.Popen[str] | None = None
        self._cancelled = False
        self._thread: threading.Thread | None = None
        #: True while documents are made that will be signed: the record must not change under them.
        self.freezing = False

    @property
    def running(self) -> bool:
        """Whether it is still at work."""
        return self._thread is not None and self._thread.is_alive()

    def join(self, timeout_s: float = 10.0) -> None:
        """Wait until it has ended."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def begin(self, keys: Keys) -> None:
        """Start; passwords go to the worker through its standard input, never into an argument or a file."""
        self._thread = threading.Thread(target=self._run, args=(keys,), name="export", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop the worker."""
        self._cancelled = True
        if self._worker and self._worker.poll() is None:
            self._worker.terminate()

    def _run(self, keys: Keys) -> None:
        try:
            keys = self._demonstration_keys(keys)
            self._on_change(TaskProgressed(self.id, 0.0, _("Waiting for the text")))
            self._book.wait_for_text(TEXT_S)
            self.freezing = any(path for path, _password in keys.values())
            result = self._documents(keys)
            self._on_record(result)
            self.freezing = False
            result |= self._package(keys, result)
            self._on_change(TaskEnded(self.id, result=result))
        except Trouble as trouble:
            self._on_change(TaskEnded(self.id, trouble=trouble))
        except Exception:
            _log.exception("export")
            self._on_change(TaskEnded(self.id, trouble=_bug()))
        finally:
            self.freezing = False

    def _demonstration_keys(self, keys: Keys) -> Keys:
        """A demonstration that nobody gave keys for is signed with throw-away ones, named as such."""
        if not self._book.hearing.demonstration or any(path for path, _password in keys.values()):
            return keys
        # loaded here, because a window never needs it for a real hearing
        from app.session.demonstration_keys import people_keys

        made = people_keys(self._book.folder / "output" / "demonstration-keys", self._book.hearing)
        self._trusted = made.root.parent
        return {who: (key.path, key.password) for who, key in made.people.items()}

    def _documents(self, keys: Keys) -> dict[str, Any]:
        request = {
            "task": "documents", "folder": str(self._book.folder), "language": self._language,
            "seq": self._book.hearing.frozen_at or self._book.seq(), "keys": _keys(keys),
            "drawn_up": clock.stamp(SystemClock().utc()),
        }  # fmt: skip
        return self._work(request, 0.0, 0.6)

    def _on_record(self, result: dict[str, Any]) -> None:
        for row in result["outputs"]:
            self._book.append(ev.OutputWritten(output=OutputFile(**row)))
        for row in result["signatures"]:
            self._book.append(
                ev.ProtocolSigned(signature=Signature(**row), frozen_seq=result["seq"]), actor=row["name"]
            )

    def _package(self, keys: Keys, result: dict[str, Any]) -> dict[str, Any]:
        request = {
            "task": "package", "folder": str(self._book.folder), "language": self._language,
            "keys": _keys(keys), "documents": result, "trusted": str(self._trusted) if self._trusted else None,
        }  # fmt: skip
        return self._work(request, 0.6, 1.0)

    def _work(self, request: dict[str, Any], begin: float, end: float) -> dict[str, Any]:
        """Run one worker; progress from ``begin`` to ``end`` of the whole task."""
        if self._cancelled:
            raise _cancelled()
        self._worker = subprocess.Popen(
            processes.command("app.session.worker"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=processes.environment(),
            start_new_session=True,  # Ctrl-C is for us: we end the worker in order
        )  # fmt: skip
        if self._cancelled:
            self._worker.terminate()  # cancelled while it was being started
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        answer: dict[str, Any] = {}
        with self._worker:
            self._worker.stdin.write(json.dumps(request) + "\n")
            self._worker.stdin.close()
            for line in self._worker.stdout:
                said = json.loads(line)
                if "done" in said:
                    message = Message.from_json(said["message"])
                    self._on_change(TaskProgressed(self.id, begin + (end - begin) * said["done"], message))
                else:
                    answer = said
        if "trouble" in answer:
            raise Trouble.from_json(answer["trouble"])
        if "result" not in answer:
            raise _cancelled() if self._cancelled else _bug()
        found: dict[str, Any] = answer["result"]
        return found


def _keys(keys: Keys) -> dict[str, dict[str, str]]:
    return {role: {"path": str(path), "password": password} for role, (path, password) in keys.items() if path}


def _cancelled() -> Trouble:
    return Trouble(
        "cancelled",
        _("The export was cancelled."),
        safe=_("The record and the recordings are untouched; nothing half-written was left."),
    )


def _bug() -> Trouble:
    return Trouble(
        "bug",
        _("The documents could not be made because of a mistake in the program."),
        safe=_("The record and the recordings are untouched."),
        remedy=_("Try again; if it happens again, give IT the log file."),
    )
