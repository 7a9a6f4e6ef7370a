"""Eviction thresholds of a kubelet: those in force, what it measures as available, and the signs that it evicts."""

from __future__ import annotations

import json
from typing import Any

import yaml

from kubeskeptic import objects
from kubeskeptic.durations import SETTING_READ
from kubeskeptic.faults.fault import Site
from kubeskeptic.kube.settings.kubelets import config

CONDITIONS = {"memory.available": "MemoryPressure", "nodefs.available": "DiskPressure"}
"""The node condition of each eviction signal."""
DISK = ("nodefs.available",)
MIB = 1 << 20


def available(site: Site, node: str, signal: str) -> int:
    """Return how much of a resource a kubelet measures as available now, in bytes."""
    said = site.kube.get_raw(f"/api/v1/nodes/{node}/proxy/stats/summary", timeout=SETTING_READ)
    return int(json.loads(said)["node"]["fs" if signal in DISK else "memory"]["availableBytes"])


def taint(condition: str) -> str:
    """Return the key of the taint that a node with this pressure condition gets."""
    return f"node.kubernetes.io/{condition.removesuffix('Pressure').lower()}-pressure"


def with_thresholds(text: str, hard: dict[str, str]) -> str:
    """Return a kubelet's configuration with these hard thresholds, and with the disk use of pods measured every 5 s."""
    configuration: dict[str, Any] = yaml.safe_load(text)
    configuration |= {"evictionHard": hard, "volumeStatsAggPeriod": "5s"}
    return yaml.safe_dump(configuration, sort_keys=True)


def thresholds(site: Site, node: str) -> dict[str, str]:
    """Return the hard thresholds that a kubelet has in force, by signal."""
    return dict(config(site.kube, node).get("evictionHard") or {})


def taints(node: objects.Object) -> list[str]:
    """Return the keys of a node's taints."""
    return [str(one["key"]) for one in node["spec"].get("taints") or ()]
