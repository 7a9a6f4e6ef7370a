"""Residue: failures that the service rules no longer cause.

A SYN to an address that does not answer leaves a conntrack entry in SYN_SENT on the node for
``nf_conntrack_tcp_timeout_syn_sent``, and kube-proxy does not clear such entries for TCP. A new connection that reuses the
source port matches the entry and is sent to the dead address again, even if the rules are correct by then. Residual failures
are recognized by their source port: a request from it timed out or was unreachable shortly before on the same lane. A refused
connection leaves no such entry, a dead address refuses no connection, and a good answer on the port shows that the entry is
gone.
"""

from __future__ import annotations

from bisect import bisect_left

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.durations import MARGIN
from kubeskeptic.timeline.samples import Lane

_OK = OUTCOMES.index(Outcome.OK)
SILENT = {OUTCOMES.index(Outcome.TIMEOUT), OUTCOMES.index(Outcome.UNREACHABLE)}
"""The codes of outcomes after which an entry is left."""


def stale(lane: Lane, syn_sent: float, since: float = 0.0) -> frozenset[int]:
    """Return the positions of a lane's failures whose source port got no answer earlier, within the lifetime of the entry that
    this left.

    An entry lives for the timeout, counted from the SYN that created it: later SYNs do not renew it (Linux 5.13: "do not renew
    entry stuck in tcp SYN_SENT state"; confirmed with ``conntrack -L``).

    :param syn_sent: the node's SYN_SENT timeout in seconds
    :param since: Unix seconds; unanswered requests before this moment do not count as the cause
    """
    made: dict[int, float] = {}
    found: list[int] = []
    for at in range(bisect_left(lane.sent, since), len(lane)):
        code, port, sent = lane.codes[at], lane.ports[at], lane.sent[at]
        if code == _OK:
            made.pop(port, None)
        elif code not in SILENT or not port:
            continue
        elif port in made and sent - made[port] <= syn_sent + MARGIN:
            found.append(at)
        else:
            made[port] = sent
    return frozenset(found)


def after_silence(lane: Lane, syn_sent: float) -> frozenset[int]:
    """Return the positions of a lane's good answers whose source port got no answer earlier, within the lifetime of the entry
    that this left. Such an answer may have been late because its first packet matched the entry.

    :param syn_sent: the node's SYN_SENT timeout in seconds
    """
    silent: dict[int, float] = {}
    found: list[int] = []
    for at in range(len(lane)):
        code, port, sent = lane.codes[at], lane.ports[at], lane.sent[at]
        if code in SILENT:
            silent[port] = sent
        elif code == _OK and port in silent and sent - silent[port] <= syn_sent + MARGIN:
            found.append(at)
    return frozenset(found)
