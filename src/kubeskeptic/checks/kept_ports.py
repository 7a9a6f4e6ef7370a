"""Does a service's name keep resolving for clients that keep their port, while name servers are replaced?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lanes import span
from kubeskeptic.checks.ports import PORTS, most_by_chance, new_ports, one_port_each
from kubeskeptic.checks.resolving import NO_LOOKUP, ONE_ADDRESS, REPLACED, LookupResults, replaced_in
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, gravest, seconds
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.outages import Outage, outages

UDP_TIMEOUT = 30.0
"""The lifetime of the conntrack entry of a UDP flow with one query and one answer (Linux, ``nf_conntrack_udp_timeout``)."""
_FROM_NEW, _STRAY, _FROM_KEPT = "failed from new ports", "failed at another time", "failed from kept ports"
_FROM_REUSED = "failed from reused ports"
_OF_KEPT, _OF_REUSED = "outage of a kept port", "outage of reused ports"
_NONE_ELSE = Bound(0, "lookups", "none may fail, except after the pod that answered them has ended")


@check
def resolves_but_for_kept_ports(act: Act, restarted: str, probe: str, kept: str) -> Finding:
    """Check that throughout an act in which the name servers are replaced, lookups return the service's one ClusterIP, and no
    lookup from a new port fails. Lookups of a client that keeps its port may fail for at most the case's bound after the pod
    that answered them has ended, and so may lookups that soon reuse a port which that pod may have answered.

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
    found = {lane: outages(lane, act.baseline, act.end) for lane in (*new, *old)}
    (longest, bound, node), (reused, limit, _) = (
        gravest((_longest(act, lane, found[lane]) for lane in lanes), lambda one: one[:2]) for lanes in (old, new)
    )
    measured = {**seen.measured(), **_counted(act, from_new, new, old)}
    measured |= {_OF_KEPT: seconds(longest), _OF_REUSED: seconds(reused)}
    bad, stray, lost = (int(measured[name].value) for name in (_FROM_NEW, _STRAY, _FROM_KEPT))
    again = int(measured[_FROM_REUSED].value)
    why = f"While {counted(replaced, 'name server')} {agreeing(replaced, 'was', 'were')} replaced, "
    why += f"{bad} of {seen.asked} lookups failed from new ports"
    why += f", {again} from reused ones" if again else ""
    if seen.others:
        why = f"The name resolved to {seen.others} in addition to {seen.expected}"
    return conclude(
        why + ("." if seen.others else f"{_told(lost, stray, node, longest, bound)}."),
        measured | {REPLACED: Measure(replaced, "pods")},
        {"addresses": ONE_ADDRESS, _FROM_NEW: NO_LOOKUP, _OF_KEPT: bound, _OF_REUSED: limit, _STRAY: _NONE_ELSE},
        nodes=tuple(dict.fromkeys(lane.node for lane in (*new, *old))),
        window=(act.baseline, act.end),
        probes=(probe, kept),
        decisive=tuple(_line(one, act.start) for lane in old for one in found[lane])[:8],
    )


class _Deletion(NamedTuple):
    """When the deletion of a name server has consequences on a lane, in Unix seconds, with the doubt of its clock included."""

    since: float
    chosen: float
    """Until then the pod may have been chosen for a new port."""
    until: float
    """Until then a lookup may have met a conntrack entry that leads to the pod."""


def _counted(act: Act, from_new: LookupResults, new: Sequence[Lane], old: Sequence[Lane]) -> dict[str, Measure]:
    """Return how many lookups failed from new, kept and reused ports, and how many from kept ports away from any deletion."""
    reused, failed = {lane: _reused(act, lane) for lane in new}, {lane: _failed(act, lane) for lane in old}
    again = sum(map(len, reused.values()))
    stray = sum(_stray(act, lane, places) for lane, places in failed.items())
    bad = from_new.failed.total() - again
    for lane, places in reused.items():
        if len(places) > _by_chance(act, lane):
            act.reading.doubts.append(
                f"{counted(len(places), 'lookup')} of “{lane.probe}” on {lane.node} failed from reused ports, more than chance "
                "explains"
            )
    return {
        _FROM_NEW: Measure(bad, "lookups", bad, bad + from_new.unknown),
        _STRAY: Measure(stray, "lookups"),
        _FROM_KEPT: Measure(sum(map(len, failed.values())), "lookups"),
        _FROM_REUSED: Measure(again, "lookups"),
    }


def _by_chance(act: Act, lane: Lane) -> int:
    """Return how many lookups of an act may reuse a port by chance."""
    return most_by_chance(len(span(lane, act.baseline, act.end)) * UDP_TIMEOUT / lane.period / PORTS)


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
    """Return the failed lookups of a lane that may have met the conntrack entry of an earlier use of their port, like lookups
    from kept ports: one within :data:`UDP_TIMEOUT`, which got no answer, or one from a pod that was deleted later and whose end
    they were near to. An answer of a server that still runs leaves an entry that leads to that server.
    """
    deletions = _deletions(act, lane)
    return [at for at in _failed(act, lane) if _excused(lane, at, deletions)]


def _excused(lane: Lane, at: int, deletions: Sequence[_Deletion]) -> bool:
    """Return whether the last use of a lookup's port explains why it failed."""
    sent = lane.sent[at]
    earlier = (before for before in range(at - 1, -1, -1) if lane.ports[before] == lane.ports[at])
    before = next(earlier, None)
    if not lane.ports[at] or before is None or sent - lane.sent[before] > UDP_TIMEOUT + MARGIN:
        return False
    answered = lane[before].outcome in (Outcome.OK, Outcome.WRONG)
    return any(
        one.since <= sent <= one.until and (not answered or lane.sent[before] <= one.chosen) for one in deletions
    )


def _stray(act: Act, lane: Lane, failed: Sequence[int]) -> int:
    """Return how many of these lookups were not sent between a deletion and the bound after its pod was seen to end."""
    due = _deletions(act, lane)
    return sum(not any(one.since <= lane.sent[at] <= one.until for one in due) for at in failed)


def _deletions(act: Act, lane: Lane) -> list[_Deletion]:
    """Return when each deletion of the act has consequences on a lane.

    A pod is chosen until the bound after its deletion, as its rules are then removed; it goes on serving until it ends.

    :raises Inconclusive: if a fault of the act was not seen to bite
    """
    faults = [one for one in act.recording.faults if one.act in act.names]
    if not faults or not all(one.bit for one in faults):
        raise Inconclusive(f"the ends of the pods of “{act.name}” were not observed")
    lasting = act.bound_on(lane.node).value + lane.doubt
    return [
        _Deletion(one.applied - lane.doubt, one.applying.high + lasting, one.phases["bit"] + lasting) for one in faults
    ]
