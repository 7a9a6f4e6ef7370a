"""Gaps in the evidence that rule out *holds*: requests not sent, objects not watched, outcomes not known, acts too short.

None of this applies if a violation was seen: it stays *violated*.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from kubeskeptic.agent.answered_by import AnsweringPod, DnsAnswer
from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.checks import clients, disruptions, played, writers
from kubeskeptic.checks.borne_out import not_borne_out
from kubeskeptic.checks.lanes import missing, span
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import BRIEF, HOLE
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import service_of
from kubeskeptic.timeline.objects import living
from kubeskeptic.timeline.stalls import stood_still

_KEPT = (
    "type", "clusterIP", "ports", "publishNotReadyAddresses", "sessionAffinity", "externalTrafficPolicy",
    "internalTrafficPolicy",
)  # fmt: skip
"""Fields of a Service that decide how requests to it are routed. A scenario may change its selector, and nothing else of it."""
FEW = 0.01
"""The share of a lane's requests that may be missing, if this is more than the requests of one tolerated hole: a hole that is
tolerated in one piece is also tolerated in several pieces, however short the stretch. Missing requests are counted and shown,
and count as failed in checks that limit the share of failures."""
_OK = OUTCOMES.index(Outcome.OK)
_UNKNOWN = OUTCOMES.index(Outcome.UNKNOWN)


def lacking(act: Act) -> Iterator[str]:
    """Yield the reasons that rule out *holds*, one sentence each; evidence with an unreadable structure is one of them."""
    try:
        yield from _lacking(act)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        yield f"The recorded evidence cannot be read: {type(error).__name__}: {error}"


def _lacking(act: Act) -> Iterator[str]:
    reading = act.reading
    if not reading.lanes and not reading.kinds and not reading.tables:
        yield "The check read no lane, no API object and no table"
    yield from (f"The acts were not played completely: {why}" for why in reading.unfinished)
    yield from reading.doubts
    yield from played.lacking(act)
    yield from _not_inflicted(act)
    yield from _another_cluster(act)
    yield from not_borne_out(act)
    if not reading.anybody:
        yield from writers.lacking(act)
        yield from disruptions.lacking(act)
    for probe, (since, until) in reading.lanes.items():
        lanes = act.lanes(probe, until=until)
        yield from _not_asked(act, probe, lanes, since, until)
        yield from _unknown_pods(act, probe, lanes, since, until)
        yield from _shared_hole(act, lanes, since, until)
        yield from _another_service(act, probe, since, until)
        yield from clients.lacking(act, probe, lanes, since, until)
    recorded = {change.kind for change in act.recording.changes}
    for kind, (since, until) in reading.kinds.items():
        if kind not in recorded:
            yield f"No {kind} was recorded at all, so the absence of changes to one proves nothing"
        for gap in act.recording.gaps:
            if gap.source == "watch" and gap.resource in ("", kind) and gap.touches(since, until):
                yield f"The watch of {kind} was interrupted during the time that matters: {gap.reason}"
    for lasted, bound in reading.lasting:
        if bound.admits(lasted.low):
            yield f"The act ended {lasted.low:.1f} s after the fault, before the bound of {bound.value:g} s had passed"
    yield from (f"The records contradict each other: {one.why}" for one in act.disagreements)


def _not_asked(act: Act, probe: str, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    unasked = _nodes(act, since, until) - {lane.node for lane in lanes} - act.taken_away()
    if unasked:
        yield f"No requests of “{probe}” were sent from {', '.join(sorted(unasked))}"
    wrong = act.recording.unproven & {lane.node for lane in lanes}
    if wrong:
        yield f"“{probe}” was sent by agents that were not proven to measure a known outage: on {', '.join(sorted(wrong))}"
    harmed = any(fault.act in act.names for fault in act.recording.faults)
    for lane in lanes:
        if harmed and since <= act.start and not span(lane, since, act.start):
            yield f"“{probe}” on {lane.node} sent no request before anything was done"
        strict = probe in act.reading.unbroken
        allowed = max(BRIEF, 2.5 * lane.period) if strict else max(HOLE, 2 * lane.period)
        hole = _hole(act, [lane], since, until, allowed)
        if hole:
            yield (
                f"“{probe}” on {lane.node} sent no request for more than {allowed:g} s, from {hole[0] - since:.1f} s into the "
                f"{until - since:.0f} s that matter"
            )
        asked, absent = len(span(lane, since, until)), missing(lane, since, until)
        if absent - _not_due(act, lane, since, until) > max(FEW * asked, allowed / lane.period):
            yield f"{absent} of {absent + asked} requests of “{probe}” on {lane.node} were never sent"
        unknown = sum(1 for i in span(lane, since, until) if lane.codes[i] == _UNKNOWN)
        if unknown:
            yield f"{counted(unknown, 'outcome')} of “{probe}” on {lane.node} {agreeing(unknown, 'is', 'are')} not known"


def _unknown_pods(act: Act, probe: str, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    """Yield good answers that name no recorded pod, or contain no record. Pods are identified by namespace, name and uid."""
    dns = bool(act.recording.specs.get(probe, {}).get("qname"))
    uids: dict[str, set[str]] = defaultdict(set)
    for change in act.recording.of_kind("Pod"):
        uids[change.name].add(change.uid)
    for lane in lanes:
        strange = [_no_answer(by) if dns else _no_pod(by, uids, act.recording.namespace) for by in lane.names]
        answered = {lane.bys[at] for at in span(lane, since, until) if lane.codes[at] == _OK} if any(strange) else ()
        for by in sorted(answered):
            if wrong := strange[by]:
                yield f"{wrong[0]} answered “{probe}” on {lane.node} {wrong[1]}"


def _no_answer(by: str) -> tuple[str, str] | None:
    """Return who answered, and why that is not a good answer of a name server; None if it is one."""
    answer = DnsAnswer.of(by)
    if answer.records and answer.rcode == "NOERROR":
        return None
    return "DNS", f"with {answer.rcode} and {counted(len(answer.records), 'record')}, which is not a good answer"


def _no_pod(by: str, uids: Mapping[str, set[str]], namespace: str) -> tuple[str, str] | None:
    """Return who answered, and why that was not a recorded pod; None if it was one, or if no recorded pod has its name.

    :param uids: the uids of the recorded pods, by name
    :param namespace: the scenario's namespace; empty if it is not known
    """
    pod = AnsweringPod.of(by)
    if pod.name not in uids or not (pod.namespace or pod.uid):
        return None  # other code checks whether it may answer; older journals contain the name alone
    if pod.uid not in uids[pod.name]:
        return pod.name, "under a uid that no pod of this name had"
    return (pod.name, f"from the namespace {pod.namespace}") if namespace and pod.namespace != namespace else None


def _not_inflicted(act: Act) -> Iterator[str]:
    """Yield the faults that the scenario inflicts in an act but that its recording does not contain."""
    for name, faults in act.inflicts.items():
        recorded = {fault.fault for fault in act.recording.faults if fault.act == name}
        if name in act.recording.acts:
            yield from (
                f"No record of the fault {one}, which the code of “{name}” injects"
                for one in sorted(set(faults) - recorded)
            )


def _another_cluster(act: Act) -> Iterator[str]:
    """Yield the nodes that were removed during the act, or whose name belongs to another node: observations hold for one node
    only.
    """
    for node in act.recording.nodes:
        changes = [change for change in act.recording.of_kind("Node", node) if change.seen <= act.end]
        gone = [change for change in changes if change.type == "DELETED" and change.seen >= act.baseline]
        if gone or len({change.uid for change in changes}) > 1:
            yield f"{node} was removed from the cluster, or another node has its name"


def _another_service(act: Act, probe: str, since: float, until: float) -> Iterator[str]:
    """Yield a sentence if the Service that a probe targets was deleted, replaced by another one, or declared differently, also
    if that was before the act: checks read the Service as it was first seen.
    """
    try:
        first = service_of(act.recording, probe)
    except Inconclusive:
        return  # the probe targets no recorded Service; this is reported where it matters
    name = str(first["metadata"]["name"])
    changes = [change for change in act.recording.of_kind("Service", name) if change.seen <= until]
    shown = [change for change in changes if change.seen <= since][-1:] + [one for one in changes if one.seen > since]
    if any(change.type == "DELETED" for change in shown):
        yield f"The Service {name}, the target of “{probe}”, was deleted in the meantime"
        return
    objects = [first, *(change.object for change in shown)]
    if len({one["metadata"].get("uid") for one in objects}) > 1:
        yield f"The Service {name}, the target of “{probe}”, was replaced in the meantime: its uid changed"
    for field in _KEPT:
        values = {json.dumps((one.get("spec") or {}).get(field), sort_keys=True) for one in objects}
        if len(values) > 1:
            yield f"The {field} of the Service {name}, the target of “{probe}”, changed: {' or '.join(sorted(values))}"


def _nodes(act: Act, since: float, until: float) -> set[str]:
    """Return the nodes of the cluster in a stretch of time, including nodes that joined in it."""
    nodes = list(act.recording.of_kind("Node"))
    there = {str(node["metadata"]["name"]) for node in living(nodes, since).values()}
    joined = {change.name for change in nodes if change.type != "DELETED" and since <= change.seen <= until}
    joined |= {node for node, at in act.recording.joined.items() if at <= until}
    return set(act.recording.nodes) | there | joined


def _shared_hole(act: Act, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    """Yield a stretch without requests on any lane: however short, it could hide an event that affected all clients."""
    hole = _hole(act, lanes, since, until, 2.5 * min(lane.period for lane in lanes)) if len(lanes) > 1 else None
    if hole:
        yield (
            f"No node sent “{lanes[0].probe}” for {hole[1] - hole[0]:.3f} s, from {hole[0] - since:.1f} s into "
            f"the {until - since:.0f} s that matter"
        )


def _hole(act: Act, lanes: list[Lane], since: float, until: float, allowed: float) -> tuple[float, float] | None:
    """Return the first stretch, longer than allowed, without requests on any of these lanes although their machine ran.

    A standstill excuses at most HOLE: the cluster's leases and timeouts depend on the clock, which went on.
    """
    nodes, doubt = {lane.node for lane in lanes}, max(lane.doubt for lane in lanes)
    sent = sorted(lane.sent[at] for lane in lanes for at in span(lane, since, until))
    for before, after in zip([since, *sent], [*sent, until], strict=True):
        lasted = after - before
        if lasted > allowed:
            still = stood_still(act.recording.standstills, nodes, before + doubt, after - doubt)
            if lasted - min(still, HOLE) > allowed:
                return before, after
    return None


def _not_due(act: Act, lane: Lane, since: float, until: float) -> int:
    """Return how many of a lane's missing requests were due while its machine stood still."""
    found, seen = 0, span(lane, since, until)
    for before, after in pairwise(seen) if act.recording.standstills else ():
        skipped = lane.ticks[after] - lane.ticks[before] - 1
        if skipped > 0:
            stretch = lane.sent[before] + lane.doubt, lane.sent[after] - lane.doubt
            still = stood_still(act.recording.standstills, {lane.node}, *stretch)
            found += min(skipped, int(min(still, HOLE) / lane.period))
    return found
