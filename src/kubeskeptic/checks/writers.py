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
"""Kinds whose status others may write, except for OWNED: providers of addresses, network plugins."""
OWNED = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")
"""The conditions of a node that only its kubelet and the node controller write (Kubernetes documentation, "Node Status"). A
network plugin writes NetworkUnavailable."""
BY_HAND = "kubectl"
"""How the field managers of kubectl begin: ``kubectl``, ``kubectl-edit``, ``kubectl-rollout`` and so on."""
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
    for gap in act.recording.gaps:
        if gap.source == "watch" and gap.resource in ("", "Node") and gap.touches(act.baseline, act.end):
            yield f"The watch of Node was interrupted in the act: it is not known who changed a node. {gap.reason}"
    own = _own(act)
    before: dict[str, Change] = {}
    for change in act.recording.changes:
        last = before.get(change.uid)
        before[change.uid] = change
        if not act.baseline <= change.seen <= act.end:
            continue
        # A pod that an operator made would stand for one that a controller is to make.
        made = change.kind == "Pod" and last is None
        others = [one for one in foreign(change) if made or (change.kind, one) not in own]
        if others and (change.kind in WHOLE or (change.kind in SPEC and _parts(change) != _parts(last))):
            who = f"changed by {', '.join(others)}, which is neither Kubernetes nor this harness"
            yield f"{change.kind} {change.name} was {who}, {change.seen - act.start:.1f} s into the act"
        if change.kind == "Node" and last:
            yield from _marked(act, last, change)


def foreign(change: Change) -> list[str]:
    """Return the field managers of a change that are neither Kubernetes nor the harness, as recorded."""
    return [one for one in change.by if one.partition("/")[0] not in (FIELD_MANAGER, *KUBERNETES)]


def _own(act: Act) -> set[tuple[str, str]]:
    """Return the kinds that are changed while the workload is set up, each with the field manager and the subresource: whatever
    does so, such as an operator, is part of the workload, and may change the same again. kubectl is no part of any.
    """
    given = act.recording.acts.get(GIVEN)
    until = given.end if given and given.end is not None else -_NEVER
    changes = (one for one in act.recording.changes if one.kind in WHOLE and one.seen <= until)
    return {(one.kind, by) for one in changes for by in foreign(one) if not by.startswith(BY_HAND)}


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


def _parts(change: Change | None) -> object:
    """Return the parts of a Service or a node that nothing but Kubernetes and the harness writes."""
    status = (change.object.get("status") if change and change.kind == "Node" else None) or {}
    return _spec(change), [one for one in status.get("conditions") or () if one.get("type") in OWNED]


def _taints(change: Change) -> set[str]:
    """Return the taints that keep pods away from a node, as ``KEY:EFFECT``, without those that show its conditions."""
    taints = _spec(change).get("taints") or ()
    return {
        f"{one.get('key')}:{one.get('effect')}"
        for one in taints
        if one.get("key") not in (None, *CONDITIONS) and one.get("effect") != "PreferNoSchedule"
    }
