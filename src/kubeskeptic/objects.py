"""API objects as raw JSON: reading what the API server sent or the recorder saw, and the labels of what is ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Object = dict[str, Any]

MANAGED_BY = "app.kubernetes.io/managed-by"
RUN = "kubeskeptic/run"
OURS = f"{MANAGED_BY}=kubeskeptic"
"""Selects everything that the harness ever made, with or without a journal."""


def ours(run: str) -> dict[str, str]:
    """Return the labels of everything that one run makes."""
    return {MANAGED_BY: "kubeskeptic", RUN: run}


def unix(text: str) -> float:
    """Return the Unix seconds of a time as Kubernetes or a container engine writes it; 0.0 for none."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def condition(thing: Mapping[str, Any], kind: str) -> str:
    """Return the status of a condition (``True``, ``False``, ``Unknown``); empty when the object has none of this kind."""
    conditions = thing.get("status", {}).get("conditions") or ()
    return next((str(one["status"]) for one in conditions if one["type"] == kind), "")


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether a pod is Ready and not being deleted."""
    return condition(pod, "Ready") == "True" and not pod["metadata"].get("deletionTimestamp")


def node_of(pod: Mapping[str, Any]) -> str:
    """Return the node that a pod is bound to; empty before it is."""
    return str(pod.get("spec", {}).get("nodeName") or "")


def ip_of(pod: Mapping[str, Any]) -> str:
    """Return a pod's IP; empty before it has one."""
    return str(pod.get("status", {}).get("podIP") or "")


def internal_ip(node: Mapping[str, Any]) -> str:
    """Return the address by which other nodes reach a node; empty when it has none."""
    return next((a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP"), "")


def owner(thing: Mapping[str, Any]) -> Object | None:
    """Return kind, name and uid of the controller that owns an object; None when it is bare."""
    for reference in thing["metadata"].get("ownerReferences", []):
        if reference.get("controller"):
            return {key: reference[key] for key in ("kind", "name", "uid")}
    return None


# -- containers of a pod -----------------------------------------------------------------------------------------------
def containers(pod: Mapping[str, Any]) -> dict[str, Object]:
    """Return the statuses of a pod's containers, by container name."""
    return {status["name"]: status for status in pod.get("status", {}).get("containerStatuses") or ()}


def restarts(pod: Mapping[str, Any]) -> int:
    """Return how often a pod's containers have been restarted, in sum."""
    return sum(int(status.get("restartCount", 0)) for status in containers(pod).values())


def running(pod: Mapping[str, Any]) -> bool:
    """Whether every container of a pod runs, Ready or not."""
    statuses = containers(pod).values()
    return bool(statuses) and all("running" in status.get("state", {}) for status in statuses)


def started(status: Mapping[str, Any]) -> float:
    """Return when a running container was started, in Unix seconds; 0.0 when it does not run."""
    return unix(status.get("state", {}).get("running", {}).get("startedAt", ""))


def ran_for(pod: Mapping[str, Any], at: float) -> float:
    """Return for how many seconds at least every container of a pod had been running at a moment; 0.0 when one did not run.

    :param at: Unix seconds; a container's start is known to the second
    """
    starts = [started(status) for status in containers(pod).values()]
    return max(at - max(starts) - 1, 0.0) if starts and all(starts) else 0.0


def runtime_id(status: Mapping[str, Any]) -> str:
    """Return the container runtime's own id of a container, without ``containerd://``."""
    return str(status.get("containerID", "")).rpartition("//")[2]
