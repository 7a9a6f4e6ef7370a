"""Resource quantities as Kubernetes writes them: ``100m`` of CPU, ``24Mi`` of memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

RESOURCES = ("cpu", "memory", "ephemeral-storage")
"""The resources that pods request and nodes offer as allocatable."""

Amounts = dict[str, float]
"""Numbers of cores and bytes, by resource name."""

_SUFFIXES = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0}
_SUFFIXES |= {suffix: 1000.0**power for power, suffix in enumerate(("k", "M", "G", "T", "P", "E"), 1)}
_SUFFIXES |= {f"{suffix}i": 1024.0**power for power, suffix in enumerate(("K", "M", "G", "T", "P", "E"), 1)}
_QUANTITY = re.compile(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)")


def amount(quantity: str | float) -> float:
    """Return a quantity as a number of cores, bytes or pods.

    :raises ValueError: if it is not a quantity (Kubernetes documentation, "Quantity")
    """
    found = _QUANTITY.fullmatch(str(quantity))
    if found is None or found[2] not in _SUFFIXES:
        raise ValueError(f"{quantity!r} is not a quantity of Kubernetes")
    return float(found[1]) * _SUFFIXES[found[2]]


def requests(pod: Mapping[str, Any]) -> Amounts:
    """Return what the scheduler counts as a pod's requests, by resource: what its containers and sidecars request together, or
    more if an init container needs more while it runs, or what the pod requests as a whole, and its overhead (Kubernetes
    documentation, "Init Containers", "Resource sharing within containers", and "Pod Overhead").
    """
    spec = pod["spec"]
    return {resource: _requested(spec, resource) for resource in RESOURCES}


def _requested(spec: Mapping[str, Any], resource: str) -> float:
    sidecars = most = 0.0
    for one in spec.get("initContainers") or ():
        if one.get("restartPolicy") == "Always":  # it goes on running beside those that follow
            sidecars += _asked(one, resource)
        most = max(most, sidecars + (_asked(one, resource) if one.get("restartPolicy") != "Always" else 0.0))
    together = sidecars + sum(_asked(one, resource) for one in spec.get("containers", ()))
    whole = _asked(spec, resource) or max(together, most)
    return whole + amount((spec.get("overhead") or {}).get(resource, 0))


def _asked(one: Mapping[str, Any], resource: str) -> float:
    """Return the request of a container, or of a pod as a whole; 0 without one."""
    return amount(one.get("resources", {}).get("requests", {}).get(resource, 0))


def ended(pod: Mapping[str, Any]) -> bool:
    """Return whether a pod has terminated, so that its requests no longer count."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
