"""When is a pod scheduled, and to which node?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.capacity import fits_after_all, takes_pods, too_large_together
from kubeskeptic.checks.declarations import not_requesting
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import NEVER, reached, seen_until, told
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import is_ready, living, node_of

_SAID = Bound(0, "pods", "the scheduler reports what is lacking")
_NOT_BEFORE = Bound(0, "pods", "there was no room for it")


@check
def stays_pending(act: Act, app: str, lacking: str, others: str = "") -> Finding:
    """Check that a pod created in this act stays without a node for longer than the case's bound, within which a pod that fits
    would run, and that the scheduler reports what is lacking.

    :param lacking: part of the scheduler's message, such as ``Insufficient cpu``
    :param others: the table with the requests of the pods that do not belong to the scenario; empty if the pod is to be larger
        than any node
    """
    changes = _made_in(act, app)
    act.reading.doubts += fits_after_all(act, changes[0], lacking.removeprefix("Insufficient "), others)
    made, placed = changes[0].when, next((change for change in changes if node_of(change.object)), None)
    gone = next((change.earliest for change in changes if change.type == "DELETED"), act.end)
    waited = placed.when.since(made) if placed else Interval(gone - made.high, NEVER)
    messages = [message for change in changes if (message := _unscheduled(change.object))]
    fitting = next((message for message in messages if lacking in message), "")
    must = Bound(act.bound.value, "s", act.bound.source, at_least=True)
    said = (fitting or (messages[-1] if messages else "nothing")).rstrip(".")
    end = "it was deleted" if gone < act.end else "the end of the observation"
    end = f"it was assigned to {node_of(placed.object)}" if placed else end
    return conclude(
        f"{changes[0].name} had no node for {waited.low:.1f} s, until {end}; the scheduler reported {said}.",
        {"waited": _at_least(waited), "without that reason": Measure(int(not fitting), "pods")},
        {"waited": must, "without that reason": _SAID},
        window=(act.start, act.end),
        decisive=tuple(dict.fromkeys(messages))[:4],
    )


@check
def runs_in_time(act: Act, app: str, *, requesting: bool = False) -> Finding:
    """Check that the first pod of an app that is created in this act is Ready within the case's bound of its creation, until
    it is deleted.

    In an act that removes the network plugin from a node, the pod must use that node's network and be Ready meanwhile.

    :param requesting: whether the pod must request CPU, memory and disk
    """
    changes = _made_in(act, app)
    act.reading.doubts += not_requesting(changes[0]) if requesting else ()
    made, ready = changes[0].when, next((change for change in changes if is_ready(change.object)), None)
    _without_network(act, changes[0], ready)
    when = _ready_until_deleted(changes)
    took = when.since(made) if when else Interval(seen_until(act) - made.high, NEVER)
    why = f"{changes[0].name} was not Ready {took.low:.1f} s after it was created; the limit is {act.bound.value:g} s."
    if ready:
        why = f"{ready.name} was Ready on {node_of(ready.object)} {told(took, 2)} after it was created; "
        why += f"the limit is {act.bound.value:g} s."
    return conclude(why, {"Ready": seconds(took)}, {"Ready": act.bound}, window=(act.start, act.end))


@check
def runs_once_there_is_room(act: Act, app: str, other: str) -> Finding:
    """Check that a waiting pod is Ready within the case's bound of the end of another app's pod, and has no node before that.

    :param other: the app whose pod makes room: its requests count until it has ended
    """
    changes = _made_in(act, app)
    made = changes[0].seen
    room = next((c for c in act.changes("Pod", app=other) if c.seen > made and _ended(c)), None)
    if room is None:
        raise Inconclusive(f"no pod of {other} ended while {changes[0].name} waited")
    placed = next((change for change in changes if node_of(change.object)), None)
    bound = placed.seen if placed else NEVER
    if placed and node_of(placed.object) != node_of(room.object):
        where = f"{node_of(placed.object)}, and the pod of {other} that ended was on {node_of(room.object)}"
        act.reading.doubts.append(f"{changes[0].name} was assigned to {where}")
    ready = _ready_until_deleted(changes)
    took = ready.since(room.when) if ready else Interval(seen_until(act) - room.seen, NEVER)
    shown = f"was Ready {told(took, 2)}" if ready else f"was not Ready {took.low:.1f} s"
    why = f"{changes[0].name} {shown} after a pod of {other} had made room; the limit is {act.bound.value:g} s."
    if bound < room.earliest:
        why = f"{changes[0].name} was assigned to a node {room.earliest - bound:.2f} s before there was room for it."
    return conclude(
        why,
        {"Ready after there was room": seconds(took), "placed before": Measure(int(bound < room.earliest), "pods")},
        {"Ready after there was room": act.bound, "placed before": _NOT_BEFORE},
        window=(act.start, act.end),
    )


@check
def spreads(act: Act, app: str) -> Finding:
    """Check that the pods of an app that are created in this act, which would all fit on one node, are not all placed on one.
    Those that were there before show nothing of it.

    :raises NotAsked: if the cluster has only one worker
    :raises Inconclusive: if only one of them takes pods
    """
    workers = [node for node, role in act.recording.roles.items() if role == "worker"]
    if len(workers) == 1:
        raise NotAsked(f"{workers[0]} is the only worker: there is nothing to spread over")
    homes: dict[str, str] = {}
    for change in _fresh(act, app):
        homes[change.uid] = node_of(change.object)
        if change.type == "DELETED":
            del homes[change.uid]
    counts = {node: list(homes.values()).count(node) for node in sorted({*homes.values()} - {""})}
    _require_choice(act, workers)
    if len(homes) < 2:
        raise Inconclusive(
            f"there {agreeing(len(homes), 'was', 'were')} {counted(len(homes), 'new pod')} of {app}, too few to be spread"
        )
    act.reading.doubts += too_large_together(act, _fresh(act, app), workers)
    told = ", ".join(f"{count} on {node}" for node, count in counts.items())
    return conclude(
        f"{len(homes)} new small pods were placed: {told}.",
        {"nodes": Measure(len(counts), "nodes")},
        {"nodes": Bound(2, "nodes", "more than the one that could take all", at_least=True)},
        nodes=tuple(counts),
        window=(act.start, act.end),
    )


def _require_choice(act: Act, workers: Sequence[str]) -> None:
    """Require that several workers took pods when the act began.

    :raises Inconclusive: if only one did
    """
    nodes = living(act.recording.of_kind("Node"), act.start).values()
    closed = {str(node["metadata"]["name"]) for node in nodes if not takes_pods(node)} & {*workers}
    if closed and len(workers) - len(closed) < 2:
        raise Inconclusive(f"{', '.join(sorted(closed))} took no pods: there was nothing to spread over")


def _ready_until_deleted(changes: list[Change]) -> Interval | None:
    """Return when a pod was Ready, until its deletion was requested or the act ended; None if it never was."""
    kept = takewhile(lambda change: not change.object["metadata"].get("deletionTimestamp"), changes)
    return reached(kept, lambda change: is_ready(change.object))


def _without_network(act: Act, made: Change, ready: Change | None) -> None:
    """Require that a pod was in the network of the node from which a fault of the act removed the network plugin, all the time.

    :raises Inconclusive: if it was on another node or in a network of its own, or not created and Ready during the fault
    """
    for fault in act.faults_of(act.spans[0]):
        node = next((target.rpartition("/")[2] for target in fault.targets if target.startswith("network/")), "")
        spec, until = (ready or made).object.get("spec", {}), fault.phases.get("undoing", act.end)
        if node and (node_of((ready or made).object) != node or not spec.get("hostNetwork")):
            raise Inconclusive(f"{made.name} was not in the network of {node}, which has no network plugin")
        if node and not fault.applying.high <= made.earliest <= (ready or made).seen <= until:
            raise Inconclusive(f"{made.name} was not created and Ready while {node} had no network plugin")


def _made_in(act: Act, app: str) -> list[Change]:
    """Return the changes to the first pod of an app that was created in this act.

    :raises Inconclusive: if none was created
    """
    fresh = _fresh(act, app)
    if not fresh:
        raise Inconclusive(f"no pod of {app} was created in “{act.name}”")
    return [change for change in fresh if change.uid == fresh[0].uid]


def _fresh(act: Act, app: str) -> list[Change]:
    """Return the changes to all pods of an app that were created in this act."""
    changes = list(act.changes("Pod", app=app))
    known = {change.uid for change in changes if change.seen < act.start}
    return [change for change in changes if change.uid not in known]


def _unscheduled(pod: dict[str, Any]) -> str:
    """Return the scheduler's message about a pod for which it found no node; empty if there is none."""
    for condition in pod.get("status", {}).get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return str(condition.get("message", "")).partition(" preemption:")[0]
    return ""


def _ended(change: Change) -> bool:
    return change.type == "DELETED" or change.object.get("status", {}).get("phase") in ("Succeeded", "Failed")


def _at_least(waited: Interval) -> Measure:
    """Return a length of time that must not be too short as a measure: its value is the lower end of the interval."""
    return Measure(round(waited.low, 3), "s", waited.low, waited.high)
