"""The socket: only who knows the key is heard, and nobody can delay the others."""

from __future__ import annotations

import os
import random
import socket
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
