"""``dns-tcp``: one query on a new connection to one name server.

The client closes first, as DNS clients do; :mod:`kubeskeptic.agent.probes.tcp` states what that costs in ports.
"""

from __future__ import annotations

from functools import partial

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.probes import dns_message
from kubeskeptic.agent.probes.connection import ClientConnection
from kubeskeptic.agent.probes.readiness import Readiness
from kubeskeptic.agent.question import Ending, Question
from kubeskeptic.agent.spec import Spec

_OTHER = Ending(Outcome.WRONG, reason="the answer to another query")


class DnsTcp:
    """Asks a name server over TCP."""

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._readiness = readiness
        self._query = dns_message.query_tail(spec)
        self._length = (len(self._query) + 2).to_bytes(2, "big")

    def ask(self, question: Question) -> None:
        """Open a connection and send the query."""
        number = dns_message.new_id()
        connection = ClientConnection(self._spec, self._readiness, ClientConnection.close)
        connection.ask(question, self._length + number + self._query, partial(self._read, number))

    def close(self) -> None:
        """Do nothing: no connection is ever idle."""

    def _read(self, number: bytes, data: bytes, _closed: bool) -> Ending | None:
        length = int.from_bytes(data[:2], "big")
        if len(data) < 2 or len(data) < 2 + length:
            return None
        if data[2:4] != number:
            return _OTHER
        return dns_message.judge(data[4 : 2 + length], self._spec) or _OTHER
