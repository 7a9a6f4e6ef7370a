"""What this machine sees of a host name on a port: on a server of this machine, which answers for one name only."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kubeskeptic.scenarios.entrances import ask_from_here

HERE = "127.0.0.1"
POD = {"pod": "web-1", "namespace": "ns", "uid": "u1"}
BY = "ns/web-1/u1"


class Entrance(BaseHTTPRequestHandler):
    """Leads to a pod, if asked for its host."""

    def do_GET(self) -> None:
        host = self.headers["Host"]
        status, body = {"known": (200, POD), "broken": (503, POD)}.get(host, (404, {}))
        self.send_response(200 if host == "other" else status)
        self.end_headers()
        self.wfile.write(b"elsewhere" if host == "other" else json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer((HERE, 0), Entrance) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    ("name", "outcome", "by"),
    [
        ("known", "ok", BY),
        ("broken", "status 503", BY),
        ("not-known", "status 404", ""),
        ("other", "wrong", ""),
    ],
)
def test_an_entrance_is_asked_for_a_host(port: int, name: str, outcome: str, by: str) -> None:
    assert ask_from_here(name, port, [HERE, HERE]) == [(outcome, by)] * 2


def test_a_port_that_refuses_connections_and_one_that_is_silent() -> None:
    with HTTPServer((HERE, 0), Entrance) as silent:  # connections are accepted by the kernel alone
        assert ask_from_here("known", silent.server_port, [HERE], 0.05) == [("timeout", "")]
    assert ask_from_here("known", silent.server_port, [HERE]) == [("refused", "")]
