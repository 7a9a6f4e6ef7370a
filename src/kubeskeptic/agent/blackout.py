"""The proof of the instrument: an outage of known length in the path of an ordinary probe.

::

    schedule ─▶ http-new probe ─▶ 127.0.0.1:8081 (the echo: this agent's own responder) ─▶ samples ─▶ batch
                                        ╳ refused from start to end: its listening socket is closed

The samples of that probe are then compared with the start and end that are known here.
"""

from __future__ import annotations

import socket
from typing import NamedTuple

from kubeskeptic.agent import clock
from kubeskeptic.agent.http import BACKLOG, Response, Server, reply
from kubeskeptic.agent.identity import Identity
from kubeskeptic.agent.request import Request

LOOPBACK = "127.0.0.1"
LONGEST = 30.0
"""Seconds that a blackout lasts at most."""


class Blackout(NamedTuple):
    """The period in which the echo refused, on the monotonic clock."""

    start: float
    end: float


class Echo:
    """A responder on loopback that answers like a workload, and can refuse for a known time."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._server: Server | None = None
        self.port = 0
        self.dark = False
        """Whether a blackout is in progress."""

    async def start(self, port: int) -> None:
        """Listen on loopback; port 0 asks the kernel for a free one."""
        self._server = Server(self._answer)
        self.port = await self._server.listen(LOOPBACK, port)

    async def blackout(self, seconds: float) -> Blackout:
        """Refuse every connection for ``seconds``, and return exactly from when until when."""
        if self._server is None:
            raise RuntimeError("the echo has not been started")
        self.dark = True
        try:
            start = clock.monotonic()
            await self._server.stop_listening()
            await clock.pause(seconds)
            sock = socket.create_server((LOOPBACK, self.port), backlog=BACKLOG)
            end = clock.monotonic()
            await self._server.listen(LOOPBACK, self.port, sock=sock)
        finally:
            self.dark = False
        return Blackout(start, end)

    async def stop(self) -> None:
        """Stop answering for good."""
        if self._server is not None:
            await self._server.stop()

    def _answer(self, _request: Request) -> Response:
        return reply(self._identity.answer())
