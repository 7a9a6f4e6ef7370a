"""Does a service's name go on resolving, for every sort of client, while what is behind it is restarted?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kubeskeptic.agent.answered_by import DnsAnswer
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check, never_asked, span
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import service_of
from kubeskeptic.timeline.outages import Outage, outages

UDP_TIMEOUT = 30.0
"""A conntrack entry of a UDP flow of one question and one answer lives for so long (Linux, ``nf_conntrack_udp_timeout``)."""
REPLACED, LEFT = "pods replaced", "old pods left"
"""The cells of a table that says what was restarted."""
_ONE_ADDRESS = Bound(1, "addresses", "the service's ClusterIP")
_NO_LOOKUP = Bound(0, "lookups", "none may fail")
_NONE_ELSE = Bound(0, "lookups", "none may fail but when the pod that answered them has ended")


@check
def resolves_throughout(act: Act, restarted: str, *probes: str) -> Finding:
    """Check that through an act in which all pods of something are replaced, every lookup by each of several probes succeeds
    and answers the service's one ClusterIP; and that a probe that keeps its UDP port did.

    :param restarted: the table in which the scenario noted how many pods were replaced, and how many old ones were left
    """
    replaced = _replaced(act, restarted)
    lanes = [lane for probe in probes for lane in act.lanes(probe, unbroken=True)]
    kept = [lane for lane in lanes if act.recording.specs.get(lane.probe, {}).get("keep_port")]
    _one_port_each(act, kept)
    expected = str(service_of(act.recording, probes[0])["spec"]["clusterIP"])
    answers, failed, unknown = _looked_up(act, lanes)
    asked, bad = sum(len(span(lane, act.baseline, act.end)) for lane in lanes), sum(failed.values())
    others = sorted(answers - {expected})
    nodes = tuple(dict.fromkeys(lane.node for lane in lanes))
    why = (
        f"While {replaced} pods were replaced, {asked} lookups from {len(nodes)} nodes all answered {expected}, "
        f"{sum(len(span(lane, act.baseline, act.end)) for lane in kept)} of them from {len(kept)} ports that were kept."
    )
    if others:
        why = f"The name answered {', '.join(others)} besides {expected}."
    elif bad:
        listed = ", ".join(f"{count} {what}" for what, count in failed.most_common(4))
        why = f"While {replaced} pods were replaced, {bad} of {asked} lookups failed ({listed}); none may."
    return conclude(
        why,
        {
            "addresses": Measure(len({expected, *answers}), "addresses"),
            "failed": Measure(bad, "lookups", bad, bad + unknown),
            "asked": Measure(asked, "lookups"),
            "never asked": Measure(never_asked(lanes, act.baseline, act.end), "lookups"),
            REPLACED: Measure(replaced, "pods"),
        },
        {"addresses": _ONE_ADDRESS, "failed": _NO_LOOKUP},
        nodes=nodes,
        window=(act.baseline, act.end),
        probes=probes,
    )


@check
def resolves_but_for_kept_ports(act: Act, restarted: str, probe: str, kept: str) -> Finding:
    """Check that through an act in which the name servers are replaced, lookups answer the service's one ClusterIP, and none
    fails that has a new port; those of a client that keeps its port fail for at most the case's bound after the pod that
    answered them has ended, and so may those that reuse a port soon.

    kube-proxy leaves the conntrack entry of such a client alone while the pod is terminating and still serves, and deletes it
    when it programs that the pod is gone.

    :param restarted: the table in which the scenario noted how many pods were replaced, and how many old ones were left
    :param kept: asks from one port
    """
    replaced = _replaced(act, restarted)
    new, old = (act.lanes(name, unbroken=True) for name in (probe, kept))
    _one_port_each(act, old)
    expected = str(service_of(act.recording, probe)["spec"]["clusterIP"])
    answers, failed, unknown = _looked_up(act, new)
    others = sorted((answers | _looked_up(act, old)[0]) - {expected})
    found = {lane: outages(lane, act.baseline, act.end) for lane in old}
    longest, bound, node = max((_longest(act, lane, ones) for lane, ones in found.items()), key=lambda one: one[0].low)
    reused = {lane: _reused(act, lane) for lane in new}
    again = sum(map(len, reused.values()))
    stray = sum(_stray(act, lane, _failed(act, lane)) for lane in old)
    stray += sum(_stray(act, lane, places) for lane, places in reused.items())
    bad, lost = sum(failed.values()) - again, sum(one.failed for ones in found.values() for one in ones)
    asked = sum(len(span(lane, act.baseline, act.end)) for lane in (*new, *old))
    return conclude(
        f"The name answered {', '.join(others)} besides {expected}."
        if others
        else f"While {replaced} name servers were replaced, {bad} of {asked} lookups failed from new ports"
        f"{_told(lost, stray, node, longest, bound)}.",
        {
            "addresses": Measure(1 + len(others), "addresses"),
            "failed from new ports": Measure(bad, "lookups", bad, bad + unknown),
            "outage of a kept port": seconds(longest),
            "failed at another time": Measure(stray, "lookups"),
            "failed from kept ports": Measure(lost, "lookups"),
            "failed from reused ports": Measure(again, "lookups"),
            "asked": Measure(asked, "lookups"),
            "never asked": Measure(never_asked([*new, *old], act.baseline, act.end), "lookups"),
            REPLACED: Measure(replaced, "pods"),
        },
        {
            "addresses": _ONE_ADDRESS,
            "failed from new ports": _NO_LOOKUP,
            "outage of a kept port": bound,
            "failed at another time": _NONE_ELSE,
        },
        nodes=tuple(dict.fromkeys(lane.node for lane in (*new, *old))),
        window=(act.baseline, act.end),
        probes=(probe, kept),
        decisive=tuple(_line(one, act.start) for ones in found.values() for one in ones)[:8],
    )


def _told(lost: int, stray: int, node: str, longest: Interval, bound: Bound) -> str:
    """What became of the lookups of clients that keep their port."""
    if not lost:
        return ", and none from ports that are kept"
    still = longest.high == float("inf")
    long = f"and still after {longest.low:.2f} s" if still else f"for {longest.high:.2f} s at most"
    told = f", and {lost} from ports that are kept, {long}, on {node}; allowed are {bound.value:g} s"
    return told + (f"; {stray} of these failed when no pod had just ended" if stray else "")


def _line(one: Outage, start: float) -> str:
    how = ", ".join(f"{count} {what}" for what, count in one.outcomes.most_common())
    return f"{one.node}: {one.failed} failed ({how}) for {one.seconds:.2f} s from +{one.start - start:.2f} s"


def _longest(act: Act, lane: Lane, found: Sequence[Outage]) -> tuple[Interval, Bound, str]:
    """The longest outage of a lane, between its first and last failures at least and up to the next good answer at most."""
    lengths = [Interval(round(one.last - one.start, 6), _end(one)) for one in found]
    return max(lengths, key=lambda one: one.low, default=Interval(0.0, 0.0)), act.bound_on(lane.node), lane.node


def _end(one: Outage) -> float:
    return float("inf") if one.open else round(one.seconds, 6)


def _failed(act: Act, lane: Lane) -> list[int]:
    unknown = Outcome.UNKNOWN
    return [at for at in span(lane, act.baseline, act.end) if lane[at].failed and lane[at].outcome is not unknown]


def _reused(act: Act, lane: Lane) -> list[int]:
    """Return the failed lookups of a lane whose port had been used within :data:`UDP_TIMEOUT`: they may have met the conntrack
    entry of that use, as those from kept ports do.
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
    """How many of these lookups were not sent between a deletion and the bound after its pod was seen to end.

    :raises Inconclusive: when a fault of the act was not seen to bite
    """
    faults = [one for one in act.recording.faults if one.act in act.names]
    if not faults or not all(one.bit for one in faults):
        raise Inconclusive(f"it was not seen when the pods of “{act.name}” ended")
    lasting = act.bound_on(lane.node).value + lane.doubt
    due = [(one.applied - lane.doubt, one.phases["bit"] + lasting) for one in faults]
    return sum(not any(since <= lane.sent[at] <= until for since, until in due) for at in failed)


def _replaced(act: Act, restarted: str) -> int:
    """Return how many pods were replaced.

    :raises Inconclusive: when none were, or old ones were left
    """
    seen = act.table(restarted)
    replaced, left = int(seen.get(REPLACED, 0)), int(seen.get(LEFT, 0))
    if left or not replaced:
        raise Inconclusive(f"{replaced} pods were replaced in “{act.name}”, and {left} old ones were left")
    return replaced


def _one_port_each(act: Act, lanes: Sequence[Lane]) -> None:
    """Raise unless each of these lanes asked everything from one port.

    :raises Inconclusive: naming the lane that did not
    """
    for lane in lanes:
        ports = {lane.ports[at] for at in span(lane, act.baseline, act.end)}
        if len(ports) > 1:
            raise Inconclusive(f"“{lane.probe}” on {lane.node} was to keep its port, and asked from {len(ports)}")


def _looked_up(act: Act, lanes: Sequence[Lane]) -> tuple[set[str], Counter[str], int]:
    """Which answers came, how often lookups of which probe failed in which way on which node, and how many are not known."""
    answers: set[str] = set()
    failed: Counter[str] = Counter()
    unknown = 0
    for lane in lanes:
        for at in span(lane, act.baseline, act.end):
            sample = lane[at]
            if sample.outcome in (Outcome.OK, Outcome.WRONG):
                answers.add(",".join(DnsAnswer.of(sample.by).records))
            unknown += sample.outcome is Outcome.UNKNOWN
            if sample.failed and sample.outcome is not Outcome.UNKNOWN:
                failed[f"{sample.outcome} of “{lane.probe}” on {lane.node}"] += 1
    return answers, failed, unknown
