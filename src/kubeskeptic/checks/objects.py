"""Reading API objects as the recorder saw them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kubeskeptic.timeline import Change


def labelled(changes: Iterable[Change], app: str) -> Iterator[Change]:
    """Changes of objects that carry the label ``app`` with this value."""
    return (change for change in changes if change.object["metadata"].get("labels", {}).get("app") == app)


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether a pod is Ready and not on its way out."""
    return condition(pod, "Ready") == "True" and not pod["metadata"].get("deletionTimestamp")


def condition(thing: Mapping[str, Any], name: str) -> str:
    """The status of one condition: "True", "False" or "Unknown"; empty when the object does not have it."""
    conditions = thing.get("status", {}).get("conditions") or ()
    return next((str(one["status"]) for one in conditions if one["type"] == name), "")


def restarts(pod: Mapping[str, Any]) -> int:
    """How often a pod's containers have been restarted, in sum."""
    statuses = pod.get("status", {}).get("containerStatuses") or ()
    return sum(int(status.get("restartCount", 0)) for status in statuses)


def node_of(pod: Mapping[str, Any]) -> str:
    """The node a pod is bound to; empty before it is."""
    return str(pod.get("spec", {}).get("nodeName") or "")


def ip_of(pod: Mapping[str, Any]) -> str:
    """A pod's IP; empty before it has one."""
    return str(pod.get("status", {}).get("podIP") or "")
