"""Changes that neither Kubernetes nor the harness made. What another client does in an act must not be credited to Kubernetes.

The API server keeps the names of those who write an object in its ``managedFields``; the recorder notes them with each change.
A cordon or a taint needs no name: the harness cordons and taints nodes by faults only, which are recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubeskeptic.objects import FIELD_MANAGER
from kubeskeptic.timeline import Act, Change, FaultSpan
from kubeskeptic.timeline.recording import GIVEN

KUBERNETES = ("kube-controller-manager", "kube-scheduler", "kubelet", "k3s", "kubelite")
"""The field managers of Kubernetes itself: the names of its programs, as in their User-Agent (``managerOrUserAgent`` in
k8s.io/apiserver's endpoints/handlers/create.go, ``DefaultKubernetesUserAgent`` in client-go's rest/config.go). All controllers
run in kube-controller-manager. K3s and MicroK8s each run all components in one program, the last two."""
WHOLE = ("Pod", "EndpointSlice", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "HorizontalPodAutoscaler")
"""Kinds of which nothing else writes any part that is kept."""
SPEC = ("Service", "Node")
"""Kinds whose status others may write: providers of addresses, network plugins."""
_NEVER = float("inf")
_TAINT = "node.kubernetes.io/"
CONDITIONS = tuple(
    _TAINT + name
    for name in ("not-ready", "unreachable", "memory-pressure", "disk-pressure", "pid-pressure", "network-unavailable",
                 "unschedulable")
)  # fmt: skip
"""The taints by which the node controller shows conditions (Kubernetes documentation, "Taints and Tolerations")."""


def lacking(act: Act) -> Iterator[str]:
    """Yield the changes in an act that neither Kubernetes nor the harness made, one sentence each."""
    known = {FIELD_MANAGER, *KUBERNETES, *_own(act)}
    before: dict[str, Change] = {}
    for change in act.recording.changes:
        last = before.get(change.uid)
        before[change.uid] = change
        if not act.baseline <= change.seen <= act.end:
            continue
        others = [one for one in change.by if one.partition("/")[0] not in known]
        if others and (change.kind in WHOLE or (change.kind in SPEC and _spec(change) != _spec(last))):
            who = f"changed by {', '.join(others)}, which is neither Kubernetes nor this harness"
            yield f"{change.kind} {change.name} was {who}, {change.seen - act.start:.1f} s into the act"
        if change.kind == "Node" and last:
            yield from _marked(act, last, change)


def _own(act: Act) -> set[str]:
    """Return the field managers of the set-up: whatever changes a workload while it is set up, such as an operator, is part of
    the workload.
    """
    given = act.recording.acts.get(GIVEN)
    until = given.end if given and given.end is not None else -_NEVER
    changes = (one for one in act.recording.changes if one.kind in WHOLE and one.seen <= until)
    return {manager.partition("/")[0] for one in changes for manager in one.by}


def _marked(act: Act, last: Change, change: Change) -> Iterator[str]:
    """Yield how a node was cordoned, uncordoned or tainted, unless a fault explains it."""
    cordoned, was = (bool(_spec(one).get("unschedulable")) for one in (change, last))
    faults = [one for one in act.recording.faults if f"cordon/{change.name}" in one.targets]
    when = f"{change.seen - act.start:.1f} s into the act"
    if cordoned and not was and not any(_begun(one, change) for one in faults):
        yield f"{change.name} was cordoned {when}, and not by a fault"
    if was and not cordoned and any(_lasts(one, change) for one in faults):
        yield f"{change.name} was uncordoned {when}, while a fault had cordoned it"
    for taint in sorted(_taints(change) - _taints(last)):
        tainting = (one for one in act.recording.faults if f"taint/{change.name}/{taint}" in one.targets)
        if not any(_begun(one, change) for one in tainting):
            yield f"{change.name} was tainted with {taint} {when}, and not by a fault"


def _begun(fault: FaultSpan, change: Change) -> bool:
    """Return whether a change can be an effect of a fault: seen after it began, and perhaps made before it was undone."""
    return fault.phases.get("applying", _NEVER) <= change.seen and change.earliest <= _ended(fault, "undone")


def _lasts(fault: FaultSpan, change: Change) -> bool:
    """Return whether a fault was in force all the time in which a change can have happened."""
    return fault.phases.get("applied", _NEVER) <= change.earliest and change.seen < _ended(fault, "undoing")


def _ended(fault: FaultSpan, phase: str) -> float:
    return fault.phases.get(phase, _NEVER)


def _spec(change: Change | None) -> Mapping[str, Any]:
    return (change.object.get("spec") if change else None) or {}


def _taints(change: Change) -> set[str]:
    """Return the taints that keep pods away from a node, as ``KEY:EFFECT``, without those that show its conditions."""
    taints = _spec(change).get("taints") or ()
    return {
        f"{one.get('key')}:{one.get('effect')}"
        for one in taints
        if one.get("key") not in (None, *CONDITIONS) and one.get("effect") != "PreferNoSchedule"
    }
