"""Where do requests go while an endpoint is dead, and after?

Two causes are told apart. *Routing*: the node's rules still name the dead endpoint, and every new connection may be sent
there. *Residue* (:mod:`kubeskeptic.timeline.residue`): the rules are right, but a connection reuses the source port of one
that timed out before, and meets the conntrack entry which that one left behind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.watching import clean_baseline, span, start_of, watched
from kubeskeptic.findings import Finding, Measure, Verdict
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.residue import stale

_OK = OUTCOMES.index(Outcome.OK)
_CONFIDENCE = 3.09
"""Standard deviations above the expected share that chance passes once in a thousand (one-sided normal quantile)."""


@dataclass
class _Seen:
    """What one lane saw after an endpoint died. Times in seconds since the fault."""

    node: str
    routing: float = 0.0
    """Last failure that is no residue."""
    clients: float = 0.0
    """Last failure of any sort."""
    fresh: int = 0
    """Requests that met no stale entry, until the last failure by routing."""
    lost: int = 0
    """Those of them that failed."""
    residue: int = 0
    """Failures on ports that had timed out before."""

    @property
    def share(self) -> float:
        """The share of its requests that was lost to routing."""
        return self.lost / max(self.fresh, 1)

    def __str__(self) -> str:
        routing = f"{self.lost} of {self.fresh} requests lost to routing, the last at {self.routing:.1f} s"
        return f"{self.node}: {routing}; {self.residue} to stale entries, the last at {self.clients:.1f} s"


def dead_share_only(
    lanes: Sequence[Lane], act: Act, since: float, until: float, dead: int, all_: int, window: Bound, syn_sent: float
) -> Finding:
    """Requests fail by at most the dead endpoints' share for at most a window, then only by residue, and that for at
    most the node's SYN_SENT timeout.

    :param since: when the node died
    :param until: when it was brought back; must be late enough to see the end of all windows
    :param dead: endpoints on the dead node, of ``all_``
    :param syn_sent: the node's SYN_SENT timeout in seconds
    """
    clean_baseline(lanes, act)
    watched(lanes, since, until)
    seen = [_look(lane, since, until, syn_sent) for lane in lanes]
    worst = max(seen, key=lambda one: one.share)
    bounds = {
        "routing wrong": window,
        "clients still failing": Bound(window.value + syn_sent, "s", f"the above + SYN_SENT {syn_sent:g}"),
        "worst share lost": _share_bound(dead, all_, worst.fresh),
    }
    measured = {
        "routing wrong": Measure(round(max(one.routing for one in seen), 2), "s"),
        "clients still failing": Measure(round(max(one.clients for one in seen), 2), "s"),
        "worst share lost": Measure(round(100 * worst.share, 1), "%"),
        "failed by residue": Measure(sum(one.residue for one in seen), "requests"),
    }
    outside = [name for name, bound in bounds.items() if not bound.admits(measured[name].value)]
    short = until - since < bounds["clients still failing"].value
    why = f"{dead} of {all_} endpoints died with their node: {_told(measured)}"
    if outside:
        why += " Outside the bound: " + ", ".join(f"{name} {measured[name]} ({bounds[name]})" for name in outside) + "."
    elif short:
        why = f"Watched for only {until - since:.0f} s after the crash, less than the bound. {why}"
    return Finding(
        Verdict.VIOLATED if outside else Verdict.INCONCLUSIVE if short else Verdict.HOLDS,
        why,
        measured=measured,
        bounds=bounds,
        nodes=tuple(lane.node for lane in lanes),
        window=(start_of(act), until),
        probes=tuple(dict.fromkeys(lane.probe for lane in lanes)),
        decisive=tuple(map(str, seen)),
    )


def _told(measured: Mapping[str, Measure]) -> str:
    share, routing = measured["worst share lost"].value, measured["routing wrong"].value
    said = f"requests from the other nodes failed {share:.0f} % of the time at worst, "
    said += f"and routing was right after {routing:.1f} s. "
    residue = measured["failed by residue"].value
    if not residue:
        return said + "No other request failed."
    last = measured["clients still failing"].value
    return (
        said
        + f"{residue:g} requests failed because they reused the source port of a failed one, the last at {last:.1f} s."
    )


def _share_bound(dead: int, all_: int, asked: int) -> Bound:
    """The dead endpoints' share, and what chance adds to it once in a thousand (kube-proxy chooses at random)."""
    share = dead / all_
    chance = _CONFIDENCE * math.sqrt(share * (1 - share) / max(asked, 1))
    source = f"{dead} of {all_} endpoints, + {100 * chance:.1f} for chance (p ≥ 0.001)"
    return Bound(round(100 * (share + chance), 1), "%", source)


def _look(lane: Lane, since: float, until: float, syn_sent: float) -> _Seen:
    seen = _Seen(lane.node)
    leftover = stale(lane, syn_sent)
    fresh = lost = 0
    for at in span(lane, since, until):
        sent, failed = lane.sent[at] - since, lane.codes[at] != _OK
        if failed:
            seen.clients = sent
        if at in leftover:
            seen.residue += 1
            continue
        fresh += 1
        lost += failed
        if failed:
            # The share is taken over the time in which routing was wrong, not diluted by the good time after it.
            seen.routing, seen.fresh, seen.lost = sent, fresh, lost
    return seen
