"""Do DNS answers follow the Ready pods?

The right answer over time is derived from the recorded pods. An answer that used to be right is *stale*, by the time for which
it has been wrong. An answer that was never right is stale since the last change of the pods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, NamedTuple

from kubeskeptic.agent.answered_by import DnsAnswer
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lanes import never_asked, span
from kubeskeptic.checks.staleness import Answers, Pod, Records, Right, right_answers, staleness
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.findings import Finding, Measure, conclude, largest, seconds
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import named
from kubeskeptic.timeline.objects import ip_of, is_ready, node_of

_NO_LOOKUP = Bound(0, "lookups", "none may fail")
_ONE_POD = Bound(1, "addresses", "a pod's name is one pod's")
_ANSWERED = (Outcome.OK, Outcome.WRONG, Outcome.NXDOMAIN)
_RCODES = ("NOERROR", "NXDOMAIN")


@check
def addresses_follow(act: Act, service: str, *probes: str) -> Finding:
    """Check that a headless service's name resolves to the IPs of its Ready pods, within the case's bound of each change."""
    selector = _service(act, service, probes)["spec"].get("selector") or {}
    pods = (one for one in act.changes("Pod") if _selected(one.object, selector))
    return _follows(act, probes, list(right_answers(pods, ip_of)), lambda record: record)


@check
def each_server_follows(
    act: Act, name: str, servers: str, follows: Callable[..., Finding] = addresses_follow
) -> Finding:
    """Check the same, or what another check of a name says, for each name server separately, queried at its own address.

    :param servers: the table of name servers that the scenario noted: the address, by the name of the probe that queries it
    :raises NotAsked: if the scenario is not allowed to list them
    :raises Inconclusive: if a probe queried another address
    """
    addresses = act.table(servers)
    probes = tuple(sorted(addresses))
    if not probes:
        raise NotAsked("no pod of CoreDNS could be listed, so none was queried at its own address")
    specs = {probe: act.recording.specs.get(probe, {}) for probe in probes}
    for probe, spec in specs.items():
        if spec.get("server") != addresses[probe]:
            raise Inconclusive(f"the probe “{probe}” did not query the name server at {addresses[probe]}")
    if len({(spec.get("kind"), spec["server"]) for spec in specs.values()}) < len(specs):
        raise Inconclusive(f"the table “{servers}” has one address for several name servers")
    return follows(act, name, *probes)


@check
def targets_follow(act: Act, service: str, *probes: str) -> Finding:
    """Check that a headless service's SRV records have host and port of its Ready pods, within the case's bound of each change.

    The port is the port of the pods, not of the service (Kubernetes DNS specification, 2.4.2).
    """
    spec = _service(act, service, probes)["spec"]
    port, _, domain = str(act.recording.specs.get(probes[0], {}).get("qname", "")).split(".", 2)
    target = next((one["targetPort"] for one in spec["ports"] if f"_{one.get('name')}" == port), None)
    if target is None:
        raise Inconclusive(f"the probe “{probes[0]}” queries no port of {service}")

    def of(pod: Pod) -> str:
        """Return the port and target of a pod's SRV record."""
        return f"{_port(pod, target)} {pod['spec'].get('hostname') or ip_of(pod).replace('.', '-')}.{domain}"

    pods = (one for one in act.changes("Pod") if _selected(one.object, spec.get("selector") or {}))
    return _follows(act, probes, list(right_answers(pods, of)), lambda record: record.split(" ", 2)[2])


@check
def pod_name_follows(act: Act, pod: str, *probes: str) -> Finding:
    """Check that a pod's own name resolves to the IP of the Ready pod of that name, within the case's bound of each change, and
    never to more than one address.

    The verdict is *holds* only if the pod was Ready on two nodes, one after the other.
    """
    homes = {node_of(change.object) for change in act.changes("Pod", pod) if is_ready(change.object)}
    right = list(right_answers(act.changes("Pod", pod), ip_of))
    finding = _follows(act, probes, right, lambda record: record, most=_ONE_POD)
    if len(homes) < 2 and finding.verdict == "holds":
        return finding.but(f"{pod} was Ready only on {', '.join(homes) or 'no node'}: it did not move")
    return finding


class _Seen(NamedTuple):
    """The combined results of some lanes: the stalest answer and its node, the numbers of lookups by kind, and the largest TTL
    of any answer, in seconds.
    """

    worst: Interval = Interval(0.0, 0.0)
    where: str = ""
    answer: Records = frozenset()
    asked: int = 0
    failed: int = 0
    unknown: int = 0
    most: int = 0
    kept: int = 0

    def also(self, other: _Seen) -> _Seen:
        """Return the combination of both."""
        first = max(self, other, key=lambda one: (one.worst.high, one.worst.low))
        return _Seen(
            largest((self.worst, other.worst)),
            *first[1:3],
            self.asked + other.asked,
            self.failed + other.failed,
            self.unknown + other.unknown,
            max(self.most, other.most),
            max(self.kept, other.kept),
        )


def _follows(
    act: Act, probes: tuple[str, ...], right: list[Right], read: Callable[[str], str], most: Bound | None = None
) -> Finding:
    changes = [one for one in right if one.since.high > act.baseline]
    lanes = {probe: act.lanes(probe) for probe in probes}
    by_probe = {probe: reduce(_Seen.also, (_look(act, lane, right, read) for lane in lanes[probe])) for probe in probes}
    seen, bound = reduce(_Seen.also, by_probe.values()), act.bound
    every = [lane for ones in lanes.values() for lane in ones]
    measured = {
        "stale": seconds(seen.worst),
        "failed": Measure(seen.failed, "lookups", seen.failed, seen.failed + seen.unknown),
        "most addresses": Measure(seen.most, "addresses"),
        "TTL": Measure(seen.kept, "s"),
        "changes": Measure(len(changes), "changes"),
        "asked": Measure(seen.asked, "lookups"),
        "never asked": Measure(never_asked(every, act.baseline, act.end), "lookups"),
    }
    ttl = Bound(act.settings["TTL"], "s", "ttl in the Corefile")
    finding = conclude(
        _told(by_probe, seen, len(changes), bound, most, ttl),
        measured,
        {"stale": bound, "failed": _NO_LOOKUP, "TTL": ttl, **({"most addresses": most} if most else {})},
        nodes=tuple(dict.fromkeys(lane.node for lane in every)),
        window=(act.baseline, act.end),
        probes=probes,
        decisive=tuple(f"{one.since.high - act.start:+.2f} s: {_listed(one.records)}" for one in changes[:8]),
    )
    if finding.verdict != "holds":
        return finding
    if not changes:
        return finding.but(f"The Ready pods did not change in “{act.name}”, so the answers had nothing to follow")
    lasted = act.end - changes[-1].since.high
    return (
        finding.but(f"The act ended {lasted:.1f} s after the last change, before the bound had passed")
        if bound.admits(lasted)
        else finding
    )


def _look(act: Act, lane: Lane, right: list[Right], read: Callable[[str], str]) -> _Seen:
    seen, answers = _Seen(), Answers()
    for at in span(lane, act.baseline, act.end):
        sample = lane[at]
        answer = DnsAnswer.of(sample.by)
        if sample.outcome not in _ANSWERED or answer.rcode not in _RCODES:
            unknown = sample.outcome is Outcome.UNKNOWN
            seen = seen.also(_Seen(asked=1, failed=not unknown, unknown=unknown))
            continue
        records = frozenset(map(read, answer.records))
        kept = (answer.ttl or 0) if records else 0
        answers.add(records)
        stale = staleness(right, sample, lane.doubt, records, answers.left)
        seen = seen.also(_Seen(stale, lane.node if stale.high else "", records, 1, most=len(records), kept=kept))
    return seen


def _told(
    by_probe: Mapping[str, _Seen], seen: _Seen, changes: int, bound: Bound, most: Bound | None, ttl: Bound
) -> str:
    if most and not most.admits(seen.most):
        return f"The name resolved to {seen.most} addresses at once."
    if seen.failed:
        bad = [f"{one.failed} of “{probe}”" for probe, one in by_probe.items() if one.failed]
        which = f" ({', '.join(bad)})" if len(by_probe) > 1 else ""
        return f"{seen.failed} of {seen.asked} lookups failed{which}; none may."
    if not ttl.admits(seen.kept):
        return f"An answer had a TTL of {seen.kept} s; the Corefile allows {ttl.value:g} s."
    told = "none was stale"
    if seen.where:
        told = f"the stalest was {seen.worst.high:.2f} s out of date, {_listed(seen.answer)} on {seen.where}"
        stale = {probe: one.worst.high for probe, one in by_probe.items() if one.where}
        if len(by_probe) > 1:
            each = (f"{stale[probe]:.2f} s" if probe in stale else "none stale" for probe in by_probe)
            told += " (" + ", ".join(f"“{probe}”: {one}" for probe, one in zip(by_probe, each, strict=True)) + ")"
    return f"{seen.asked} lookups followed {changes} changes of the Ready pods: {told}; the limit is {bound.value:g} s."


def _listed(records: Records) -> str:
    return ", ".join(sorted(records)) or "no record"


def _service(act: Act, name: str, probes: Iterable[str]) -> Mapping[str, Any]:
    """Return a Service as last seen.

    :raises Inconclusive: if no Service of this name was recorded, or if a probe asks for a name of something else
    """
    for probe in probes:
        if named(str(act.recording.specs.get(probe, {}).get("qname", "")))[0] != name:
            raise Inconclusive(f"the probe “{probe}” asks for no name of {name}")
    seen = [change.object for change in act.changes("Service", name)]
    if not seen:
        raise Inconclusive(f"no Service {name} was recorded")
    return seen[-1]


def _selected(pod: Pod, selector: Mapping[str, str]) -> bool:
    return bool(selector) and selector.items() <= pod["metadata"].get("labels", {}).items()


def _port(pod: Pod, target: int | str) -> int | str:
    """Return the number of the container port that a Service's targetPort refers to."""
    ports = (port for container in pod["spec"].get("containers") or () for port in container.get("ports") or ())
    return next((int(port["containerPort"]) for port in ports if port.get("name") == target), target)
