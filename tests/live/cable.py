"""A cable between the harness and an API server that can be cut, or go dead without anybody being told."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import yaml


class Cable:
    """Forwards TCP connections from a port on loopback to a server, while it is whole."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector = selectors.DefaultSelector()
        self._lock = threading.RLock()
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._dead = False
        self._open = True

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._selector.register(self._listener, selectors.EVENT_READ)
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self.cut()
        self._listener.close()

    def cut(self) -> None:
        """Close every connection; new ones are possible."""
        with self._lock:
            for end in list(self._pairs):
                self._drop(end)

    def go_dead(self) -> None:
        """Forward nothing any more, and keep every connection open: half-open, as when a machine vanishes."""
        self._dead = True

    def come_back(self) -> None:
        """Forward again what new connections bring; what was sent over the old ones is lost."""
        self.cut()
        self._dead = False

    def _run(self) -> None:
        while self._open:
            for key, _ in self._selector.select(0.05):
                with self._lock, contextlib.suppress(OSError, KeyError):
                    end = key.fileobj
                    assert isinstance(end, socket.socket)
                    self._join() if end is self._listener else self._pass(end)

    def _join(self) -> None:
        near, _ = self._listener.accept()
        far = socket.create_connection(self._target)
        for one, other in ((near, far), (far, near)):
            self._pairs[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass(self, end: socket.socket) -> None:
        data = end.recv(65536)
        if not data:
            self._drop(end)
        elif not self._dead:
            self._pairs[end].sendall(data)

    def _drop(self, end: socket.socket) -> None:
        if end not in self._pairs:
            return  # went together with its other end
        for one in (end, self._pairs[end]):
            del self._pairs[one]
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(one)
            one.close()


def through(cable: Cable, kubeconfig: Path, folder: Path) -> Path:
    """A kubeconfig like another, whose servers are reached through the cable."""
    config: dict[str, Any] = yaml.safe_load(kubeconfig.read_text())
    for cluster in config["clusters"]:
        cluster["cluster"]["server"] = f"https://127.0.0.1:{cable.port}"
    copy = folder / "kubeconfig-through-cable"
    copy.write_text(yaml.safe_dump(config))
    copy.chmod(0o600)
    return copy


def to_server_of(kubeconfig: Path) -> Cable:
    """A cable to the first server of a kubeconfig."""
    url = urlsplit(yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]["server"])
    assert url.hostname
    assert url.port
    return Cable(url.hostname, url.port)
