"""What keeps *holds* from being said: what was not asked, not watched, not known, or not watched for long enough.

Nothing here is looked at where a violation was seen, which stays one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from kubeskeptic.agent.answered_by import AnsweringPod, DnsAnswer
from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.checks import played
from kubeskeptic.checks.lanes import missing, span
from kubeskeptic.durations import BRIEF, HOLE
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import service_of
from kubeskeptic.timeline.objects import living
from kubeskeptic.timeline.stalls import stood_still

FEW = 0.01
"""The share of a lane's questions that may never have been asked, where that is more than one tolerated hole has: what is no
gap in one piece is none in several, however short the stretch. They are counted and shown, and where a share of failures is
limited they count as failed."""
_OK = OUTCOMES.index(Outcome.OK)
_UNKNOWN = OUTCOMES.index(Outcome.UNKNOWN)


def lacking(act: Act) -> Iterator[str]:
    """What keeps *holds* from being said, one sentence each; evidence of a shape that cannot be read is one."""
    try:
        yield from _lacking(act)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        yield f"What was recorded cannot be read: {type(error).__name__}: {error}"


def _lacking(act: Act) -> Iterator[str]:
    reading = act.reading
    if not reading.lanes and not reading.kinds and not reading.tables:
        yield "The check read no lane, no API object and no table"
    yield from (f"Not all of it was played: {why}" for why in reading.unfinished)
    yield from reading.doubts
    yield from played.lacking(act)
    yield from _not_inflicted(act)
    yield from _another_cluster(act)
    yield from _unharmed(act)
    for probe, (since, until) in reading.lanes.items():
        lanes = act.lanes(probe, until=until)
        yield from _not_asked(act, probe, lanes, since, until)
        yield from _unknown_pods(act, probe, lanes, since, until)
        yield from _shared_hole(act, lanes, since, until)
        yield from _another_service(act, probe, since, until)
    recorded = {change.kind for change in act.recording.changes}
    for kind, (since, until) in reading.kinds.items():
        if kind not in recorded:
            yield f"No {kind} was recorded at all: nothing is known of what did not happen to any"
        for gap in act.recording.gaps:
            if gap.source == "watch" and gap.resource in ("", kind) and gap.touches(since, until):
                yield f"The watch of {kind} was interrupted where it matters: {gap.reason}"
    for lasted, bound in reading.lasting:
        if bound.admits(lasted.low):
            yield f"The act ended {lasted.low:.1f} s after the fault, before the bound of {bound.value:g} s had passed"


def _not_asked(act: Act, probe: str, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    unasked = _nodes(act, since, until) - {lane.node for lane in lanes} - act.taken_away()
    if unasked:
        yield f"“{probe}” was not asked from {', '.join(sorted(unasked))}"
    wrong = act.recording.unproven & {lane.node for lane in lanes}
    if wrong:
        yield f"“{probe}” was asked by agents that had measured a known outage wrongly: on {', '.join(sorted(wrong))}"
    harmed = any(fault.act in act.names for fault in act.recording.faults)
    for lane in lanes:
        if harmed and since <= act.start and not span(lane, since, act.start):
            yield f"“{probe}” on {lane.node} was not asked before anything was done"
        strict = probe in act.reading.unbroken
        allowed = max(BRIEF, 2.5 * lane.period) if strict else max(HOLE, 2 * lane.period)
        hole = _hole(act, [lane], since, until, allowed)
        if hole:
            yield (
                f"“{probe}” on {lane.node} was not asked for more than {allowed:g} s, {hole[0] - since:.1f} s into the "
                f"{until - since:.0f} s that matter"
            )
        asked, absent = len(span(lane, since, until)), missing(lane, since, until)
        if absent - _not_due(act, lane, since, until) > max(FEW * asked, allowed / lane.period):
            yield f"{absent} of {absent + asked} questions of “{probe}” on {lane.node} were never asked"
        unknown = sum(1 for i in span(lane, since, until) if lane.codes[i] == _UNKNOWN)
        if unknown:
            yield f"{unknown} outcomes of “{probe}” on {lane.node} are not known"


def _unknown_pods(act: Act, probe: str, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    """Yield good answers that name no recorded pod, or hold no record: a pod is identified by namespace, name and uid."""
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
    """Who answered, and why that is no good answer of a name server; None when it is one."""
    answer = DnsAnswer.of(by)
    if answer.records and answer.rcode == "NOERROR":
        return None
    return "DNS", f"with {answer.rcode} and {len(answer.records)} records, which is no good answer"


def _no_pod(by: str, uids: Mapping[str, set[str]], namespace: str) -> tuple[str, str] | None:
    """Who answered, and why that was no recorded pod; None when it was one, or there is none of its name.

    :param uids: of the recorded pods, by name
    :param namespace: the scenario's; empty where it is not known
    """
    pod = AnsweringPod.of(by)
    if pod.name not in uids or not (pod.namespace or pod.uid):
        return None  # another check looks whether it may answer; older journals hold the name alone
    if pod.uid not in uids[pod.name]:
        return pod.name, "under a uid that no pod of this name had"
    return (pod.name, f"from the namespace {pod.namespace}") if namespace and pod.namespace != namespace else None


def _not_inflicted(act: Act) -> Iterator[str]:
    """Faults that the story inflicts in an act, and of which its recording holds nothing."""
    for name, faults in act.inflicts.items():
        recorded = {fault.fault for fault in act.recording.faults if fault.act == name}
        if name in act.recording.acts:
            yield from (
                f"Of the fault {one}, which the code of “{name}” names, there is no record"
                for one in sorted(set(faults) - recorded)
            )


def _another_cluster(act: Act) -> Iterator[str]:
    """A node that went, or another one under its name, during the act: what is true of a node is true of one node."""
    for node in act.recording.nodes:
        changes = [change for change in act.recording.of_kind("Node", node) if change.seen <= act.end]
        gone = [change for change in changes if change.type == "DELETED" and change.seen >= act.baseline]
        if gone or len({change.uid for change in changes}) > 1:
            yield f"{node} was removed from the cluster, or another node has its name"


def _another_service(act: Act, probe: str, since: float, until: float) -> Iterator[str]:
    """The Service that a probe asks went, or is another one than it was before."""
    try:
        name = str(service_of(act.recording, probe)["metadata"]["name"])
    except Inconclusive:
        return  # it asks none that was recorded, which is said where it matters
    changes = [change for change in act.recording.of_kind("Service", name) if change.seen <= until]
    before = [change for change in changes if change.seen <= since][-1:]
    during = [change for change in changes if change.seen > since]
    if any(change.type == "DELETED" for change in during):
        yield f"The Service {name} that “{probe}” asks was deleted meanwhile"
    elif len({(one.uid, str(one.object.get("spec", {}).get("clusterIP"))) for one in [*before, *during]}) > 1:
        yield f"The Service {name} that “{probe}” asks became another one meanwhile, by its uid or its address"


def _unharmed(act: Act) -> Iterator[str]:
    """A pod that a fault deleted, which the watch shows as it was: then nothing was done to it."""
    for fault in act.recording.faults:
        if fault.fault != "delete_pod" or fault.act not in act.names or "applied" not in fault.phases:
            continue
        for target in fault.targets:
            name = target.rpartition("/")[2]
            changes = list(act.recording.of_kind("Pod", name))
            after = (change for change in changes if change.seen >= fault.applied)
            ended = (one.type == "DELETED" or one.object["metadata"].get("deletionTimestamp") for one in after)
            if changes and not any(ended):
                yield f"{name} is said to have been deleted in “{fault.act}”, and no change of it says so"


def _nodes(act: Act, since: float, until: float) -> set[str]:
    """The nodes of the cluster in a stretch of time, with those that joined in it."""
    nodes = list(act.recording.of_kind("Node"))
    there = {str(node["metadata"]["name"]) for node in living(nodes, since).values()}
    joined = {change.name for change in nodes if change.type != "DELETED" and since <= change.seen <= until}
    joined |= {node for node, at in act.recording.joined.items() if at <= until}
    return set(act.recording.nodes) | there | joined


def _shared_hole(act: Act, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    """A stretch in which no lane at all was asked: however short, an event that all clients felt would hide in it."""
    hole = _hole(act, lanes, since, until, 2.5 * min(lane.period for lane in lanes)) if len(lanes) > 1 else None
    if hole:
        yield (
            f"“{lanes[0].probe}” was asked from no node at all for {hole[1] - hole[0]:.3f} s, {hole[0] - since:.1f} s into "
            f"the {until - since:.0f} s that matter"
        )


def _hole(act: Act, lanes: list[Lane], since: float, until: float, allowed: float) -> tuple[float, float] | None:
    """The first stretch in which none of some lanes was asked for longer than is allowed, although their machine ran.

    A standstill is no excuse for more than HOLE: the cluster's leases and time limits go by the clock, which went on.
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
    """How many of a lane's missing questions would have been asked while its machine stood still."""
    found, seen = 0, span(lane, since, until)
    for before, after in pairwise(seen) if act.recording.standstills else ():
        skipped = lane.ticks[after] - lane.ticks[before] - 1
        if skipped > 0:
            stretch = lane.sent[before] + lane.doubt, lane.sent[after] - lane.doubt
            still = stood_still(act.recording.standstills, {lane.node}, *stretch)
            found += min(skipped, int(min(still, HOLE) / lane.period))
    return found
