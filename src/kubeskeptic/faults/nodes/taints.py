"""Taints of nodes: finding and changing one, and whether a pod tolerates it."""

from __future__ import annotations

from typing import Any

from kubeskeptic.errors import Conflict
from kubeskeptic.faults.fault import Site


def tolerates(pod: dict[str, Any], taint: dict[str, str]) -> bool:
    """Return whether a pod tolerates a taint forever, as mirror pods do (Kubernetes documentation, Taints and Tolerations)."""
    if "kubernetes.io/config.mirror" in pod["metadata"].get("annotations", {}):
        return True
    for one in pod["spec"].get("tolerations", []):
        fits = one.get("operator") == "Exists" or one.get("value", "") == taint["value"]
        if one.get("key") in (None, taint["key"]) and one.get("effect") in (None, taint["effect"]) and fits:
            return one.get("tolerationSeconds") is None
    return False


def find(node: dict[str, Any], key: str, effect: str) -> bool:
    """Return whether a node has a taint of this key and effect."""
    return any((one["key"], one["effect"]) == (key, effect) for one in node["spec"].get("taints", []))


def rewrite(site: Site, name: str, taint: dict[str, str], *, add: bool) -> None:
    """Add or remove one taint, and keep the others; retry if the node was changed in the meantime.

    :raises Conflict: when that happens four times in a row
    """
    for last in (False, False, False, True):
        node = site.kube.get("Node", name)
        others = [
            one
            for one in node["spec"].get("taints", [])
            if (one["key"], one["effect"]) != (taint["key"], taint["effect"])
        ]
        patch = {
            "metadata": {"resourceVersion": node["metadata"]["resourceVersion"]},
            "spec": {"taints": [*others, taint] if add else others},
        }
        try:
            site.kube.patch("Node", name, None, patch)
        except Conflict:
            if last:
                raise
        else:
            return
