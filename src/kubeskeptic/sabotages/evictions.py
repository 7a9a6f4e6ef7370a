"""Sabotages of eviction: a kubelet without a threshold, and bare pods that get an owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kubeskeptic.durations import FAULT_BITES
from kubeskeptic.faults import file_backup
from kubeskeptic.faults.components import eviction
from kubeskeptic.scenarios.manifests import Manifest
from kubeskeptic.scenarios.pressure import PRESSED
from kubeskeptic.scenarios.stage import Stage

OFF = "0%"
"""A threshold that is never crossed: the kubelet ignores the signal."""


@contextmanager
def eviction_off(stage: Stage) -> Iterator[None]:
    """The threshold that was raised is taken off again: the kubelet evicts no pod.

    The fault that raised it keeps the backup of the configuration, and restores it.
    """
    site, node, signal = stage.run.site, stage.facts[PRESSED]["node"], stage.facts[PRESSED]["signal"]
    hard = {**eviction.thresholds(site, node), signal: OFF}
    text = file_backup.read(site, node, eviction.CONFIGURATION)
    file_backup.write(site, node, eviction.CONFIGURATION, eviction.with_thresholds(text, hard))
    site.in_node(node, "systemctl", "restart", "kubelet")
    stage.wait(lambda: eviction.thresholds(site, node).get(signal) == OFF, FAULT_BITES, "eviction to be off")
    yield


def bare_pods_owned(manifests: list[Manifest]) -> list[Manifest]:
    """Every bare pod is owned by a ReplicaSet."""
    return [_owned(one) if one["kind"] == "Pod" else one for one in manifests]


def _owned(pod: Manifest) -> Manifest:
    labels = pod["metadata"]["labels"]
    template = {"metadata": {"labels": labels}, "spec": pod["spec"]}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": pod["metadata"]["name"]}, "spec": spec}
