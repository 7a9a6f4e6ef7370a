"""Eviction by a kubelet: the thresholds in force, what it measures as available, the signs that it evicts, and pins on images.

Under disk pressure, before it evicts pods, a kubelet deletes every image that no container uses. It keeps images that the
runtime reports as pinned (CRI, ``Image.pinned``); in containerd, a label pins an image. A second label, with the run's id,
marks our own pins.
"""

from __future__ import annotations

import json
import shlex
from typing import Any

import yaml

from kubeskeptic import objects
from kubeskeptic.durations import SETTING_READ
from kubeskeptic.faults import file_backup
from kubeskeptic.faults.fault import Site
from kubeskeptic.faults.runtime import CTR
from kubeskeptic.kube.settings.kubelets import config

CONFIGURATION = "/var/lib/kubelet/config.yaml"
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


PIN, OURS = "io.cri-containerd.pinned", "kubeskeptic/pinned"
_CTR = shlex.join(CTR)
_PIN = f"""
{_CTR} images ls -q 'labels."{PIN}"!=pinned' | while read -r image; do
  {_CTR} images label "$image" {PIN}=pinned {OURS}="$1" >/dev/null || exit
done
"""

UNPIN = (
    f"{{ {_CTR} images ls -q 'labels.\"{OURS}\"' | while read -r image; do "
    f'{_CTR} images label "$image" {PIN}= {OURS}= >/dev/null || exit; done; }}'
)
"""Shell commands that remove our pins from a node's images, and no others."""
RESTORE = file_backup.restore(CONFIGURATION, f"systemctl restart kubelet && {UNPIN}")
"""Restores the configuration in its node, restarts the kubelet and removes our pins; does nothing without a backup."""


def pin(site: Site, node: str) -> None:
    """Pin every image of a node that is not pinned yet."""
    site.in_node(node, "sh", "-c", _PIN, "sh", site.run)
