"""Messages between our processes: JSON objects over a socket that only this user (or IT's group) can open.

A frame is a 4-byte big-endian length and that many bytes of UTF-8 JSON. Both ends prove that they know the key in
the private key file before anything else is read: each sends a random challenge, each answers with
HMAC-SHA256(key, role ‖ both challenges). A peer that is silent, oversized or malformed is dropped; it never delays the
others, because every client has a thread of its own. Linux: a Unix socket in a folder of mode 700; Windows: loopback.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.errors import Trouble
from app.i18n import _

VERSION = 1
LONGEST = 1 << 20
DEADLINE_S = 2.0
#: After an accept that failed (s).
PAUSE_S = 0.05
_CHALLENGE = 32

Handler = Callable[[dict[str, Any]], dict[str, Any]]


class Refused(Exception):
    """The peer does not know the key, speaks another version, or broke the framing."""


def _receive_exactly(sock: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = sock.recv(size - len(parts))
        if not part:
            raise EOFError("peer closed the connection")
        parts += part
    return bytes(parts)


def send(sock: socket.socket, message: dict[str, Any]) -> None:
    """Send one message; ValueError if it is longer than :data:`LONGEST`."""
    content = json.dumps(message, ensure_ascii=False).encode()
    if len(content) > LONGEST:
        raise ValueError(f"message of {len(content)} bytes is longer than {LONGEST}")
    sock.sendall(len(content).to_bytes(4, "big") + content)


def receive(sock: socket.socket) -> dict[str, Any]:
    """Receive one message; EOFError at the end, Refused for anything that is not a JSON object of ours."""
    size = int.from_bytes(_receive_exactly(sock, 4), "big")
    if size > LONGEST:
        raise Refused(f"frame of {size} bytes")
    try:
        message = json.loads(_receive_exactly(sock, size))
    except ValueError as error:
        raise Refused("not JSON") from error
    if not isinstance(message, dict):
        raise Refused("not an object")
    return message


def _proof(key: bytes, role: bytes, *challenges: bytes) -> bytes:
    return hmac.digest(key, bytes([VERSION]) + role + b"".join(challenges), "sha256")


def _handshake(sock: socket.socket, key: bytes, *, server: bool) -> None:
    sock.settimeout(DEADLINE_S)
    mine = secrets.token_bytes(_CHALLENGE)
    sock.sendall(bytes([VERSION]) + mine)
    version, theirs = _receive_exactly(sock, 1)[0], _receive_exactly(sock, _CHALLENGE)
    if version != VERSION:
        raise Refused(f"version {version}")
    order = (mine, theirs) if server else (theirs, mine)
    own, other = (b"server", b"client") if server else (b"client", b"server")
    sock.sendall(_proof(key, own, *order))
    if not hmac.compare_digest(_receive_exactly(sock, 32), _proof(key, other, *order)):
        raise Refused("wrong key")


def make_key(path: Path) -> bytes:
    """Create the key file, readable by this user alone, and return the key."""
    key = secrets.token_bytes(32)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    return key


class Server:
    """Answers requests: ``handler(request) -> answer``; a Trouble raised there travels to the client."""

    def __init__(self, address: Path, handler: Handler) -> None:
        """Listen at ``address`` (a socket path; on Windows a file that names the port); the key is ``address.key``."""
        self.address = address
        self._handler = handler
        self._key = make_key(address.with_suffix(".key"))
        address.unlink(missing_ok=True)
        if sys.platform == "win32":
            self._socket = socket.create_server(("127.0.0.1", 0))
            address.write_text(str(self._socket.getsockname()[1]), encoding="ascii")
        else:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.bind(str(address))
            os.chmod(address, 0o600)
            self._socket.listen(128)
        self._clients: set[socket.socket] = set()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._accept, name="wire-accept", daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _peer = self._socket.accept()
            except OSError:
                # a caller that left at once, or no free descriptor for now: the next one is heard all the same
                if self._closing.wait(PAUSE_S):
                    return
                continue
            self._clients.add(client)
            threading.Thread(target=self._serve, args=(client,), name="wire-client", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client:
                _handshake(client, self._key, server=True)
                client.settimeout(None)
                while True:
                    send(client, self._answer(receive(client)))
        except (OSError, EOFError, Refused, ValueError):
            pass  # a peer that leaves or misbehaves is dropped; the others do not notice
        finally:
            self._clients.discard(client)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"ok": self._handler(request)}
        except Trouble as trouble:
            return {"trouble": trouble.to_json()}

    def close(self) -> None:
        """Stop listening, drop all clients and remove the address."""
        self._closing.set()
        if sys.platform != "win32":
            # closing alone does not wake a thread that waits in accept()
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._socket.close()
        for client in list(self._clients):
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.address.unlink(missing_ok=True)
        self.address.with_suffix(".key").unlink(missing_ok=True)


def _connected(address: Path) -> socket.socket:
    """A socket connected to the server at ``address``; a full queue of callers is waited for, up to the deadline."""
    if sys.platform == "win32":
        return socket.create_connection(("127.0.0.1", int(address.read_text(encoding="ascii"))), DEADLINE_S)
    deadline = time.monotonic() + DEADLINE_S
    while True:
        found = socket.socket(socket.AF_UNIX)
        found.settimeout(DEADLINE_S)
        try:
            found.connect(str(address))
        except BlockingIOError:
            found.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        except BaseException:
            found.close()
            raise
        else:
            return found


class Client:
    """One connection to a :class:`Server`; requests from several threads take turns."""

    def __init__(self, address: Path) -> None:
        """Connect; Trouble ``peer-absent`` (nobody listens), ``peer-refused`` (wrong key), ``peer-lost`` (it hangs)."""
        try:
            key = address.with_suffix(".key").read_bytes()
            self._socket = _connected(address)
        except (OSError, ValueError) as error:
            raise Trouble("peer-absent", _("The recorder does not answer.")) from error
        try:
            _handshake(self._socket, key, server=False)
        except TimeoutError as error:
            self._socket.close()
            raise Trouble("peer-lost", _("The connection to the recorder was lost.")) from error
        except (OSError, EOFError, Refused) as error:
            self._socket.close()
            raise Trouble("peer-refused", _("The recorder refused the connection.")) from error
        self._turn = threading.Lock()

    def request(self, message: dict[str, Any], timeout_s: float = 10.0) -> dict[str, Any]:
        """Send a request and wait for its answer; Trouble from the other side is raised here."""
        with self._turn:
            try:
                self._socket.settimeout(timeout_s)
                send(self._socket, message)
                answer = receive(self._socket)
            except (OSError, EOFError, Refused) as error:
                self._socket.close()
                raise Trouble("peer-lost", _("The connection to the recorder was lost.")) from error
        if "trouble" in answer:
            raise Trouble.from_json(answer["trouble"])
        found = answer.get("ok")
        return found if isinstance(found, dict) else {}

    def close(self) -> None:
        """Hang up at once; a request that waits on another thread ends with ``peer-lost``."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the other side was quicker
        if self._turn.acquire(blocking=False):  # otherwise whoever waits there closes it, woken just now
            self._socket.close()
            self._turn.release()
