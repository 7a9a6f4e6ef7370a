"""Our few options of curl: what is printed, and the exit statuses that faults go by."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kubeskeptic.agent.curl import main


@contextmanager
def answering(data: bytes | None) -> Iterator[str]:
    """A server that answers one connection with bytes; with None it accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                if data is None:
                    over.wait(5)
                else:
                    connection.sendall(data)

        over = threading.Event()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        over.set()
        thread.join(5)


def test_it_prints_what_it_got(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") as url:
        assert main(["--silent", "--fail", "--max-time", "2", url]) == 0
    assert capsys.readouterr().out == "hello"


def test_it_prints_how_long_connecting_took(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as url:
        assert main(["--output", "/dev/null", "--write-out", "%{time_connect}", url]) == 0
    assert 0 <= float(capsys.readouterr().out) < 2


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", 22), (b"", 52), (b"SSH-2.0\r\n\r\n", 1), (None, 28)],
    ids=["an error status", "nothing", "no HTTP", "too late"],
)
def test_each_trouble_has_curl_s_status(data: bytes | None, status: int) -> None:
    with answering(data) as url:
        assert main(["--fail", "--max-time", "0.1", url]) == status


def test_nobody_there(unused: int) -> None:
    assert main(["--max-time", "1", f"http://127.0.0.1:{unused}/"]) == 7
    assert main(["--insecure", "--max-time", "1", f"https://127.0.0.1:{unused}/"]) == 7


@pytest.fixture
def unused() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
