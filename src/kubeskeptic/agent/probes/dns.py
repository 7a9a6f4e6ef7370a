"""The DNS probes. dnspython only builds and reads messages (its resolver retries, which hides loss).

Answers are checked as strictly as by a careful stub resolver (RFC 5452 section 9.1, RFC 1034 section 3.6.2):

====================================================  =================================================================
another id, question, class, type or opcode; no       not an answer to the question. Over UDP it is ignored, and the question
response bit                                          keeps waiting; over TCP, where only one answer comes, ``wrong``
truncated                                             ``wrong``: the probe asks once, and a partial answer is not an answer
a record of another owner or type beside the chain    ``wrong``, with that record, even if right ones are present
of CNAMEs from the requested name
NXDOMAIN                                              ``nxdomain``; with records, ``wrong``
SERVFAIL, REFUSED                                     ``servfail``
no records (NODATA)                                   ``wrong``, or ``ok`` if none are expected
another rcode, bytes that are not a message           ``unknown``
====================================================  =================================================================
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache, partial
from itertools import count

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from kubeskeptic.agent.answered_by import DnsAnswer
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.probes.readiness import Readiness
from kubeskeptic.agent.probes.tcp import ClientConnection
from kubeskeptic.agent.probes.udp import Datagrams
from kubeskeptic.agent.question import Ending, Question
from kubeskeptic.agent.spec import BadSpec, Spec

PAYLOAD = 1232
"""The size of UDP answers that we advertise (DNS flag day 2020): some seventy addresses."""
_NO_QUESTION = (dns.rcode.FORMERR, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.REFUSED)
"""Errors that some servers return without repeating the question."""
_OUTCOMES = {
    dns.rcode.NXDOMAIN: Outcome.NXDOMAIN,
    dns.rcode.SERVFAIL: Outcome.SERVFAIL,
    dns.rcode.REFUSED: Outcome.SERVFAIL,
}


def query_tail(spec: Spec) -> bytes:
    """Return the query of a probe without its leading two bytes, the id.

    :raises BadSpec: when the name is not valid in DNS
    """
    try:
        query = dns.message.make_query(spec.qname, spec.qtype, use_edns=0, payload=PAYLOAD)
        return query.to_wire()[2:]
    except dns.exception.DNSException as error:
        raise BadSpec(f"{spec.name}: {spec.qname} is not a name that DNS can be asked for: {error}") from error


def new_id() -> bytes:
    """Return a random id for a query."""
    return os.urandom(2)


@lru_cache(maxsize=512)
def judge(tail: bytes, spec: Spec) -> Ending | None:
    """Return how a message, without its id, ends a probe's question; None if it does not answer that question.

    Results are cached by the message's bytes, as reading them costs more than everything else about a question. The answer is
    given as :class:`~kubeskeptic.agent.answered_by.DnsAnswer` (SRV records: ``priority weight port target.``).
    """
    try:
        message = dns.message.from_wire(b"\0\0" + tail)
    except (dns.exception.DNSException, ValueError) as error:
        return Ending(Outcome.UNKNOWN, reason=f"unreadable answer: {type(error).__name__}")
    if not _answers(message, spec):
        return None
    rcode = message.rcode()
    if message.flags & dns.flags.TC:
        return _ending(Outcome.WRONG, (), "TRUNCATED")
    if rcode in _OUTCOMES and not message.answer:
        return _ending(_OUTCOMES[rcode], (), dns.rcode.to_text(rcode), _ttl(message))
    if rcode not in (dns.rcode.NOERROR, *_OUTCOMES):
        return Ending(Outcome.UNKNOWN, reason=f"DNS answered {dns.rcode.to_text(rcode)}")
    return _compare(message, spec)


def _answers(message: dns.message.Message, spec: Spec) -> bool:
    """Return whether a message is a response to the probe's question and to no other."""
    if not message.flags & dns.flags.QR or message.opcode() != dns.opcode.QUERY:
        return False
    if not message.question:
        return message.rcode() in _NO_QUESTION
    asked = dns.rrset.RRset(dns.name.from_text(spec.qname), dns.rdataclass.IN, dns.rdatatype.from_text(spec.qtype))
    return len(message.question) == 1 and message.question[0] == asked


def _compare(message: dns.message.Message, spec: Spec) -> Ending:
    """Return the ending by the records of an answer; each of them must belong to the chain from the requested name."""
    rcode = dns.rcode.to_text(message.rcode())
    strays = _strays(message)
    if strays or message.rcode() != dns.rcode.NOERROR:
        return _ending(Outcome.WRONG, strays or _all(message), rcode)
    found = _chain(message).answer
    records = frozenset(record.to_text() for record in found or ())
    right = bool(records) if spec.expect is None else records == spec.expect
    return _ending(Outcome.OK if right else Outcome.WRONG, records, rcode, _ttl(message))


def _strays(message: dns.message.Message) -> list[str]:
    """Return the records that do not belong to the answer: of another owner, type or class."""
    try:
        chain = _chain(message)
    except dns.exception.DNSException:
        return _all(message)
    ours = [*chain.cnames, *([chain.answer] if chain.answer is not None else [])]
    return _texts(rrset for rrset in message.answer if not any(rrset is one for one in ours))


def _chain(message: dns.message.Message) -> dns.message.ChainingResult:
    assert isinstance(message, dns.message.QueryMessage)
    return message.resolve_chaining()


def _all(message: dns.message.Message) -> list[str]:
    return _texts(message.answer)


def _texts(rrsets: Iterable[dns.rrset.RRset]) -> list[str]:
    return [f"{rrset.name} {dns.rdatatype.to_text(rrset.rdtype)} {record}" for rrset in rrsets for record in rrset]


def _ttl(message: dns.message.Message) -> int | None:
    """Return how long the answer, or the denial (by its SOA record), may be cached; None if the message does not state it."""
    denied = not message.answer
    if denied and not any(rrset.rdtype == dns.rdatatype.SOA for rrset in message.authority):
        return None
    try:
        return _chain(message).minimum_ttl
    except dns.exception.DNSException:
        return None


def _ending(outcome: Outcome, records: Iterable[str], rcode: str, ttl: int | None = None) -> Ending:
    return Ending(outcome, str(DnsAnswer(tuple(sorted(records)), rcode, ttl)))


class DnsUdp:
    """``dns-udp``: one datagram to one name server, one answer or none.

    By default every question uses a new socket and so a new source port, as resolvers do. With ``keep_port`` all questions of a
    probe come from one port, like those of a long-lived client whose flow stays in the node's conntrack table
    (kubernetes#125467). Datagrams that do not answer the question are ignored, as by a stub resolver.
    """

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._query = query_tail(spec)
        self._ids = count(int.from_bytes(new_id(), "big"))
        self._datagrams = Datagrams(spec, readiness, self._read)

    def ask(self, question: Question) -> None:
        """Send the query."""
        number = next(self._ids).to_bytes(8, "big")[-2:]
        self._datagrams.ask(question, number, number + self._query)

    def close(self) -> None:
        """Close the kept port once nothing is in flight."""
        self._datagrams.close()

    def _read(self, answer: bytes) -> tuple[bytes, Ending | None]:
        return answer[:2], judge(answer[2:], self._spec)


_OTHER = Ending(Outcome.WRONG, reason="the answer to another query")


class DnsTcp:
    """``dns-tcp``: one query on a new connection to one name server.

    The client closes first, as DNS clients do; :class:`~kubeskeptic.agent.probes.tcp.TcpConnect` says what that costs in ports.
    """

    def __init__(self, spec: Spec, readiness: Readiness) -> None:
        self._spec = spec
        self._readiness = readiness
        self._query = query_tail(spec)
        self._length = (len(self._query) + 2).to_bytes(2, "big")

    def ask(self, question: Question) -> None:
        """Open a connection and send the query."""
        number = new_id()
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
        return judge(data[4 : 2 + length], self._spec) or _OTHER
