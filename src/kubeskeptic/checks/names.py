"""Do the answers of DNS follow the pods that are Ready?

The right answer over time is derived from the recorded pods. An answer that was right before is *stale*, for as long as it
has been wrong; one that was never right is stale since the pods changed last.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kubeskeptic.agent.answered_by import DnsAnswer
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check, never_asked, span
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change, Lane, Sample
from kubeskeptic.timeline.objects import ip_of, is_ready, node_of

Records = frozenset[str]
Pod = Mapping[str, Any]
_NO_LOOKUP = Bound(0, "lookups", "none may fail")
_ONE_POD = Bound(1, "addresses", "a pod's name is one pod's")
_ANSWERED = (Outcome.OK, Outcome.WRONG, Outcome.NXDOMAIN)
_RCODES = ("NOERROR", "NXDOMAIN")


class Right(NamedTuple):
    """What was the right answer from a moment on."""

    since: Interval
    records: Records


@check
def addresses_follow(act: Act, service: str, *probes: str) -> Finding:
    """Check that a headless service's name answers the IPs of its Ready pods, within the case's bound of each change."""
    selector = _service(act, service)["spec"].get("selector") or {}
    pods = (one for one in act.changes("Pod") if _selected(one.object, selector))
    return _follows(act, probes, list(right_answers(pods, ip_of)), lambda record: record)


@check
def targets_follow(act: Act, service: str, probe: str) -> Finding:
    """Check that a headless service's SRV records name host and port of its Ready pods, within the case's bound of each change.

    The port is the pods' own, not the service's (Kubernetes DNS specification, 2.4.2).
    """
    spec = _service(act, service)["spec"]
    port, _, domain = str(act.recording.specs.get(probe, {}).get("qname", "")).split(".", 2)
    target = next((one["targetPort"] for one in spec["ports"] if f"_{one.get('name')}" == port), None)
    if target is None:
        raise Inconclusive(f"the probe “{probe}” asks for no port of {service}")

    def of(pod: Pod) -> str:
        """Return the port and target of a pod's SRV record."""
        return f"{_port(pod, target)} {pod['spec'].get('hostname') or ip_of(pod).replace('.', '-')}.{domain}"

    pods = (one for one in act.changes("Pod") if _selected(one.object, spec.get("selector") or {}))
    return _follows(act, (probe,), list(right_answers(pods, of)), lambda record: record.split(" ", 2)[2])


@check
def pod_name_follows(act: Act, pod: str, probe: str) -> Finding:
    """Check that a pod's own name answers the IP of the pod that is Ready under it, within the case's bound of each change,
    and never more than one address.

    It holds only for a pod that was Ready on two nodes, one after the other.
    """
    homes = {node_of(change.object) for change in act.changes("Pod", pod) if is_ready(change.object)}
    right = list(right_answers(act.changes("Pod", pod), ip_of))
    finding = _follows(act, (probe,), right, lambda record: record, most=_ONE_POD)
    if len(homes) < 2 and finding.verdict == "holds":
        return finding.but(f"{pod} was Ready on {', '.join(homes) or 'no node'} alone: it did not move")
    return finding


def right_answers(pods: Iterable[Change], record: Callable[[Pod], str]) -> Iterator[Right]:
    """Yield the right answer from each moment it changed: the records of the pods that are Ready."""
    ready: dict[str, str] = {}
    last: Records | None = None
    for change in pods:
        ready.pop(change.uid, None)
        if change.type != "DELETED" and is_ready(change.object):
            ready[change.uid] = record(change.object)
        now = frozenset(ready.values())
        if now != last:
            yield Right(change.when, now)
        last = now


def staleness(right: list[Right], sample: Sample, doubt: float, answer: Records) -> Interval:
    """Return for how many seconds an answer had been wrong when it was given; 0 when it was right at any moment meanwhile.

    An answer may be right before the recorder saw why, as CoreDNS has a watch of its own; never before it can have happened.

    :param doubt: seconds by which the clock of who asked may be off
    """
    sent, read = sample.sent - doubt, sample.sent + sample.took + doubt
    known = bisect_right(right, read, key=lambda one: one.since.low)
    for at in range(known - 1, -1, -1):
        ended = right[at + 1].since if at + 1 < known else Interval(read, read)
        if right[at].records == answer:
            return _since(ended, sample.sent, doubt) if ended.high < sent else Interval(0.0, 0.0)
    changed = right[known - 1].since if known else Interval(sent, read)
    return _since(changed, sample.sent, doubt)


def _since(moment: Interval, sent: float, doubt: float) -> Interval:
    took = Interval(sent - doubt, sent + doubt).since(moment)
    return Interval(max(took.low, 0.0), max(took.high, 0.0))


class _Seen(NamedTuple):
    """What the lanes saw together: the stalest answer and where, and how many lookups there were of which kind."""

    worst: Interval
    node: str
    answer: Records
    asked: int
    failed: int
    unknown: int
    most: int


def _follows(
    act: Act, probes: tuple[str, ...], right: list[Right], read: Callable[[str], str], most: Bound | None = None
) -> Finding:
    changes = [one for one in right if one.since.high > act.baseline]
    lanes = [lane for probe in probes for lane in act.lanes(probe)]
    seen, bound = _look(act, lanes, right, read), act.bound
    measured = {
        "stale": seconds(seen.worst),
        "failed": Measure(seen.failed, "lookups", seen.failed, seen.failed + seen.unknown),
        "most addresses": Measure(seen.most, "addresses"),
        "changes": Measure(len(changes), "changes"),
        "asked": Measure(seen.asked, "lookups"),
        "never asked": Measure(never_asked(lanes, act.baseline, act.end), "lookups"),
    }
    finding = conclude(
        _told(seen, len(changes), bound, most),
        measured,
        {"stale": bound, "failed": _NO_LOOKUP, **({"most addresses": most} if most else {})},
        nodes=tuple(dict.fromkeys(lane.node for lane in lanes)),
        window=(act.baseline, act.end),
        probes=probes,
        decisive=tuple(f"{one.since.high - act.start:+.2f} s: {_listed(one.records)}" for one in changes[:8]),
    )
    if finding.verdict != "holds":
        return finding
    if not changes:
        return finding.but(f"Nothing changed in “{act.name}” that the answers could have followed")
    lasted = act.end - changes[-1].since.high
    return finding.but(f"The act ended {lasted:.1f} s after the last change") if bound.admits(lasted) else finding


def _look(act: Act, lanes: Iterable[Lane], right: list[Right], read: Callable[[str], str]) -> _Seen:
    worst, node, stalest = Interval(0.0, 0.0), "", frozenset[str]()
    asked = failed = unknown = most = 0
    for lane in lanes:
        for at in span(lane, act.baseline, act.end):
            sample = lane[at]
            answer = DnsAnswer.of(sample.by)
            asked, unknown = asked + 1, unknown + (sample.outcome is Outcome.UNKNOWN)
            if sample.outcome not in _ANSWERED or answer.rcode not in _RCODES:
                failed += sample.outcome is not Outcome.UNKNOWN
                continue
            records = frozenset(map(read, answer.records))
            most = max(most, len(records))
            stale = staleness(right, sample, lane.doubt, records)
            if stale.low > worst.low or (stale.low == worst.low and stale.high > worst.high):
                worst, node, stalest = stale, lane.node, records
    return _Seen(worst, node, stalest, asked, failed, unknown, most)


def _told(seen: _Seen, changes: int, bound: Bound, most: Bound | None) -> str:
    if most and not most.admits(seen.most):
        return f"The name answered {seen.most} addresses at once."
    if seen.failed:
        return f"{seen.failed} of {seen.asked} lookups failed; none may."
    told = f"the stalest was {seen.worst.high:.2f} s old, {_listed(seen.answer)} on {seen.node}" if seen.node else ""
    return (
        f"{seen.asked} lookups followed {changes} changes of the Ready pods: {told or 'none was stale'}; allowed are "
        f"{bound.value:g} s."
    )


def _listed(records: Records) -> str:
    return ", ".join(sorted(records)) or "no record"


def _service(act: Act, name: str) -> Mapping[str, Any]:
    """Return a Service as it was seen last.

    :raises Inconclusive: when none of this name was recorded
    """
    seen = [change.object for change in act.changes("Service", name)]
    if not seen:
        raise Inconclusive(f"no Service {name} was recorded")
    return seen[-1]


def _selected(pod: Pod, selector: Mapping[str, str]) -> bool:
    return bool(selector) and selector.items() <= pod["metadata"].get("labels", {}).items()


def _port(pod: Pod, target: int | str) -> int | str:
    """Return the number of a container's port that a Service names."""
    ports = (port for container in pod["spec"].get("containers") or () for port in container.get("ports") or ())
    return next((int(port["containerPort"]) for port in ports if port.get("name") == target), target)
