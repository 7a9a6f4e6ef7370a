"""The HTTP probes: on new connections, on a kept one, and with a large body. :mod:`kubeskeptic.agent.probes.http_answer` reads
what comes back.
"""

from __future__ import annotations

import os

from kubeskeptic.agent.probes import http_answer
from kubeskeptic.agent.probes.readiness import Readiness
from kubeskeptic.agent.probes.tcp import ClientConnection
from kubeskeptic.agent.question import Ending, Question
from kubeskeptic.agent.spec import Spec


class HttpNew:
    """``http-new``: every question on a new connection, as by a client without a connection pool.

    The connection is closed after the server has closed it (``Connection: close``). So no source port of ours is held in
    TIME_WAIT, and the kernel always chooses from all of them, as it does for any such client.
    """

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._readiness = readiness
        self._request = http_answer.request(spec, "close")

    def ask(self, question: Question) -> None:
        """Open a connection and ask."""
        connection = ClientConnection(self._spec, self._readiness, self._answered)
        connection.ask(question, self._request, self._read)

    def close(self) -> None:
        """Do nothing: no connection is ever idle."""

    def _read(self, data: bytes, closed: bool) -> Ending | None:
        answer = http_answer.read(data, closed)
        return None if answer is None else http_answer.judge(answer, self._spec)

    def _answered(self, connection: ClientConnection) -> None:
        connection.linger()


class HttpKept:
    """``http-kept``: questions on a connection that is kept open, as by a client with a connection pool.

    One connection is kept. If the next question is due while one on it is unanswered, the next opens another connection, so
    that the loop stays open. Of several connections the first free one is kept; the others are closed after their answers. A
    connection whose question failed is closed, and the next question opens a new one; what fails then is that question's
    outcome. If the server closes an idle connection, that is not an outcome: nothing was asked.
    """

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._readiness = readiness
        self._request = http_answer.request(spec, "keep-alive")
        self._kept: ClientConnection | None = None
        self._reusable = False
        self._closed = False

    def ask(self, question: Question) -> None:
        """Ask on the kept connection if it is free, else on a new one."""
        connection, self._kept = self._kept, None
        if connection is None:
            connection = ClientConnection(self._spec, self._readiness, self._answered, self._lost)
        connection.ask(question, self._request, self._read)

    def close(self) -> None:
        """Close the kept connection if it is free, else after its answer."""
        self._closed = True
        if self._kept is not None:
            self._kept.close()

    def _read(self, data: bytes, closed: bool) -> Ending | None:
        answer = http_answer.read(data, closed)
        if answer is None:
            return None
        self._reusable = answer.reusable  # read at once by _answered, in the same turn of the loop
        return http_answer.judge(answer, self._spec)

    def _answered(self, connection: ClientConnection) -> None:
        reusable, self._reusable = self._reusable, False
        if reusable and self._kept is None and not self._closed:
            self._kept = connection
        else:
            connection.close()

    def _lost(self, connection: ClientConnection) -> None:
        if self._kept is connection:
            self._kept = None


class HttpPayload:
    """``http-payload``: a body of ``size`` bytes is posted on a new connection, and must come back unchanged.

    Small requests do not show that a path's MTU is smaller than its ends assume: they fit. A large body fills packets in both
    directions. An answer with another body is ``wrong``.
    """

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._readiness = readiness
        self._payload = os.urandom(spec.size)
        self._request = http_answer.request(spec, "close", self._payload)

    def ask(self, question: Question) -> None:
        """Open a connection and ask."""
        connection = ClientConnection(self._spec, self._readiness, ClientConnection.linger)
        connection.ask(question, self._request, self._read)

    def close(self) -> None:
        """Do nothing: no connection is ever idle."""

    def _read(self, data: bytes, closed: bool) -> Ending | None:
        answer = http_answer.read(data, closed)
        if answer is None:
            return None
        return http_answer.judge_echo(answer.status, answer.body, self._payload, self._spec)
