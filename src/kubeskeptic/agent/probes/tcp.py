"""A TCP connection on which questions are asked, one at a time, and the probe that only opens one.

It uses bare non-blocking sockets: no task, no stream and no transport per question, as an agent spends most of its processor
time on questions on new connections.

The kernel chooses the source port, as for any client. The port is read as soon as the connect has begun, so that a SYN that is
never answered is recorded with its port. It is 0 if the connection was refused before the port could be read (a reset from
within the same machine).
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress

from kubeskeptic.agent import clock
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.probes.readiness import ANSWER, ENDED, ESTABLISHED, READABLE, Readiness
from kubeskeptic.agent.question import OK, RESET, Ending, Question, ending_of
from kubeskeptic.agent.spec import Spec

LONGEST = 1 << 20
"""Bytes of an answer beyond which it is not read to its end."""
_CHUNK = 65536

Reading = Callable[[bytes, bool], Ending | None]
"""Takes everything received so far and whether the other side has closed; returns the ending, or None if more must come."""

_STREAM = socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC


class ClientConnection:
    """One connection to a probe's address, opened with its first question.

    :param answered: called after a complete answer, to keep the connection, :meth:`linger` or :meth:`close` it
    :param lost: called when the connection is closed, by either side
    """

    __slots__ = (
        "_answered", "_ended", "_got", "_lost", "_question", "_readiness", "_reading", "_request", "_sock", "_spec",
    )  # fmt: skip

    def __init__(
        self,
        spec: Spec,
        readiness: Readiness,
        answered: Callable[[ClientConnection], None],
        lost: Callable[[ClientConnection], None] | None = None,
    ) -> None:
        self._spec = spec
        self._readiness = readiness
        self._answered = answered
        self._lost = lost
        self._sock: socket.socket | None = None
        self._question: Question | None = None
        self._request = b""
        self._reading: Reading | None = None
        self._got = b""
        self._ended = False

    def ask(self, question: Question, request: bytes, reading: Reading | None) -> None:
        """Send ``request`` and read until ``reading`` returns an ending; without ``reading``, a connection is the answer."""
        self._question, self._request, self._reading, self._got = question, request, reading, b""
        question.abandon = self.close
        try:
            if self._sock is None:
                self._connect(question)
            else:
                question.port = self._sock.getsockname()[1]
                self._send(self._sock)
        except OSError as error:
            self._fail(ending_of(error))

    def linger(self) -> None:
        """Wait for the other side to close first, but not beyond the question's deadline.

        The side that closes first keeps the connection's port in TIME_WAIT for a minute. A client that asks 50 times a second
        would run out of ports; a server uses only one and is not affected.
        """
        if self._ended:
            self.close()
        elif self._question is not None:
            self._question.abandon = self.close

    def close(self) -> None:
        """Close the connection in any state. A question that is still open stays open; end it first."""
        sock, self._sock = self._sock, None
        if sock is None:
            return
        self._readiness.forget(sock.fileno())
        sock.close()
        if self._question is not None:
            self._question.abandon = None
            self._question = None
        if self._lost is not None:
            self._lost(self)

    def _connect(self, question: Question) -> None:
        sock = self._sock = socket.socket(self._spec.family, _STREAM)
        error = sock.connect_ex(self._spec.address)
        if error not in (0, errno.EINPROGRESS):
            raise OSError(error, os.strerror(error))
        question.port = sock.getsockname()[1]
        events = self._send_early(sock)
        if self._sock is not None:
            self._readiness.watch(sock.fileno(), events, self._happened)

    def _send_early(self, sock: socket.socket) -> int:
        """Send at once if the connection is already established, as within a machine, and return the events to watch for."""
        if self._reading is not None:
            try:
                self._send(sock)
            except BlockingIOError:
                return ESTABLISHED
        return ESTABLISHED if self._reading is None or self._request else ANSWER

    def _happened(self, events: int) -> None:
        sock = self._sock
        if sock is None:
            return
        self._ended = bool(events & ENDED)
        if self._question is not None:
            self._question.stirred = clock.monotonic()
        try:
            if self._question is None or not self._question.open:
                if events & (READABLE | ENDED):
                    self.close()  # idle, and the other side has closed or sent unrequested data
            elif self._reading is None:
                self._check(sock)
                self._complete(OK)
            elif self._request:
                self._check(sock)
                with suppress(BlockingIOError):
                    self._send(sock)
                if events & (READABLE | ENDED):
                    self._receive(sock)
            else:
                self._receive(sock)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(ending_of(error))

    def _check(self, sock: socket.socket) -> None:
        """Raise the error with which the connect failed.

        Sending would not raise it: an ICMP error during connect is a "soft" error to the kernel, which reports it only through
        SO_ERROR. A client that does not read SO_ERROR notices a second later, with the next SYN.
        """
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))

    def _send(self, sock: socket.socket) -> None:
        """Send what the kernel accepts; an event follows when it accepts more (a large body on a new connection)."""
        self._request = self._request[sock.send(self._request) :]

    def _receive(self, sock: socket.socket) -> None:
        while self._question is not None and self._question.open and self._reading is not None:
            data = sock.recv(_CHUNK)
            self._got = self._got + data if self._got else data
            ending = self._read(self._reading, closed=not data)
            if ending is not None:
                self._complete(ending)
            elif not data:
                self._fail(RESET)

    def _read(self, reading: Reading, closed: bool) -> Ending | None:
        if len(self._got) > LONGEST:
            return Ending(Outcome.UNKNOWN, reason=f"an answer of more than {LONGEST} bytes")
        try:
            return reading(self._got, closed)
        except Exception as error:  # noqa: BLE001  # an answer that our parser cannot read must not pass for a timeout
            return Ending(Outcome.UNKNOWN, reason=f"unreadable answer: {type(error).__name__}: {error}")

    def _complete(self, ending: Ending) -> None:
        if self._question is not None:
            self._question.abandon = None
            self._question.ended(ending)
        self._answered(self)

    def _fail(self, ending: Ending) -> None:
        if self._question is not None:
            self._question.ended(ending)
        self.close()


class TcpConnect:
    """``tcp``: a connection is opened and closed again; nothing is sent. The kernel answers, so no pod is named.

    The client closes first, so each source port stays in TIME_WAIT for 60 s: at 50 questions a second, these are 3000 of the
    kernel's 28232 ports towards one address.
    """

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._readiness = readiness

    def ask(self, question: Question) -> None:
        """Open a connection."""
        ClientConnection(self._spec, self._readiness, ClientConnection.close).ask(question, b"", None)

    def close(self) -> None:
        """Do nothing: no connection is ever idle."""
