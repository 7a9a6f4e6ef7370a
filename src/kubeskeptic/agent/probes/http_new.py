"""``http-new``: every question on a new connection, as by a client without a connection pool.

The connection is closed after the server has closed it (``Connection: close``). So no source port of ours is held in TIME_WAIT,
and the kernel always chooses from all of them, as it does for any such client.
"""

from __future__ import annotations

from kubeskeptic.agent.probes import http_answer
from kubeskeptic.agent.probes.connection import ClientConnection
from kubeskeptic.agent.probes.readiness import Readiness
from kubeskeptic.agent.question import Ending, Question
from kubeskeptic.agent.spec import Spec


class HttpNew:
    """Asks over HTTP on new connections."""

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
