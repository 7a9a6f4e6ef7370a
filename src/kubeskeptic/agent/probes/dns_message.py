"""DNS messages: dnspython builds and reads them, and does nothing else here (its resolver retries, which hides loss)."""

from __future__ import annotations

import os
from functools import lru_cache

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.agent.question import Ending
from kubeskeptic.agent.spec import BadSpec, Spec

PAYLOAD = 1232
"""The size of UDP answers that we offer to take (DNS flag day 2020): some seventy addresses."""


def query_tail(spec: Spec) -> bytes:
    """The query of a probe, without its leading two bytes, the id.

    :raises BadSpec: when the name is none
    """
    try:
        query = dns.message.make_query(spec.qname, spec.qtype, use_edns=0, payload=PAYLOAD)
        return query.to_wire()[2:]
    except dns.exception.DNSException as error:
        raise BadSpec(f"{spec.name}: {spec.qname} is not a name that DNS can be asked for: {error}") from error


def new_id() -> bytes:
    """A random id for a query."""
    return os.urandom(2)


@lru_cache(maxsize=512)
def judge(tail: bytes, spec: Spec) -> Ending:
    """What an answer, without its id, means for a probe.

    Remembered by its bytes: the same bytes mean the same, and reading them costs more than everything else about a question.
    Answered by: the records of the asked type in their text form, sorted and joined by commas (SRV:
    ``priority weight port target.``).
    """
    try:
        message = dns.message.from_wire(b"\0\0" + tail)
    except (dns.exception.DNSException, ValueError) as error:
        return Ending(Outcome.UNKNOWN, reason=f"unreadable answer: {type(error).__name__}")
    rcode = message.rcode()
    if rcode == dns.rcode.NXDOMAIN:
        return Ending(Outcome.NXDOMAIN)
    if rcode in (dns.rcode.SERVFAIL, dns.rcode.REFUSED):
        return Ending(Outcome.SERVFAIL)
    if rcode != dns.rcode.NOERROR:
        return Ending(Outcome.UNKNOWN, reason=f"DNS answered {dns.rcode.to_text(rcode)}")
    if message.flags & dns.flags.TC:
        return Ending(Outcome.UNKNOWN, reason="a truncated DNS answer, to be asked again over TCP")
    return _compare(_records(message, spec), spec)


def _records(message: dns.message.Message, spec: Spec) -> frozenset[str]:
    wanted = dns.rdatatype.from_text(spec.qtype)
    return frozenset(record.to_text() for rrset in message.answer if rrset.rdtype == wanted for record in rrset)


def _compare(records: frozenset[str], spec: Spec) -> Ending:
    right = bool(records) if spec.expect is None else records == spec.expect
    return Ending(Outcome.OK if right else Outcome.WRONG, ",".join(sorted(records)))
