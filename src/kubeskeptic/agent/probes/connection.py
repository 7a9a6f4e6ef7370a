"""A TCP connection by which questions are asked, one at a time.

Written on bare non-blocking sockets and the loop's readiness callbacks: no task, no stream and no transport per question,
as a question on a new connection is what an agent spends most of its processor time on.

The source port is the kernel's choice, as any client's is, and read as soon as the connect has begun, so that a SYN that
is never answered is recorded with its port. It is 0 when the kernel refused before it could be read (a reset that came
from within the same machine).
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable

from kubeskeptic.agent import clock
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import OK, RESET, Ending, Question, ending_of

LONGEST = 1 << 20
"""Answers longer than this many bytes are not read to their end."""

Reading = Callable[[bytes, bool], Ending | None]
"""Given everything received so far and whether the other side has closed, how the question ended; None: more has to come."""

_STREAM = socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC


class Connection:
    """One connection, opened with its first question.

    :param family: IPv4 or IPv6
    :param address: IP address and port
    :param answered: what becomes of the connection after a complete answer: keep, :meth:`linger` or :meth:`close` it
    :param lost: called when the connection is gone while no question is open on it
    """

    __slots__ = (
        "_address", "_answered", "_family", "_got", "_loop", "_lost", "_question", "_reading", "_request", "_sock", "_timer",
    )  # fmt: skip

    def __init__(
        self,
        family: int,
        address: tuple[str, int],
        answered: Callable[[Connection], None],
        lost: Callable[[Connection], None] | None = None,
    ) -> None:
        self._family = family
        self._address = address
        self._answered = answered
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._sock: socket.socket | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._question: Question | None = None
        self._request = b""
        self._reading: Reading | None = None
        self._got = b""

    def ask(self, question: Question, request: bytes, reading: Reading | None) -> None:
        """Send ``request`` and read until ``reading`` knows the ending; without a reading, to be connected is the answer."""
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

    def linger(self, until: float) -> None:
        """Wait for the other side to close first, but not beyond ``until`` (monotonic).

        Whoever closes first keeps the connection's port in TIME_WAIT for a minute. A client that asks 50 times a second would
        run through its ports; a server has only one, and does not mind.
        """
        self._timer = clock.at(until, self.close)

    def close(self) -> None:
        """Close, whatever the state. A question that is still open stays so; end it first."""
        sock, self._sock = self._sock, None
        if sock is None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._loop.remove_writer(sock.fileno())
        self._loop.remove_reader(sock.fileno())
        sock.close()
        self._question = None
        if self._lost is not None:
            self._lost(self)

    def _connect(self, question: Question) -> None:
        sock = self._sock = socket.socket(self._family, _STREAM)
        error = sock.connect_ex(self._address)
        if error not in (0, errno.EINPROGRESS):
            raise OSError(error, os.strerror(error))
        question.port = sock.getsockname()[1]
        self._loop.add_writer(sock.fileno(), self._connected)

    def _connected(self) -> None:
        sock = self._sock
        if sock is None:
            return
        self._loop.remove_writer(sock.fileno())
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._fail(ending_of(OSError(error, os.strerror(error))))
            return
        if self._reading is None:
            self._complete(OK)
            return
        self._loop.add_reader(sock.fileno(), self._readable)
        try:
            self._send(sock)
        except OSError as failure:
            self._fail(ending_of(failure))

    def _send(self, sock: socket.socket) -> None:
        if sock.send(self._request) != len(self._request):
            self._fail(Ending(Outcome.UNKNOWN, reason="the kernel took only a part of the request"))

    def _readable(self) -> None:
        sock = self._sock
        if sock is None:
            return
        try:
            data = sock.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(ending_of(error))
            return
        if self._question is None or self._reading is None:
            self.close()  # the other side has closed, or talks without having been asked
            return
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
        except Exception as error:  # noqa: BLE001  # an answer that our parser cannot take must not pass for a timeout
            return Ending(Outcome.UNKNOWN, reason=f"unreadable answer: {type(error).__name__}: {error}")

    def _complete(self, ending: Ending) -> None:
        question, self._question = self._question, None
        if question is not None:
            question.ended(ending)
        self._answered(self)

    def _fail(self, ending: Ending) -> None:
        question, self._question = self._question, None
        if question is not None:
            question.ended(ending)
        self.close()
