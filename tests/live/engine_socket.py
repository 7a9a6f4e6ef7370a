"""A socket in front of the engine's own, through which one run reaches it, and which can vanish.

::

    run ── DOCKER_HOST ──▶ this socket ──▶ the engine's socket ◀── everything else on the machine
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from pathlib import Path
from typing import Self

from kubeskeptic.clusters.engine import Engine


class EngineSocket:
    """Forwards connections to an engine until :meth:`vanish`, and again from :meth:`come_back` on.

    :param path: where the socket is made
    """

    def __init__(self, engine: Engine, path: Path) -> None:
        self._path = path
        self._engine = engine
        self._target = engine.environment().get("DOCKER_HOST", "").removeprefix("unix://") or "/var/run/docker.sock"
        self._listener: socket.socket
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()

    @property
    def environment(self) -> dict[str, str]:
        """In which a process takes this for the machine's engine."""
        client = Path(self._engine.client)
        found = self._engine.environment() | {"DOCKER_HOST": f"unix://{self._path}"}
        return found | {"PATH": os.pathsep.join((str(client.parent), found["PATH"]))} if client.is_absolute() else found

    def __enter__(self) -> Self:
        self.come_back()
        return self

    def __exit__(self, *_: object) -> None:
        self.vanish()

    def vanish(self) -> None:
        """Remove the socket and break every connection: to its clients the engine is dead. What runs in it goes on."""
        with self._lock:
            self._path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # it is closed already
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            for end in self._ends:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def come_back(self) -> None:
        """Forward connections from now on."""
        listener = self._listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._path))
        listener.listen(64)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                if listener is not self._listener or listener.fileno() < 0:
                    near.close()
                    return
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pass, args=(one, other), daemon=True).start()


def _pass(one: socket.socket, other: socket.socket) -> None:
    """Forward one direction; its end is passed on, as a client that has sent all its input still reads the answer."""
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)
