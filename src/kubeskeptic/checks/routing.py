"""Where do requests go while an endpoint is dead, and after?

Two causes are told apart. *Routing*: the node's rules still name the dead endpoint, and every new connection may be sent
there. *Stale conntrack* (:mod:`kubeskeptic.timeline.stale_conntrack`): the rules are right, but a connection reuses the source
port of one that timed out before, and meets the conntrack entry which that one left behind.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.watching import baseline_of, clean_baseline, span, start_of, watched
from kubeskeptic.durations import STRETCH
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, Verdict
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.stale_conntrack import stale

_OK = OUTCOMES.index(Outcome.OK)
_BY_CHANCE = 0.001
"""How often the share bound may be passed by chance alone, over all stretches of all lanes together."""


@dataclass
class _Stretch:
    """A few seconds of one lane."""

    fresh: int = 0
    lost: int = 0

    @property
    def share(self) -> float:
        """The share of its requests that was lost to routing."""
        return self.lost / max(self.fresh, 1)


@dataclass
class _Seen:
    """What one lane saw after an endpoint died. Times in seconds since the fault."""

    node: str
    routing: float = 0.0
    """Last failure that is no residue."""
    clients: float = 0.0
    """Last failure of any sort."""
    stretches: list[_Stretch] = field(default_factory=list)
    """Until the last failure by routing."""
    residue: int = 0
    """Failures on ports that had timed out before."""

    @property
    def fresh(self) -> int:
        """Requests that met no stale entry, until the last failure by routing."""
        return sum(one.fresh for one in self.stretches)

    @property
    def lost(self) -> int:
        """Those of them that failed."""
        return sum(one.lost for one in self.stretches)

    def __str__(self) -> str:
        routing = f"{self.lost} of {self.fresh} requests lost to routing, the last at {self.routing:.1f} s"
        return f"{self.node}: {routing}; {self.residue} to stale entries, the last at {self.clients:.1f} s"


def dead_share_only(
    lanes: Sequence[Lane], act: Act, since: float, until: float, *, dead: Collection[str], all_: int, window: Bound,
    syn_sent: float,
) -> Finding:  # fmt: skip
    """Requests fail by at most the dead endpoints' share for at most a window, then only by residue, and that for at
    most the node's SYN_SENT timeout.

    :param since: when the node died
    :param until: when it was brought back; must be late enough to see the end of all windows
    :param dead: the endpoints on the dead node, by pod name, of ``all_``
    :param syn_sent: the node's SYN_SENT timeout in seconds
    :raises Inconclusive: when too little was seen, or what died had not been answering
    """
    clean_baseline(lanes, act, until=since)
    _answered_before(lanes, baseline_of(act), since, dead)
    watched(lanes, since, until)
    seen = [_look(lane, since, until, syn_sent) for lane in lanes]
    bounds, measured = _held(seen, window, len(dead) / all_, f"{len(dead)} of {all_} endpoints", syn_sent)
    outside = [name for name, bound in bounds.items() if not bound.admits(measured[name].value)]
    short = until - since < bounds["clients still failing"].value
    why = f"{len(dead)} of {all_} endpoints died with their node: {_told(measured)}"
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


def _answered_before(lanes: Sequence[Lane], since: float, until: float, dead: Collection[str]) -> None:
    """Every lane got answers of what was about to die: else its death could not be seen in any.

    :raises Inconclusive: naming the lane that got none
    """
    for lane in lanes:
        if not any(lane[at].by in dead for at in span(lane, since, until)):
            who = ", ".join(sorted(dead)) or "no pod of the service"
            raise Inconclusive(f"{who} was on the node that died, and gave {lane.node} no answer before it did")


def _held(
    seen: Sequence[_Seen], window: Bound, share: float, source: str, syn_sent: float
) -> tuple[dict[str, Bound], dict[str, Measure]]:
    """The bounds, and what was measured against each."""
    stretches = [stretch for one in seen for stretch in one.stretches]
    limits = [_share_bound(share, source, stretch.fresh, len(stretches)) for stretch in stretches]
    stretch, limit = max(
        zip(stretches, limits, strict=True),
        key=lambda pair: 100 * pair[0].share - pair[1].value,
        default=(_Stretch(), _share_bound(share, source, 0, 1)),
    )
    bounds = {
        "routing wrong": window,
        "clients still failing": Bound(window.value + syn_sent, "s", f"the above + SYN_SENT {syn_sent:g}"),
        "worst share lost": limit,
    }
    lost, fresh = sum(one.lost for one in seen), sum(one.fresh for one in seen)
    measured = {
        "routing wrong": Measure(round(max(one.routing for one in seen), 2), "s"),
        "clients still failing": Measure(round(max(one.clients for one in seen), 2), "s"),
        "worst share lost": Measure(round(100 * stretch.share, 1), "%"),
        "share lost": Measure(round(100 * lost / max(fresh, 1), 1), "%"),
        "failed by residue": Measure(sum(one.residue for one in seen), "requests"),
    }
    return bounds, measured


def _told(measured: Mapping[str, Measure]) -> str:
    share, worst, routing = (measured[name].value for name in ("share lost", "worst share lost", "routing wrong"))
    said = (
        f"requests from the other nodes failed {share:.0f} % of the time ({worst:.0f} % in the worst {STRETCH:g} s), "
    )
    said += f"and routing was right after {routing:.1f} s. "
    residue = measured["failed by residue"].value
    if not residue:
        return said + "No other request failed."
    last = measured["clients still failing"].value
    return (
        said
        + f"{residue:g} requests failed because they reused the source port of a failed one, the last at {last:.1f} s."
    )


def _share_bound(share: float, source: str, asked: int, among: int) -> Bound:
    """The dead endpoints' share, and what chance adds to it in the worst of so many stretches (kube-proxy chooses at
    random): the one-sided normal quantile, by which all of them together pass it once in a thousand runs.
    """
    quantile = NormalDist().inv_cdf(1 - _BY_CHANCE / max(among, 1))
    chance = quantile * math.sqrt(share * (1 - share) / max(asked, 1))
    told = f"{source}, + {100 * chance:.1f} for chance in the worst of {among} stretches (p ≥ 0.001)"
    return Bound(round(min(100 * (share + chance), 100.0), 1), "%", told)


def _look(lane: Lane, since: float, until: float, syn_sent: float) -> _Seen:
    seen = _Seen(lane.node)
    leftover = stale(lane, syn_sent)
    stretches: list[_Stretch] = []
    last = _Stretch()
    for at in span(lane, since, until):
        sent, failed = lane.sent[at] - since, lane.codes[at] != _OK
        if failed:
            seen.clients = sent
        if at in leftover:
            seen.residue += 1
            continue
        while len(stretches) <= sent // STRETCH:
            stretches.append(_Stretch())
        stretches[-1].fresh += 1
        stretches[-1].lost += failed
        if failed:
            seen.routing, last = sent, _Stretch(stretches[-1].fresh, stretches[-1].lost)
    if last.lost:
        # The share is taken over the time in which routing was wrong, not diluted by the good time after it.
        seen.stretches = [*stretches[: int(seen.routing // STRETCH)], last]
    return seen
