"""Residue: failures that are not the doing of routing any more.

A SYN to an address that does not answer leaves a conntrack entry in SYN_SENT on the node for
``nf_conntrack_tcp_timeout_syn_sent``, and kube-proxy does not clear it for TCP. A new connection that reuses the source port
meets the entry and is sent to the dead address again, however right the rules are by then. Such failures are told apart by
their source port: one that timed out, or was unreachable, not long before on the same lane. A refused connection leaves no
such entry, a dead address refuses nothing, and a good answer on the port shows that the entry is gone.
"""

from __future__ import annotations

from bisect import bisect_left

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.durations import MARGIN
from kubeskeptic.timeline.samples import Lane

_OK = OUTCOMES.index(Outcome.OK)
_SILENT = {OUTCOMES.index(Outcome.TIMEOUT), OUTCOMES.index(Outcome.UNREACHABLE)}


def stale(lane: Lane, syn_sent: float, since: float = 0.0) -> frozenset[int]:
    """Positions of a lane's failures whose source port had met silence before, within the lifetime of the entry it left.

    An entry lives for the timeout from the SYN that made it: later SYNs do not renew it (Linux 5.13: "do not renew entry
    stuck in tcp SYN_SENT state"; seen so with ``conntrack -L``).

    :param syn_sent: the node's SYN_SENT timeout in seconds
    :param since: silence before this moment, Unix seconds, is not taken for the cause
    """
    made: dict[int, float] = {}
    found: list[int] = []
    for at in range(bisect_left(lane.sent, since), len(lane)):
        code, port, sent = lane.codes[at], lane.ports[at], lane.sent[at]
        if code == _OK:
            made.pop(port, None)
        elif code not in _SILENT or not port:
            continue
        elif port in made and sent - made[port] <= syn_sent + MARGIN:
            found.append(at)
        else:
            made[port] = sent
    return frozenset(found)


def after_silence(lane: Lane, syn_sent: float) -> frozenset[int]:
    """Positions of a lane's good answers whose source port had met silence before, within the lifetime of the entry it left:
    one of these may have been late because its first packet met the entry.

    :param syn_sent: the node's SYN_SENT timeout in seconds
    """
    silent: dict[int, float] = {}
    found: list[int] = []
    for at in range(len(lane)):
        code, port, sent = lane.codes[at], lane.ports[at], lane.sent[at]
        if code in _SILENT:
            silent[port] = sent
        elif code == _OK and port in silent and sent - silent[port] <= syn_sent + MARGIN:
            found.append(at)
    return frozenset(found)
