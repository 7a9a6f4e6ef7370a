"""The kubelet's configuration of eviction: where it is, and one in which a threshold is always passed."""

from __future__ import annotations

from typing import Any

import yaml

from kubeskeptic.faults import aside

CONFIGURATION = "/var/lib/kubelet/config.yaml"
SIGNALS = {"memory": ("memory.available", "MemoryPressure"), "disk": ("nodefs.available", "DiskPressure")}
"""The eviction signal of each resource, and the node condition it turns into."""
ALMOST_ALL = "99.99%"
"""A node of a few containers has more than 99 % of its memory free; 100 % would switch the threshold off."""

RESTORE = aside.restore(CONFIGURATION, "systemctl restart kubelet")
"""Puts the configuration back in its node and restarts the kubelet; does nothing when nothing was put aside."""


def pressed(text: str, resource: str) -> str:
    """A kubelet's configuration with a soft threshold for a resource that is always passed."""
    signal, _ = SIGNALS[resource]
    configuration: dict[str, Any] = yaml.safe_load(text)
    for field, value in (("evictionSoft", ALMOST_ALL), ("evictionSoftGracePeriod", "1s")):
        configuration[field] = {**configuration.get(field, {}), signal: value}
    configuration["evictionMaxPodGracePeriod"] = 5
    return yaml.safe_dump(configuration, sort_keys=True)
