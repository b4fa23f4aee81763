"""The socket: only who knows the key is heard, and nobody can delay the others."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.errors import Trouble
from app.i18n import _
from app.wire import Client, Server


def _handler(request: dict[str, Any]) -> dict[str, Any]:
    if request.get("do") == "fail":
        raise Trouble("broken", _("It is broken: {what}.", what="бұл"))
    return {"echo": request}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "r.sock", _handler)
    yield running
    running.close()


def test_a_request_is_answered(server: Server) -> None:
    client = Client(server.address)
    assert client.request({"do": "ping", "word": "сот"}) == {"echo": {"do": "ping", "word": "сот"}}
    client.close()


def test_a_trouble_travels_as_a_sentence(server: Server) -> None:
    client = Client(server.address)
    with pytest.raises(Trouble) as trouble:
        client.request({"do": "fail"})
    assert trouble.value.code == "broken"
    assert "бұл" in str(trouble.value)
    client.close()


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as trouble:
        Client(tmp_path / "nobody.sock")
    assert trouble.value.code == "peer-absent"


def test_a_wrong_key_is_refused(server: Server) -> None:
    server.address.with_suffix(".key").write_bytes(b"x" * 32)
    with pytest.raises(Trouble) as trouble:
        Client(server.address)
    assert trouble.value.code == "peer-refused"


def test_the_key_and_the_socket_are_private(server: Server) -> None:
    for path in (server.address, server.address.with_suffix(".key")):
        assert path.stat().st_mode & 0o077 == 0


def test_rubbish_and_silence_delay_nobody(server: Server) -> None:
    rng = random.Random(1)
    count = 2000 if os.environ.get("KHATSHY_TRIAL") else 60
    silent = [socket.socket(socket.AF_UNIX) for _n in range(5)]
    for peer in silent:
        peer.connect(str(server.address))
    for _n in range(count):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(server.address))
            try:
                peer.sendall(rng.randbytes(rng.randrange(1, 400)))
            except OSError:
                pass
    client = Client(server.address)
    assert client.request({"do": "ping"}, timeout_s=2) == {"echo": {"do": "ping"}}
    client.close()
    for peer in silent:
        peer.close()


_WITHOUT_DESCRIPTORS = """
import os, resource, socket, sys, time
from pathlib import Path
from app.wire import Client, Server
server = Server(Path(sys.argv[1]), lambda request: {"echo": request})
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
with socket.socket(socket.AF_UNIX) as peer:
    resource.setrlimit(resource.RLIMIT_NOFILE, (peer.fileno() + 1, hard))
    peer.connect(str(server.address))
    try:
        while True:  # whatever descriptor is left is taken, so that accept() has none
            os.dup(0)
    except OSError:
        pass
    time.sleep(0.2)  # several tries of accept() fail meanwhile
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
client = Client(server.address)
print(client.request({"do": "ping"}, timeout_s=5))
"""


def test_a_moment_without_free_descriptors_is_survived(tmp_path: Path) -> None:
    """In a process of its own, because the limit holds for everything in a process."""
    said = subprocess.run(
        [sys.executable, "-c", _WITHOUT_DESCRIPTORS, str(tmp_path / "s.sock")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.stdout.strip() == "{'echo': {'do': 'ping'}}", said.stderr


def test_hanging_up_wakes_whoever_waits_for_an_answer(tmp_path: Path) -> None:
    asked, word = threading.Event(), threading.Event()

    def slow(_request: dict[str, Any]) -> dict[str, Any]:
        asked.set()
        word.wait(20)
        return {}

    server = Server(tmp_path / "s.sock", slow)
    client = Client(server.address)
    found: list[str] = []

    def ask() -> None:
        with pytest.raises(Trouble) as trouble:
            client.request({}, timeout_s=20)
        found.append(trouble.value.code)

    asking = threading.Thread(target=ask)
    asking.start()
    assert asked.wait(5)
    client.close()
    asking.join(2)
    assert found == ["peer-lost"]
    word.set()
    server.close()


def test_a_peer_that_hangs_is_lost_not_refused(tmp_path: Path) -> None:
    (tmp_path / "h.key").write_bytes(b"k" * 32)
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(tmp_path / "h.sock"))
        hanging.listen()
        with pytest.raises(Trouble) as trouble:
            Client(tmp_path / "h.sock")
    assert trouble.value.code == "peer-lost"
