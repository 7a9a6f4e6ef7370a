from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from kubeskeptic.kube import Kube
from kubeskeptic.kube.settings import read_settings
from kubeskeptic.settings import Settings
from tests.kube.answers import Cluster, Nodes

Answer = Callable[[BaseHTTPRequestHandler], None]


class FakeServer:
    """An API server on loopback that answers from a table and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answers: dict[tuple[str, str], Answer] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def says(self, method: str, path: str, body: Any, status: int = 200) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)

        self.answers[method, path] = answer

    def lists(self, path: str, by_labels: dict[str, list[Any]]) -> None:
        """Answer with a list for each label selector."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            labels = dict(parse_qsl(urlsplit(handler.path).query)).get("labelSelector", "")
            self.says("GET", "", {"items": by_labels.get(labels, [])})
            self.answers["GET", ""](handler)

        self.answers["GET", path] = answer

    def streams(self, path: str, pieces: list[bytes], *, ended: bool = True) -> None:
        """Answer with pieces; when not ``ended`` the connection is cut after the last."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            for piece in pieces:
                handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            if ended:
                handler.wfile.write(b"0\r\n\r\n")
            handler.close_connection = True

        self.answers["GET", path] = answer

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                url = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                server.asked.append(
                    {
                        "method": self.command,
                        "path": url.path,
                        "query": dict(parse_qsl(url.query)),
                        "body": json.loads(body) if body else None,
                        "content": self.headers.get("Content-Type"),
                    }
                )
                server.answers[self.command, url.path](self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


def kubeconfig(folder: Path, server: str) -> Path:
    """A kubeconfig with one context, ``here``."""
    path = folder / "kubeconfig"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "canary"}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "here",
    }
    path.write_text(json.dumps(config))
    return path


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.stop()


@pytest.fixture
def kube(server: FakeServer, tmp_path: Path) -> Kube:
    return Kube(kubeconfig(tmp_path, server.url), "here", tmp_path / "scratch")


@pytest.fixture
def cluster(server: FakeServer) -> Cluster:
    return Cluster(server)


@pytest.fixture
def read(kube: Kube, cluster: Cluster) -> Callable[..., Settings]:
    def read_them(nodes: Nodes | None = None, *, ours: bool = True) -> Settings:
        return read_settings(kube, nodes or Nodes(), ours=ours)

    return read_them
