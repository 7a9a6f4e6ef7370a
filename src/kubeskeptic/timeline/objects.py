"""Reading API objects as the recorder saw them: readiness, nodes, labels, endpoints. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kubeskeptic.objects import condition, ip_of, is_ready, node_of, ran_for, restarts, running
from kubeskeptic.settings import Setting
from kubeskeptic.timeline.recording import Change

__all__ = [
    "BY_KUBELET",
    "UNREACHABLE",
    "condition",
    "disruption",
    "eviction_delay",
    "ip_of",
    "is_leaving",
    "is_of",
    "is_ready",
    "known",
    "labelled",
    "living",
    "node_of",
    "ran_for",
    "restarts",
    "running",
    "tolerates_for_ever",
]

UNREACHABLE = "node.kubernetes.io/unreachable"
"""The taint of a node whose kubelet no longer renews its Lease."""
BY_KUBELET = "TerminationByKubelet"
"""The reason in the condition DisruptionTarget of a pod that its kubelet ends (Kubernetes documentation, "Disruptions")."""


def disruption(pod: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a pod's condition DisruptionTarget, which says why Kubernetes ends it; empty if it has none."""
    conditions = (pod.get("status") or {}).get("conditions") or ()
    return next((one for one in conditions if one.get("type") == "DisruptionTarget"), {})


def is_leaving(pod: Change) -> bool:
    """Return whether a pod is marked for deletion, or gone. A pod that is deleted by force, without a grace period, is gone
    without having been marked.
    """
    return pod.type == "DELETED" or bool(pod.object["metadata"].get("deletionTimestamp"))


def known(changes: Sequence[Change], at: float) -> list[dict[str, Any]]:
    """Return the objects that were there at a moment, each as it was then, or as it may have been: a change is seen after it
    happened, by its age at most.
    """
    late = max([at, *(one.seen for one in changes if one.earliest <= at)])
    return [one for moment in sorted({at, late}) for one in living(changes, moment).values()]


def labelled(changes: Iterable[Change], app: str) -> Iterator[Change]:
    """Return the changes to objects that carry the label ``app`` with this value."""
    return (change for change in changes if is_of(change, app))


def is_of(change: Change, app: str) -> bool:
    """Return whether an object carries the label ``app`` with this value."""
    return bool(change.object["metadata"].get("labels", {}).get("app") == app)


def tolerates_for_ever(pod: Mapping[str, Any]) -> bool:
    """Return whether a pod is never evicted from an unreachable node, like the pods of a DaemonSet."""
    tolerated = [
        one for one in pod.get("spec", {}).get("tolerations") or () if one.get("key") in (UNREACHABLE, None, "")
    ]
    return any("tolerationSeconds" not in one and one.get("effect") in ("NoExecute", None, "") for one in tolerated)


def eviction_delay(pods: Iterable[Change]) -> Setting | None:
    """Return EVICT: the longest time, in seconds, for which any of the pods tolerates an unreachable node."""
    seconds = [
        float(one["tolerationSeconds"])
        for change in pods
        for one in change.object.get("spec", {}).get("tolerations") or ()
        if one.get("key") == UNREACHABLE and "tolerationSeconds" in one
    ]
    return Setting("EVICT", max(seconds), "tolerationSeconds of the pods") if seconds else None


def living(changes: Iterable[Change], at: float) -> dict[str, dict[str, Any]]:
    """Return the objects that existed at a moment, by uid, each as last seen by then."""
    there: dict[str, dict[str, Any]] = {}
    for change in changes:
        if change.seen > at:
            break
        there[change.uid] = change.object
        if change.type == "DELETED":
            del there[change.uid]
    return there
