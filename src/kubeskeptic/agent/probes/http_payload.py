"""``http-payload``: a body of ``size`` bytes is posted on a new connection, and must come back unchanged.

Small requests do not show that a path's MTU is smaller than its ends assume: they fit. A large body fills packets in both
directions. An answer with another body is ``wrong``.
"""

from __future__ import annotations

import os

from kubeskeptic.agent.probes import http_answer
from kubeskeptic.agent.probes.connection import ClientConnection
from kubeskeptic.agent.probes.readiness import Readiness
from kubeskeptic.agent.question import Ending, Question
from kubeskeptic.agent.spec import Spec


class HttpPayload:
    """Asks over HTTP with a large body."""

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
