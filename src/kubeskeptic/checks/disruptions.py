"""Pods that ended in an act for another reason than its fault.

Kubernetes says in a pod's condition ``DisruptionTarget`` why it ends a pod (Kubernetes documentation, "Disruptions"). A pod
that is deleted by hand has no such condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from kubeskeptic.timeline import Act, Change, FaultSpan
from kubeskeptic.timeline.objects import BY_KUBELET, disruption, is_leaving, node_of

CONTROLLERS = ("DeletionByTaintManager", "DeletionByPodGC")
EVICTION = ("EvictionByEvictionAPI",)
REASONS: Mapping[str, tuple[str, ...]] = {
    "crash_node": CONTROLLERS,
    "freeze_node": CONTROLLERS,
    "shut_down_node": (*CONTROLLERS, BY_KUBELET),
    "cut_off_node": CONTROLLERS,
    "drain_node": EVICTION,
}
"""By a fault's name, why a pod on its node may be deleted while it lasts."""
RESOURCES = {"memory.available": "memory", "nodefs.available": "ephemeral-storage"}
"""By an eviction signal, the resource that the kubelet names (``signalToResource`` in pkg/kubelet/eviction/helpers.go)."""


def lacking(act: Act) -> Iterator[str]:
    """Yield the pods whose end in an act is not the one of its faults, one sentence each."""
    yield from _unmarked(act)
    for fault in act.recording.faults:
        if fault.act in act.names and "applied" in fault.phases:
            yield from _deleted(act, fault)
            yield from _evicted(act, fault)


def _deleted(act: Act, fault: FaultSpan) -> Iterator[str]:
    """Yield the pods on a fault's node that were deleted for another reason than the fault's while it lasted."""
    reasons = REASONS.get(fault.fault, ())
    nodes = {target.rpartition("/")[2] for target in fault.targets} if reasons else set()
    chosen = {target for one in act.recording.faults for target in one.targets}
    for change in _first(act, is_leaving) if reasons else ():
        node, why = node_of(change.object), disruption(change.object).get("reason") or "missing"
        mine = node in nodes and f"pod/{change.namespace}/{change.name}" not in chosen
        if mine and why not in reasons and fault.applied <= change.seen <= fault.phases.get("undoing", act.end):
            told = f"its DisruptionTarget is {why}, not {' or '.join(reasons)}"
            yield f"{change.name} was deleted while {fault.fault} lasted on {node}, but not because of it: {told}"


def _evicted(act: Act, fault: FaultSpan) -> Iterator[str]:
    """Yield the pods that a kubelet evicted for lack of another resource than the one whose threshold was raised."""
    wanted = RESOURCES.get(str(fault.settings.get("signal")))
    for change in _first(act, _is_evicted) if wanted else ():
        said = str(disruption(change.object).get("message"))
        if fault.applied <= change.seen <= act.end and f"low on resource: {wanted}." not in said:
            yield f"{change.name} was evicted, but not for lack of {wanted}: “{said}”"


def _unmarked(act: Act) -> Iterator[str]:
    """Yield the pods that were marked for deletion and later are not: Kubernetes never takes the mark back."""
    marked = {change.uid: change.seen for change in _first(act, is_leaving)}
    for change in act.recording.of_kind("Pod"):
        if not is_leaving(change) and marked.get(change.uid, act.end) < change.seen <= act.end:
            yield f"{change.name} was marked for deletion, and later it was not"


def _first(act: Act, is_so: Callable[[Change], bool]) -> Iterator[Change]:
    """Yield the first change of each pod in which something is so."""
    seen: set[str] = set()
    for change in act.recording.of_kind("Pod"):
        if change.uid not in seen and is_so(change):
            seen.add(change.uid)
            yield change


def _is_evicted(change: Change) -> bool:
    return disruption(change.object).get("reason") == BY_KUBELET
