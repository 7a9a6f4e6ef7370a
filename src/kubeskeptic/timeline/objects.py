"""Reading API objects as the recorder saw them: readiness, nodes, labels, endpoints. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kubeskeptic.bounds import Setting
from kubeskeptic.timeline.recording import Change

UNREACHABLE = "node.kubernetes.io/unreachable"
"""The taint of a node whose kubelet does not renew its Lease."""


def labelled(changes: Iterable[Change], app: str) -> Iterator[Change]:
    """Return the changes of objects that carry the label ``app`` with this value."""
    return (change for change in changes if change.object["metadata"].get("labels", {}).get("app") == app)


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Return whether a pod is Ready and not marked for deletion."""
    return condition(pod, "Ready") == "True" and not pod["metadata"].get("deletionTimestamp")


def condition(thing: Mapping[str, Any], name: str) -> str:
    """Return the status of one condition: "True", "False" or "Unknown"; empty when the object does not have it."""
    conditions = thing.get("status", {}).get("conditions") or ()
    return next((str(one["status"]) for one in conditions if one["type"] == name), "")


def restarts(pod: Mapping[str, Any]) -> int:
    """Return how often a pod's containers have been restarted, in sum."""
    statuses = pod.get("status", {}).get("containerStatuses") or ()
    return sum(int(status.get("restartCount", 0)) for status in statuses)


def running(pod: Mapping[str, Any]) -> bool:
    """Return whether every container of a pod runs, be it Ready or not."""
    statuses = pod.get("status", {}).get("containerStatuses") or ()
    return bool(statuses) and all("running" in status.get("state", {}) for status in statuses)


def node_of(pod: Mapping[str, Any]) -> str:
    """Return the node that a pod is bound to; empty before it is."""
    return str(pod.get("spec", {}).get("nodeName") or "")


def ip_of(pod: Mapping[str, Any]) -> str:
    """Return a pod's IP; empty before it has one."""
    return str(pod.get("status", {}).get("podIP") or "")


def tolerates_for_ever(pod: Mapping[str, Any]) -> bool:
    """Return whether a pod is never evicted from an unreachable node, as a DaemonSet's is not."""
    tolerated = [
        one for one in pod.get("spec", {}).get("tolerations") or () if one.get("key") in (UNREACHABLE, None, "")
    ]
    return any("tolerationSeconds" not in one and one.get("effect") in ("NoExecute", None, "") for one in tolerated)


def eviction_delay(pods: Iterable[Change], app: str = "") -> Setting | None:
    """Return EVICT: for how many seconds pods tolerate an unreachable node; the longest of them.

    :param app: only pods with this label; all when empty
    """
    seconds = [
        float(one["tolerationSeconds"])
        for change in (labelled(pods, app) if app else pods)
        for one in change.object.get("spec", {}).get("tolerations") or ()
        if one.get("key") == UNREACHABLE and "tolerationSeconds" in one
    ]
    return Setting("EVICT", max(seconds), "tolerationSeconds of the pods") if seconds else None


def living(changes: Iterable[Change], at: float) -> dict[str, dict[str, Any]]:
    """Return the objects that were there at a moment, by uid, each as it was seen last."""
    there: dict[str, dict[str, Any]] = {}
    for change in changes:
        if change.seen > at:
            break
        there[change.uid] = change.object
        if change.type == "DELETED":
            del there[change.uid]
    return there
