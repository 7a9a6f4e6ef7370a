"""Does a service's name keep resolving for clients that keep their port, while name servers are replaced?"""

from __future__ import annotations

from collections.abc import Sequence

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lanes import span
from kubeskeptic.checks.ports import new_ports, one_port_each
from kubeskeptic.checks.resolving import NO_LOOKUP, ONE_ADDRESS, REPLACED, LookupResults, replaced_in
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, gravest, seconds
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.outages import Outage, outages

UDP_TIMEOUT = 30.0
"""The lifetime of the conntrack entry of a UDP flow with one query and one answer (Linux, ``nf_conntrack_udp_timeout``)."""
_FROM_NEW, _STRAY, _FROM_KEPT = "failed from new ports", "failed at another time", "failed from kept ports"
_NONE_ELSE = Bound(0, "lookups", "none may fail, except after the pod that answered them has ended")


@check
def resolves_but_for_kept_ports(act: Act, restarted: str, probe: str, kept: str) -> Finding:
    """Check that throughout an act in which the name servers are replaced, lookups return the service's one ClusterIP, and no
    lookup from a new port fails. Lookups of a client that keeps its port may fail for at most the case's bound after the pod
    that answered them has ended, and so may lookups that soon reuse a port.

    kube-proxy keeps the conntrack entry of such a client while the pod is terminating and still serving, and deletes it when it
    programs the removal of the pod.

    :param restarted: the table in which the scenario noted how many pods were replaced, and how many old ones were left
    :param kept: the probe that sends its lookups from one port
    """
    replaced = replaced_in(act, restarted)
    new, old = (act.lanes(name, unbroken=True) for name in (probe, kept))
    one_port_each(act, old)
    new_ports(act, new)
    seen, from_new = LookupResults.of(act, [*new, *old]), LookupResults.of(act, new)
    found = {lane: outages(lane, act.baseline, act.end) for lane in old}
    longest, bound, node = gravest((_longest(act, lane, found[lane]) for lane in old), lambda one: one[:2])
    measured = {**seen.measured(), **_counted(act, from_new, new, old), "outage of a kept port": seconds(longest)}
    bad, stray, lost = (int(measured[name].value) for name in (_FROM_NEW, _STRAY, _FROM_KEPT))
    why = f"While {replaced} name servers were replaced, {bad} of {seen.asked} lookups failed from new ports"
    if seen.others:
        why = f"The name resolved to {seen.others} in addition to {seen.expected}"
    return conclude(
        why + ("." if seen.others else f"{_told(lost, stray, node, longest, bound)}."),
        measured | {REPLACED: Measure(replaced, "pods")},
        {"addresses": ONE_ADDRESS, _FROM_NEW: NO_LOOKUP, "outage of a kept port": bound, _STRAY: _NONE_ELSE},
        nodes=tuple(dict.fromkeys(lane.node for lane in (*new, *old))),
        window=(act.baseline, act.end),
        probes=(probe, kept),
        decisive=tuple(_line(one, act.start) for ones in found.values() for one in ones)[:8],
    )


def _counted(act: Act, from_new: LookupResults, new: Sequence[Lane], old: Sequence[Lane]) -> dict[str, Measure]:
    """Return how many lookups failed from new, kept and reused ports, and how many of the latter two away from any deletion."""
    reused, failed = {lane: _reused(act, lane) for lane in new}, {lane: _failed(act, lane) for lane in old}
    again = sum(map(len, reused.values()))
    stray = sum(_stray(act, lane, places) for lane, places in [*failed.items(), *reused.items()])
    bad = from_new.failed.total() - again
    return {
        _FROM_NEW: Measure(bad, "lookups", bad, bad + from_new.unknown),
        _STRAY: Measure(stray, "lookups"),
        _FROM_KEPT: Measure(sum(map(len, failed.values())), "lookups"),
        "failed from reused ports": Measure(again, "lookups"),
    }


def _told(lost: int, stray: int, node: str, longest: Interval, bound: Bound) -> str:
    """Return, in words, the results of clients that keep their port."""
    if not lost:
        return ", and none from kept ports"
    still = longest.high == float("inf")
    long = f"and still after {longest.low:.2f} s" if still else f"for {longest.high:.2f} s at most"
    told = f", and {lost} from kept ports, {long}, on {node}; the limit is {bound.value:g} s"
    return told + (f"; {stray} of these failed when no pod had just ended" if stray else "")


def _line(one: Outage, start: float) -> str:
    how = ", ".join(f"{count} {what}" for what, count in one.outcomes.most_common())
    return f"{one.node}: {one.failed} failed ({how}) for {one.seconds:.2f} s from +{one.start - start:.2f} s"


def _longest(act: Act, lane: Lane, found: Sequence[Outage]) -> tuple[Interval, Bound, str]:
    """Return the longest outage of a lane: at least from its first to its last failure, at most up to the next good answer.

    :param found: the lane's outages, with unknown outcomes counted as failed; for the lower end they count as answered
    """
    sure = outages(lane, act.baseline, act.end, doubtful=False)
    least = max((round(one.last - one.start, 6) for one in sure), default=0.0)
    return Interval(least, max(map(_end, found), default=0.0)), act.bound_on(lane.node), lane.node


def _end(one: Outage) -> float:
    return float("inf") if one.open else round(one.seconds, 6)


def _failed(act: Act, lane: Lane) -> list[int]:
    unknown = Outcome.UNKNOWN
    return [at for at in span(lane, act.baseline, act.end) if lane[at].failed and lane[at].outcome is not unknown]


def _reused(act: Act, lane: Lane) -> list[int]:
    """Return the failed lookups of a lane whose port had been used within :data:`UDP_TIMEOUT`: they may have matched the
    conntrack entry of that use, like lookups from kept ports.
    """
    return [
        at
        for at in _failed(act, lane)
        if any(
            lane.ports[before] == lane.ports[at] and lane.sent[at] - lane.sent[before] <= UDP_TIMEOUT + MARGIN
            for before in range(at)
        )
    ]


def _stray(act: Act, lane: Lane, failed: Sequence[int]) -> int:
    """Return how many of these lookups were not sent between a deletion and the bound after its pod was seen to end.

    :raises Inconclusive: if a fault of the act was not seen to bite
    """
    faults = [one for one in act.recording.faults if one.act in act.names]
    if not faults or not all(one.bit for one in faults):
        raise Inconclusive(f"the ends of the pods of “{act.name}” were not observed")
    lasting = act.bound_on(lane.node).value + lane.doubt
    due = [(one.applied - lane.doubt, one.phases["bit"] + lasting) for one in faults]
    return sum(not any(since <= lane.sent[at] <= until for since, until in due) for at in failed)
