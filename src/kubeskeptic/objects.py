"""API objects as raw JSON: reading objects from the API server or the recorder, and the labels of the harness's own objects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Object = dict[str, Any]

MANAGED_BY = "app.kubernetes.io/managed-by"
RUN = "kubeskeptic/run"
OURS = f"{MANAGED_BY}=kubeskeptic"
"""Selects every object that the harness ever created, with or without a journal."""
FIELD_MANAGER = "kubeskeptic"
"""The field manager of every write of the harness, in an object's ``managedFields``."""


def ours(run: str) -> dict[str, str]:
    """Return the labels of every object that one run creates."""
    return {MANAGED_BY: "kubeskeptic", RUN: run}


def unix(text: str) -> float:
    """Return the Unix seconds of a time as written by Kubernetes or a container engine; 0.0 if empty."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def condition(thing: Mapping[str, Any], kind: str) -> str:
    """Return the status of a condition (``True``, ``False``, ``Unknown``); empty if the object lacks this condition."""
    conditions = thing.get("status", {}).get("conditions") or ()
    return next((str(one["status"]) for one in conditions if one["type"] == kind), "")


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Return whether a pod is Ready and not being deleted."""
    return condition(pod, "Ready") == "True" and not pod["metadata"].get("deletionTimestamp")


def node_of(pod: Mapping[str, Any]) -> str:
    """Return the node that a pod is bound to; empty before it is bound."""
    return str(pod.get("spec", {}).get("nodeName") or "")


def ip_of(pod: Mapping[str, Any]) -> str:
    """Return a pod's IP address; empty before it has one."""
    return str(pod.get("status", {}).get("podIP") or "")


def internal_ip(node: Mapping[str, Any]) -> str:
    """Return a node's InternalIP, at which other nodes reach it; empty if it has none."""
    return next((a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP"), "")


def owner(thing: Mapping[str, Any]) -> Object | None:
    """Return the kind, name and uid of the controller that owns an object; None if no controller owns it."""
    for reference in thing["metadata"].get("ownerReferences", []):
        if reference.get("controller"):
            return {key: reference[key] for key in ("kind", "name", "uid")}
    return None


# -- containers of a pod -----------------------------------------------------------------------------------------------
def containers(pod: Mapping[str, Any]) -> dict[str, Object]:
    """Return the statuses of a pod's containers, by container name."""
    return {status["name"]: status for status in pod.get("status", {}).get("containerStatuses") or ()}


def restarts(pod: Mapping[str, Any]) -> int:
    """Return the total number of restarts of a pod's containers."""
    return sum(int(status.get("restartCount", 0)) for status in containers(pod).values())


def running(pod: Mapping[str, Any]) -> bool:
    """Return whether every container of a pod is running, Ready or not."""
    statuses = containers(pod).values()
    return bool(statuses) and all("running" in status.get("state", {}) for status in statuses)


def started(status: Mapping[str, Any]) -> float:
    """Return when a running container was started, in Unix seconds; 0.0 if it is not running."""
    return unix(status.get("state", {}).get("running", {}).get("startedAt", ""))


def ran_for(pod: Mapping[str, Any], at: float) -> float:
    """Return the minimum time, in seconds, for which every container of a pod had been running at a moment; 0.0 if one was not
    running.

    :param at: the moment in Unix seconds; a container's start is known to the second
    """
    starts = [started(status) for status in containers(pod).values()]
    return max(at - max(starts) - 1, 0.0) if starts and all(starts) else 0.0


def runtime_id(status: Mapping[str, Any]) -> str:
    """Return a container's id in the container runtime, without the prefix ``containerd://``."""
    return str(status.get("containerID", "")).rpartition("//")[2]
