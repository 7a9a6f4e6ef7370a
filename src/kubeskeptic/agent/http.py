"""A small HTTP/1.1 server: requests in, JSON out, keep-alive, and a graceful shutdown. It supports nothing else.

A handler takes a :class:`Request` and returns a :class:`Response`, or an awaitable of one. The requests of one connection are
handled one after another.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from kubeskeptic.agent import clock
from kubeskeptic.agent.request import BadRequest, Request, parse

BACKLOG = 1024
FRESH = 1.0
"""Seconds after the server began to stop in which a new connection may still send its first request."""

ACCEPTING = 4
"""Iterations of the event loop from accepting a connection until asyncio notifies its protocol."""


@dataclass(frozen=True)
class Response:
    """One answer: a status and a body. ``sent``, if given, is called once the answer has been written."""

    status: int
    body: bytes
    sent: Callable[[], object] | None = None
    type: str = "application/json"


Handler = Callable[[Request], Response | Awaitable[Response]]


def reply(content: Any, status: int = 200) -> Response:
    """Return a response with a value as JSON."""
    return Response(status, json.dumps(content, separators=(",", ":")).encode())


def refusal(status: int, why: str) -> Response:
    """Return a response that refuses the request, with the reason in one sentence."""
    return reply({"error": why}, status)


class Server:
    """Serves one handler. Create it inside a running event loop."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.stopping = False
        self.connections: set[_ServerConnection] = set()
        self._listener: asyncio.Server | None = None
        self._done: asyncio.Future[None] | None = None

    async def listen(self, host: str, port: int, *, sock: socket.socket | None = None) -> int:
        """Listen, and return the port; 0 asks the kernel for a free one, ``sock`` is a socket that is already listening."""
        loop = asyncio.get_running_loop()
        make: Callable[[], asyncio.Protocol] = lambda: _ServerConnection(self)  # noqa: E731
        if sock is None:
            self._listener = await loop.create_server(make, host, port, backlog=BACKLOG)
        else:
            self._listener = await loop.create_server(make, sock=sock, backlog=BACKLOG)
        return int(self._listener.sockets[0].getsockname()[1])

    async def stop_listening(self) -> None:
        """Refuse new connections at once. Connections that are open, or being accepted, continue."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        for sock in listener.sockets:
            asyncio.get_running_loop().remove_reader(sock.fileno())
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # the kernel refuses from now on
        for _ in range(ACCEPTING):
            await clock.turn()
        listener.close()  # not earlier: asyncio loses a connection that is being accepted while its server is closed

    async def stop(self) -> None:
        """Stop listening, close idle connections, and finish requests in flight."""
        await self.stop_listening()
        self.stopping = True
        for connection in list(self.connections):
            connection.finish()
        if self.connections:
            self._done = asyncio.get_running_loop().create_future()
            await self._done

    def forget(self, connection: _ServerConnection) -> None:
        """Forget a connection that has ended."""
        self.connections.discard(connection)
        if self._done is not None and not self.connections and not self._done.done():
            self._done.set_result(None)


class _ServerConnection(asyncio.Protocol):
    """One connection of a client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = b""
        self._busy = False
        self._fresh = True
        self._peer = ""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the client's address; if the server is stopping, finish the connection."""
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self._peer = peer[0] if peer else ""
        self._server.connections.add(self)
        if self._server.stopping:
            self.finish()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Forget the connection."""
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self._server.forget(self)

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are complete."""
        self._buffer += data
        self._next()

    def finish(self) -> None:
        """Close the connection if it is idle, else after the answer."""
        if self._busy or self._transport is None:
            return
        if self._fresh and self._timer is None:
            self._timer = clock.at(clock.monotonic() + FRESH, self._transport.close)
        elif not self._fresh:
            self._transport.close()

    def _next(self) -> None:
        if self._busy:
            return
        try:
            found = parse(self._buffer, self._peer)
        except BadRequest as error:
            self._buffer = b""
            self._write(refusal(400, str(error)), keep=False)
            return
        if found is None:
            return
        request, used, keep = found
        self._buffer = self._buffer[used:]
        self._busy, self._fresh = True, False
        answer = self._answer(request)
        if isinstance(answer, Response):
            self._write(answer, keep)
        else:
            task = asyncio.ensure_future(answer)
            task.add_done_callback(lambda done: self._later(done, keep))

    def _answer(self, request: Request) -> Response | Awaitable[Response]:
        try:
            return self._server.handler(request)
        except BadRequest as error:
            return refusal(400, str(error))

    def _later(self, done: asyncio.Future[Response], keep: bool) -> None:
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            self._write(done.result(), keep)
        elif isinstance(error, BadRequest):
            self._write(refusal(400, str(error)), keep)
        else:
            self._write(refusal(500, f"{type(error).__name__}: {error}"), keep=False)

    def _write(self, answer: Response, keep: bool) -> None:
        self._busy = False
        keep = keep and not self._server.stopping
        if self._transport is None or self._transport.is_closing():
            return
        head = (
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\nContent-Type: {answer.type}\r\n"
            f"Content-Length: {len(answer.body)}\r\nConnection: {'keep-alive' if keep else 'close'}\r\n\r\n"
        )
        self._transport.write(head.encode("ascii") + answer.body)
        if answer.sent is not None:
            answer.sent()
        if not keep:
            if self._transport.can_write_eof():
                self._transport.write_eof()
            self._transport.close()
        elif self._buffer:
            asyncio.get_running_loop().call_soon(self._next)
