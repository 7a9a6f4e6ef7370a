"""Are pods replaced every time, on other nodes, within a disruption budget, and only while a controller runs?"""

from __future__ import annotations

from kubeskeptic.bounds import START, Bound, Interval
from kubeskeptic.checks.declarations import require_as_many
from kubeskeptic.checks.draining import drained_node
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import seen_until, since_when, told
from kubeskeptic.checks.repeated import pods_deleted, require_repeated
from kubeskeptic.checks.replicas import Count, pod_counts, whole_since
from kubeskeptic.checks.rollouts import counts_from
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, largest, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.disagreements import MANAGER
from kubeskeptic.timeline.faults import FaultSpan
from kubeskeptic.timeline.objects import is_ready, living, node_of

_NO_POD = Bound(0, "pods", "nothing replaces a pod while no controller runs")
_EMPTY = Bound(0, "pods", "a drained node runs none of them")


@check
def recovers_each_time(act: Act, app: str, wanted: int, *, lasting: float = 0.0) -> Finding:
    """Check that after each of the act's faults the Ready count of an app is ``wanted`` again within the case's bound, until
    the next fault or the end.

    :param lasting: seconds for which faults must follow one another (:func:`~kubeskeptic.checks.repeated.require_repeated`)
    :raises Inconclusive: if a fault was not seen to bite, or was injected while a replica was missing
    """
    faults = sorted(_faults(act, ""), key=lambda one: one.applying.low)
    require_as_many(act, app, wanted)
    require_repeated(act, [one.applying for one in faults], lasting)
    counts = pod_counts(act.changes("Pod", app=app))
    took = _recoveries(act, counts, faults, wanted)
    worst = largest(took)
    never = sum(1 for one in took if one.high == float("inf"))
    why = f"{pods_deleted(len(took))}, and each time {wanted} were Ready again, after at most "
    why += f"{worst.high:.1f} s; the limit is {act.bound.value:g} s."
    if never:
        why = f"{pods_deleted(len(took))}; {worst.low:.1f} s after one of them {wanted} were not Ready again for good."
    fewest = min(one.ready for one in counts if one.when.high >= faults[0].applying.low)
    return conclude(
        why,
        {"whole again": seconds(worst), "pods deleted": Measure(len(took), "pods"), "fewest": Measure(fewest, "pods")},
        {"whole again": act.bound},
        window=(act.start, act.end),
        decisive=tuple(f"deletion {turn}: {_again(one)}" for turn, one in enumerate(took, 1)),
    )


def _again(took: Interval) -> str:
    """Return, in words, when all replicas were Ready again."""
    return (
        f"not whole again in {took.low:.1f} s" if took.high == float("inf") else f"whole again after {took.high:.2f} s"
    )


@check
def moved_within_budget(act: Act, app: str, wanted: int, at_least: int) -> Finding:
    """Check that a drained node's pods run on other nodes within the case's bound, and that meanwhile no fewer pods are Ready
    than the budget requires.

    :param at_least: ``minAvailable`` of the PodDisruptionBudget
    """
    require_as_many(act, app, wanted)
    node = drained_node(act)
    pods = list(act.changes("Pod", app=app))
    since = act.since
    leaving = [pod for pod in living(pods, since.low).values() if node_of(pod) == node]
    if len(leaving) < 2:
        raise Inconclusive(
            f"{counted(len(leaving), 'pod')} of {app} {agreeing(len(leaving), 'was', 'were')} on {node}; at least two are "
            "required to show the effect of the budget"
        )
    fewest = min(one.ready for one in counts_from(pods, since.low))
    moved = _moved_at(pods, since.low, node, wanted)
    took = moved.since(since) if moved else Interval(seen_until(act) - since.high, float("inf"))
    left = sum(1 for pod in living(pods, act.lifted).values() if node_of(pod) == node)
    sure = 0 if act.bound.admits(act.lifted - since.high) else left  # remaining pods may still leave later
    why = f"{len(leaving)} of {wanted} pods were on {node}, which was drained: "
    why += f"all ran elsewhere after {told(took)}" if moved else f"after {took.low:.1f} s not all ran elsewhere"
    why += f"; the limit is {act.bound.value:g} s. At least {fewest} were always Ready; the budget requires {at_least}."
    return conclude(
        why,
        {
            "moved": seconds(took),
            "fewest Ready": Measure(fewest, "pods"),
            "left on the node": Measure(left, "pods", sure, left),
        },
        {
            "moved": act.bound,
            "fewest Ready": Bound(at_least, "pods", f"minAvailable {at_least} of the budget", at_least=True),
            "left on the node": _EMPTY,
        },
        nodes=(node,),
        window=(act.start, act.end),
    )


@check
def replaced_only_by_controllers(act: Act, app: str, wanted: int, started: str) -> Finding:
    """Check that a pod that is deleted while the controllers are stopped is not replaced until they run again, and is then
    replaced within the case's bound. If they were stopped for less time than a replacement would have taken, it is not *holds*.

    :param started: the fact with the start time of the controllers' new process, in Unix seconds, truncated to whole seconds
    """
    stopped = _stopped(act)
    back, deleted = stopped.phases.get("undoing", act.end), act.since
    require_as_many(act, app, wanted)
    without, origin = back - deleted.high, _back_again(act, started, back)
    pods = list(act.changes("Pod", app=app))
    known = {one.uid for one in pods if one.seen <= deleted.low}
    early = {one.name for one in pods if one.uid not in known and one.seen < back}
    # A pod that is created before their process has started is not theirs, unless clocks differ.
    before = {one.name for one in pods if one.uid not in known and one.seen < origin.low}
    if not before and START.at_most(act.settings).admits(without):
        only = f"The controllers were stopped for only {without:.1f} s after the deletion"
        act.reading.doubts.append(f"{only}: too short to tell")
    after = [one for one in pod_counts(pods) if one.when.high > deleted.high]
    took, removed = whole_since(after, wanted, origin, seen_until(act)), _endpoint_until(act, app, deleted.high)
    never = not any(one.is_whole(wanted) for one in after)
    why = (
        f"Without controllers, nothing replaced a deleted pod for {without:.1f} s, and it stayed in the endpoints of {app} for "
        f"{removed:.1f} s; {told(took)} after the controllers were started again, {wanted} pods were Ready; the limit is "
        f"{act.bound.value:g} s."
    )
    return conclude(
        _not_only_by_controllers(act, before, took if never else None) or why,
        {
            "replaced without controllers": Measure(len(before), "pods", len(early), len(before)),
            "replaced after their return": seconds(took),
            "without controllers": Measure(round(without, 1), "s"),
            "still an endpoint": Measure(round(removed, 1), "s"),
            "until they led again": Measure(round(stopped.phases.get("healed", act.end) - origin.low, 1), "s"),
        },
        {"replaced without controllers": _NO_POD, "replaced after their return": act.bound},
        window=(act.start, act.end),
    )


def _back_again(act: Act, started: str, undoing: float) -> Interval:
    """Return when the controllers' new process started, not before that was begun.

    :raises Inconclusive: if it was not recorded
    """
    if started not in act.recording.facts:
        raise Inconclusive("it was not recorded when the controllers were started again")
    began = float(act.recording.facts[started])
    return Interval(max(began, undoing), max(began + 1.0, undoing))


def _not_only_by_controllers(act: Act, early: set[str], never: Interval | None) -> str:
    """Return what is wrong with a replacement that came early or never; empty if it came in time or late."""
    if early:
        return f"Before the controllers were started again, {', '.join(sorted(early))} replaced {act.victim}."
    if never:
        return f"{act.victim} was not replaced within {never.low:.1f} s after the controllers were started again."
    return ""


def _stopped(act: Act) -> FaultSpan:
    """Return the fault that stopped the controllers.

    :raises Inconclusive: if another component was stopped
    """
    for fault in _faults(act, "stop_component"):
        if MANAGER in fault.targets:
            return fault
    raise Inconclusive(f"{MANAGER.partition('/')[2]} was not stopped in “{act.name}”")


def _faults(act: Act, name: str) -> list[FaultSpan]:
    """Return the faults of the act: all, or those of one name.

    :raises Inconclusive: if there is none, or one was not seen to bite
    """
    faults = [one for one in act.recording.faults if one.act in act.names and name in ("", one.fault)]
    lame = [one.fault for one in faults if not one.bit]
    if not faults or lame:
        raise Inconclusive(f"{lame[0]} was not seen to bite" if lame else f"no fault was recorded in “{act.name}”")
    return faults


def _recoveries(act: Act, counts: list[Count], faults: list[FaultSpan], wanted: int) -> list[Interval]:
    """Return how long an app was missing replicas after each fault, up to the first one that cannot be judged.

    :raises Inconclusive: if one cannot be judged, and no recovery before it took too long
    """
    ends = [*(one.applying.low for one in faults[1:]), act.end]
    took: list[Interval] = []
    for fault, end in zip(faults, ends, strict=True):
        try:
            took.append(_recovery(counts, fault, wanted, end))
        except Inconclusive:
            if all(act.bound.admits(one.low) for one in took):
                raise
            break
    return took


def _recovery(counts: list[Count], fault: FaultSpan, wanted: int, end: float) -> Interval:
    """Return how long an app was missing replicas after a fault, or had too many.

    :param end: when the next fault was applied, or the act ended
    """
    before = [one for one in counts if one.when.high <= fault.applying.low]
    if not before or not before[-1].is_whole(wanted):
        there = (
            f"{before[-1].ready} of {wanted} replicas were Ready{before[-1].unless(wanted)}"
            if before
            else "there was no pod"
        )
        raise Inconclusive(f"{there} before {fault.says}")
    after = [one for one in counts if fault.applying.low < one.when.high <= end]
    if all(one.ready >= wanted for one in after):
        raise Inconclusive(f"no replica was seen missing after {fault.says}")
    return whole_since(after, wanted, fault.applying, end)


def _moved_at(pods: list[Change], since: float, node: str, wanted: int) -> Interval | None:
    """Return since when there were ``wanted`` pods and no more, all Ready on other nodes, without those that are terminating;
    None if that was never so.
    """
    there: dict[str, Change] = {}
    states: list[tuple[Interval, bool]] = []
    for change in pods:
        there[change.uid] = change
        if change.type == "DELETED":
            del there[change.uid]
        going_on = [one.object for one in there.values() if not one.object["metadata"].get("deletionTimestamp")]
        elsewhere = [pod for pod in going_on if is_ready(pod) and node_of(pod) != node]
        if change.seen > since:
            states.append((change.when, len(elsewhere) == len(going_on) == wanted))
    return since_when(states)


def _endpoint_until(act: Act, app: str, since: float) -> float:
    """Return for how many seconds the deleted pod stayed a ready endpoint of the service of this name, up to the act's end."""
    for change in act.changes("EndpointSlice"):
        mine = change.object["metadata"].get("labels", {}).get("kubernetes.io/service-name") == app
        ready = [
            one for one in change.object.get("endpoints") or () if one.get("conditions", {}).get("ready") is not False
        ]
        names = {one["targetRef"]["name"] for one in ready if one.get("targetRef")}
        if mine and change.seen > since and act.victim not in names:
            return change.seen - since
    return act.end - since
