"""Evicting the pods of a node, which respects PodDisruptionBudgets."""

from __future__ import annotations

from typing import Any

from kubeskeptic.errors import ClusterError, NotFound
from kubeskeptic.faults import state
from kubeskeptic.faults.contract import Site


def leaving(pods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of a node's pods that a drain evicts."""
    return [
        pod
        for pod in pods
        if (state.owner(pod) or {}).get("kind") not in ("DaemonSet", "Node")
        and pod["status"].get("phase") not in ("Succeeded", "Failed")
    ]


def evict_all(site: Site, node: str) -> list[str]:
    """Ask for the eviction of all that have to leave; the names of those that are still there."""
    pods = leaving(state.pods_on(site.kube, node))
    for pod in pods:
        if "deletionTimestamp" in pod["metadata"]:
            continue
        try:
            site.kube.evict(pod["metadata"]["name"], pod["metadata"]["namespace"])
        except NotFound:
            continue
        except ClusterError as refused:
            if refused.status != 429:  # a budget does not allow it now
                raise
    return sorted(pod["metadata"]["name"] for pod in pods)
