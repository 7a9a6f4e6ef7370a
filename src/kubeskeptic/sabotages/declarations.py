"""Sabotages that change what the workload declares: pure functions on manifests."""

from __future__ import annotations

import copy
from typing import Any

from kubeskeptic.scenarios.manifests import Manifest


def requests_removed(manifests: list[Manifest]) -> list[Manifest]:
    """No container requests anything."""
    return [_without(one, "requests") for one in manifests]


def memory_limit_removed(manifests: list[Manifest]) -> list[Manifest]:
    """No container has a limit."""
    return [_without(one, "limits") for one in manifests]


def no_grace(manifests: list[Manifest]) -> list[Manifest]:
    """Every pod has a grace period of 0 s."""
    return [_with_pod(one, terminationGracePeriodSeconds=0) for one in manifests]


def pods_together(manifests: list[Manifest]) -> list[Manifest]:
    """The pods of each app must be on one node."""
    return [_together(one) for one in manifests]


def replicaset_as_deployment(manifests: list[Manifest]) -> list[Manifest]:
    """Every ReplicaSet is a Deployment."""
    return [one | {"kind": "Deployment"} if one["kind"] == "ReplicaSet" else one for one in manifests]


def rollout_held_up(manifests: list[Manifest]) -> list[Manifest]:
    """Every Deployment takes a new pod for available only after ten minutes."""
    return [_patient(one) if one["kind"] == "Deployment" else one for one in manifests]


def _without(manifest: Manifest, resources: str) -> Manifest:
    copied = copy.deepcopy(manifest)
    for container in copied["spec"]["template"]["spec"]["containers"]:
        container.get("resources", {}).pop(resources, None)
    return copied


def _with_pod(manifest: Manifest, **spec: Any) -> Manifest:
    copied = copy.deepcopy(manifest)
    copied["spec"]["template"]["spec"] |= spec
    return copied


def _together(manifest: Manifest) -> Manifest:
    selector = {"matchLabels": manifest["spec"]["selector"]["matchLabels"]}
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": selector}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    return _with_pod(manifest, affinity={"podAffinity": required})


def _patient(manifest: Manifest) -> Manifest:
    return manifest | {"spec": manifest["spec"] | {"minReadySeconds": 600, "progressDeadlineSeconds": 900}}
