"""Does a service's traffic follow the readiness of its pods?"""

from __future__ import annotations

from collections.abc import Sequence

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import Bound, Expression, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failures import ENDPOINTS
from kubeskeptic.checks.lanes import asked_until, span
from kubeskeptic.checks.ports import asked_by_new
from kubeskeptic.counting import counted
from kubeskeptic.durations import MARGIN, REMEMBERED
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, gravest, seconds
from kubeskeptic.objects import containers, runtime_id
from kubeskeptic.timeline import Act, Change, Lane
from kubeskeptic.timeline.endpoints import identity, ready_pods, service_of, strangers
from kubeskeptic.timeline.objects import is_ready, labelled, living, node_of, ran_for, restarts

_OK = OUTCOMES.index(Outcome.OK)
_BY_CHANCE = 1e-6
"""How often a pod that is chosen at random may not be chosen for so long, at the end of an act."""
_NO_STRANGER = Bound(0, "requests", "only endpoints of the service answer")
_NO_RESTART = Bound(0, "restarts", "becoming ready again requires none")
_UNCHANGED = Bound(0, "pods", "a kubelet that restarts changes no container")


@check
def stops_sending(act: Act, probe: str) -> Finding:
    """Check that on every node the last answer of a pod that turned unready came within the case's bound. Failed requests may
    have been sent to that pod.
    """
    lanes, victim = act.lanes(probe, until=act.lifted), act.victim
    _answered_before(act, lanes, victim)
    took = {lane.node: _last(act, lane, victim) for lane in lanes}
    wrong, sure = sum(_wrong(act, lane, victim) for lane in lanes), act.watched(*ENDPOINTS)
    worst = gravest(took, lambda node: (took[node], act.bound_on(node)))
    bound = act.bound_on(worst)
    act.lasts(max((act.bound_on(node) for node in took), key=lambda one: one.value), act.lifted)
    return conclude(
        f"{victim} turned unready and gave its last answer {took[worst].high:.2f} s later, on {worst}; the limit is "
        f"{bound.value:g} s.",
        {
            "stopped": seconds(took[worst]),
            "answered by others": Measure(wrong, "requests", wrong if sure else 0, wrong),
        },
        {"stopped": bound, "answered by others": _NO_STRANGER},
        nodes=tuple(took),
        window=(act.start, act.end),
        probes=(probe,),
        decisive=tuple(f"{node}: last answer after {took[node].high:.2f} s" for node in took),
    )


@check
def resumes_sending(act: Act, probe: str, within: Expression) -> Finding:
    """Check that on every node the first answer of a pod that is ready again comes within a bound, without a restart.

    :param within: the bound, from the moment at which the workload reports ready again
    """
    lanes, victim, again = act.lanes(probe), act.victim, _undone(act)
    took = {lane.node: _first(act, lane, victim, again) for lane in lanes}
    bounds = {node: within.at_most(act.settings_on(node)) for node in took}
    worst = gravest(took, lambda node: (took[node], bounds[node]))
    known, bound = took[worst], bounds[worst]
    restarted = _restarted(act, victim)
    why = f"{victim} was ready again and gave its first answer {known.high:.2f} s later, on {worst}"
    if known.high == float("inf"):
        why = f"{victim} was ready again, and for good it had given no answer on {worst} {known.low:.1f} s later"
    if restarted:
        why = f"{victim} was restarted {counted(restarted, 'time')} meanwhile; {why}"
    return conclude(
        f"{why}; the limit is {bound.value:g} s.",
        {"resumed": seconds(known), "restarts": Measure(restarted, "restarts")},
        {"resumed": bound, "restarts": _NO_RESTART},
        nodes=tuple(took),
        window=(act.start, act.end),
        probes=(probe,),
        decisive=tuple(f"{node}: first answer after {took[node].high:.2f} s" for node in took),
    )


@check
def stays_ready(act: Act, *apps: str) -> Finding:
    """Check that no pod of a node turns unready while its kubelet restarts, and that none of its containers is restarted, until
    the case's bound has elapsed.

    Pods with a container younger than :data:`REMEMBERED` are counted separately: Kubernetes promises nothing about them.

    :raises Inconclusive: if no older pod was Ready there before, or the kubelet was not seen to be back
    """
    fault, since = act.fault, act.since
    back, node = fault.returned, fault.targets[0].rpartition("/")[2]
    changes = [change for app in apps for change in labelled(act.changes("Pod"), app) if node_of(change.object) == node]
    ready = [pod for pod in living(changes, since.low).values() if is_ready(pod)]
    there = {pod["metadata"]["uid"] for pod in ready if ran_for(pod, since.low) >= REMEMBERED}
    if not there:
        raise Inconclusive(f"no pod had been running for {REMEMBERED:g} s on {node} before its kubelet was restarted")
    unready = _unready(changes, there, since.low)
    act.lasts(act.bound)
    why = f"{counted(len(there), 'pod')} on {node} stayed Ready in the {act.end - since.high:.0f} s after its kubelet was "
    why += "restarted"
    if unready:
        told = ", ".join(f"{name} after {when.since(since).high:.1f} s" for name, when in unready.items())
        why = f"Pods on {node} turned unready after its kubelet was restarted: {told}"
    restarted = _with_other_containers(changes, there, since.low)
    if restarted:
        why += f". Containers of {', '.join(restarted)} were restarted"
    return conclude(
        f"{why}; the kubelet was back after {back.since(since).high:.1f} s.",
        {
            "turned unready": Measure(len(unready), "pods"),
            "restarted": Measure(len(restarted), "pods"),
            "watched": Measure(len(there), "pods"),
            "younger": Measure(len(ready) - len(there), "pods"),
        },
        {"turned unready": _UNCHANGED, "restarted": _UNCHANGED},
        nodes=(node,),
        window=(act.start, act.end),
    )


def _restarted(act: Act, pod: str) -> int:
    """Return how often a pod was restarted, or replaced by another pod of the same name, since the fault.

    :raises Inconclusive: if it was not seen before the fault
    """
    changes = [one for one in act.changes("Pod", pod) if one.type != "DELETED"]
    before = [one for one in changes if one.seen <= act.since.low]
    if not before:
        raise Inconclusive(f"{pod} was not seen before it turned unready")
    if not is_ready(changes[-1].object):
        act.reading.doubts.append(f"{pod} was not Ready any more at the end")
    others = {one.uid for one in changes} - {before[-1].uid} - {one.uid for one in before}
    return max(restarts(one.object) for one in changes) - restarts(before[-1].object) + len(others)


def _unready(changes: Sequence[Change], there: set[str], since: float) -> dict[str, Interval]:
    """Return when each of the pods was first seen not Ready, by pod name."""
    found: dict[str, Interval] = {}
    for change in changes:
        if change.uid in there and change.seen > since and (change.type == "DELETED" or not is_ready(change.object)):
            found.setdefault(change.name, change.when)
    return found


def _with_other_containers(changes: Sequence[Change], there: set[str], since: float) -> list[str]:
    """Return the names of those of the pods of which a container was restarted, or is another one, after a moment."""
    before: dict[str, Change] = {}
    found: dict[str, None] = {}
    for change in changes:
        if change.seen <= since:
            before[change.uid] = change
        elif change.uid in there and _differ(before[change.uid], change):
            found[change.name] = None
    return list(found)


def _differ(before: Change, after: Change) -> bool:
    """Return whether a container was restarted more often after than before, or has another id in the container runtime."""
    if restarts(after.object) > restarts(before.object):
        return True
    were = {name: runtime_id(one) for name, one in containers(before.object).items()}
    now = {name: runtime_id(one) for name, one in containers(after.object).items()}
    return any(now.get(name) and id_ and now[name] != id_ for name, id_ in were.items())


def _answered_before(act: Act, lanes: Sequence[Lane], pod: str) -> None:
    """Note that the claim is about new connections. Raise Inconclusive for a lane without an earlier answer from the pod: the
    lack of later answers would prove nothing.
    """
    asked_by_new(act, *(lane.probe for lane in lanes))
    for lane in lanes:
        if not any(True for _ in _answers(lane, pod, act.baseline, act.since.low)):
            raise Inconclusive(f"{pod} gave {lane.node} no answer before it turned unready")


def _answers(lane: Lane, pod: str, since: float, until: float) -> list[float]:
    """Return when the requests that a pod answered were sent, between two times."""
    own = {number for number, by in enumerate(lane.names) if identity(by)[0] == pod}
    return [lane.sent[at] for at in span(lane, since, until) if lane.codes[at] == _OK and lane.bys[at] in own]


def _last(act: Act, lane: Lane, pod: str) -> Interval:
    """Return how long after the fault the last request answered by the pod was sent. The upper end also counts requests
    that failed: they may have been sent to that pod. A late answer of another pod does not: conntrack keeps leading the packets
    of a TCP connection, retransmitted ones too, to the endpoint that was chosen for the first.
    """
    start = act.since.high
    sent = _answers(lane, pod, act.since.low, act.lifted)
    asked = span(lane, act.since.low, act.lifted)
    failed = [lane.sent[at] for at in asked if lane.codes[at] != _OK]
    known = Interval(max(sent, default=start) - lane.doubt, max([*sent, *failed], default=start) + lane.doubt)
    return known.since(act.since).not_negative() if sent or failed else Interval(0.0, 0.0)


def _first(act: Act, lane: Lane, pod: str, again: Interval) -> Interval:
    """Return how long after the pod was ready again the first request that it answered was sent; the upper end is infinite if
    there was none, or if the pod was not chosen any more later.
    """
    sent = _answers(lane, pod, again.low, act.end)
    if not sent:
        return Interval(max(asked_until(lane, again.high, act.end) - again.high, 0.0), float("inf"))
    first = Interval(sent[0] - lane.doubt, sent[0] + lane.doubt).since(again).not_negative()
    return first if _goes_on(act, lane, sent[-1]) else Interval(first.low, float("inf"))


def _goes_on(act: Act, lane: Lane, last: float) -> bool:
    """Return whether a pod may be chosen as often as any other until the end of the act, after its last answer on a lane."""
    pods = ready_pods(act.recording, service_of(act.recording, lane.probe), act.end)
    others = sum(1 for at in span(lane, last, act.end) if lane.codes[at] == _OK) - 1
    return len(pods) < 2 or (1 - 1 / len(pods)) ** others >= _BY_CHANCE


def _undone(act: Act) -> Interval:
    phases = act.fault.phases
    if "undoing" not in phases or "undone" not in phases:
        raise Inconclusive(f"the fault {act.fault.fault} of “{act.name}” was not undone")
    return Interval(phases["undoing"], phases["undone"])


def _wrong(act: Act, lane: Lane, victim: str) -> int:
    """Return how many answers came from pods that were not endpoints then, except the pod that turned unready."""
    lag = act.settings_on(lane.node)["SYNC"] + MARGIN
    found = strangers(act.recording, lane, lag, {})
    asked = span(lane, act.since.low, act.lifted)
    return sum(1 for at in asked if at in found and identity(lane.names[lane.bys[at]])[0] != victim)
