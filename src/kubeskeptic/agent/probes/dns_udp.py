"""``dns-udp``: one datagram to one name server, one answer or none.

By default every question uses a new socket and so a new source port, as resolvers do. With ``keep_port`` all questions of a
probe come from one port, like those of a long-lived client whose flow stays in the node's conntrack table
(kubernetes#125467). Datagrams that do not answer the question are ignored, as by a stub resolver.
"""

from __future__ import annotations

from itertools import count

from kubeskeptic.agent.probes import dns_message
from kubeskeptic.agent.probes.datagram import Datagrams
from kubeskeptic.agent.probes.readiness import Readiness
from kubeskeptic.agent.question import Ending, Question
from kubeskeptic.agent.spec import Spec


class DnsUdp:
    """Asks a name server over UDP."""

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._query = dns_message.query_tail(spec)
        self._ids = count(int.from_bytes(dns_message.new_id(), "big"))
        self._datagrams = Datagrams(spec, readiness, self._read)

    def ask(self, question: Question) -> None:
        """Send the query."""
        number = next(self._ids).to_bytes(8, "big")[-2:]
        self._datagrams.ask(question, number, number + self._query)

    def close(self) -> None:
        """Close the kept port once nothing is in flight."""
        self._datagrams.close()

    def _read(self, answer: bytes) -> tuple[bytes, Ending | None]:
        return answer[:2], dns_message.judge(answer[2:], self._spec)
