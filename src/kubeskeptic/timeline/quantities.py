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
    """Return the sum of the requests of a pod's containers, by resource."""
    asked = [container.get("resources", {}).get("requests", {}) for container in pod["spec"].get("containers", ())]
    return {resource: sum(amount(one.get(resource, 0)) for one in asked) for resource in RESOURCES}


def ended(pod: Mapping[str, Any]) -> bool:
    """Return whether a pod has terminated, so that its requests no longer count."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
