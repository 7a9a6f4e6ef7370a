"""Does the status of a workload count the pods that were recorded?

The controllers of Deployments, ReplicaSets and StatefulSets count the pods that the workload owns: those that are
there, those that are Ready, and those of the newest template (``calculateStatus`` in
pkg/controller/replicaset/replica_set_utils.go and in pkg/controller/deployment/sync.go, ``updateStatus`` in
pkg/controller/statefulset/stateful_set_control.go). They differ in whether pods count that have ended or are being
deleted, so both counts fit. Which template is the newest is not always recorded, so the count of any template fits, and
none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kubeskeptic.objects import owner
from kubeskeptic.timeline.objects import condition
from kubeskeptic.timeline.recording import Change, Recording
from kubeskeptic.timeline.tracks import Stretch, Track, contradicting

WORKLOADS = ("Deployment", "ReplicaSet", "StatefulSet")
_TEMPLATE = ("pod-template-hash", "controller-revision-hash")
"""Labels that controllers add to pods: the template that a pod was made from."""
Object = Mapping[str, Any]
Range = tuple[int, int]


def miscounted(recording: Recording, end: float, kind: str) -> Iterator[tuple[Stretch, str]]:
    """Yield the stretches before ``end`` in which the status of a workload of a kind contradicts the recorded pods, each with a
    sentence.
    """
    changes = [change for change in recording.changes if change.kind in (kind, "Pod") and change.uid]
    if not any(change.kind == "Pod" for change in changes):
        return
    workloads = {(change.name, change.uid) for change in changes if change.kind != "Pod"}
    for name, uid in sorted(workloads):
        mine = [
            change
            for change in changes
            if change.uid == uid or (change.kind == "Pod" and _owned(change, kind, name, uid))
        ]
        for field, count in _FIELDS.items():
            stated, there = _tracks(mine, field, count)
            for stretch, number in contradicting(stated, there, _fits, end):
                yield stretch, f"{field} of {kind} {name} was {number}, which the recorded pods do not explain"


def _owned(pod: Change, kind: str, name: str, uid: str) -> bool:
    """Return whether a workload owns a pod; a Deployment owns the ReplicaSets that are named after it and a template."""
    controller = owner(pod.object) or {}
    if kind != "Deployment":
        return controller.get("uid") == uid
    template = (pod.object["metadata"].get("labels") or {}).get(_TEMPLATE[0])
    return bool(template) and (controller.get("kind"), controller.get("name")) == ("ReplicaSet", f"{name}-{template}")


def _tracks(
    changes: Iterable[Change], field: str, count: Callable[[Iterable[Object]], tuple[Range, ...]]
) -> tuple[Track[int | None], Track[tuple[Range, ...]]]:
    """Return a count in the status of a workload (None: there is none), and the counts of its pods that fit."""
    stated: Track[int | None] = Track(None)
    there = Track(count(()))
    pods: dict[str, Object] = {}
    for change in changes:
        if change.kind != "Pod":
            status = change.object.get("status") or {}
            stated.turn(change, None if change.type == "DELETED" else int(status.get(field) or 0))
            continue
        pods[change.uid] = change.object
        if change.type == "DELETED":
            del pods[change.uid]
        there.turn(change, count(pods.values()))
    return stated, there


def _fits(stated: int | None, there: tuple[Range, ...]) -> bool:
    return stated is None or any(low <= stated <= high for low, high in there)


def _range(pods: Iterable[Object]) -> Range:
    """Return the number of pods without those that have ended or are being deleted, and with them."""
    all_ = list(pods)
    return sum(1 for pod in all_ if is_active(pod)), len(all_)


def is_active(pod: Object) -> bool:
    """Return whether a pod is neither being deleted nor has ended: controllers count it as one of the replicas
    (``IsPodActive`` in pkg/controller/controller_utils.go).
    """
    phase = (pod.get("status") or {}).get("phase")
    return not pod["metadata"].get("deletionTimestamp") and phase not in ("Succeeded", "Failed")


def _of_a_template(pods: Iterable[Object]) -> tuple[Range, ...]:
    templates: dict[object, list[Object]] = defaultdict(list)
    for pod in pods:
        labels = pod["metadata"].get("labels") or {}
        templates[tuple(labels.get(name) for name in _TEMPLATE)].append(pod)
    return ((0, 0), *(_range(ones) for ones in templates.values()))


_FIELDS: Mapping[str, Callable[[Iterable[Object]], tuple[Range, ...]]] = {
    "replicas": lambda pods: (_range(pods),),
    "readyReplicas": lambda pods: (_range(pod for pod in pods if condition(pod, "Ready") == "True"),),
    "updatedReplicas": _of_a_template,
}
"""By a field of the status, the counts of pods that fit."""
