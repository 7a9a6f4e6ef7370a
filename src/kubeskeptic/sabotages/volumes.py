"""Sabotages of the workload that replace its volumes and containers: pure functions on manifests."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from kubeskeptic.scenarios.manifests import Manifest

HOST_PATH = "/tmp"  # noqa: S108 - a folder that every node has
NOTE = "kubeskeptic-note"
"""The name of the file that scenarios write, and that `host_path` leaves in a folder of the node."""


def containers_in_two_pods(manifests: list[Manifest]) -> list[Manifest]:
    """Each container of a pod of several gets a pod of its own."""
    return [part for manifest in manifests for part in _parts(manifest)]


def volume_in_one_container(manifests: list[Manifest]) -> list[Manifest]:
    """Only the first container of each pod mounts its volumes."""

    def only_the_first(spec: dict[str, Any]) -> None:
        """Unmount volumes from a pod's other containers."""
        for container in spec["containers"][1:]:
            container.pop("volumeMounts", None)

    return _each(manifests, only_the_first)


def host_path(manifests: list[Manifest]) -> list[Manifest]:
    """Every emptyDir is a folder of the node."""

    def on_the_node(spec: dict[str, Any]) -> None:
        """Put a pod's emptyDirs into a folder of the node."""
        for volume in spec.get("volumes", ()):
            if volume.pop("emptyDir", None) is not None:
                volume["hostPath"] = {"path": HOST_PATH, "type": "Directory"}

    return [_tidy(one) if one["kind"] == "Pod" else one for one in _each(manifests, on_the_node)]


def own_disk_is_a_volume(manifests: list[Manifest]) -> list[Manifest]:
    """The folder /own of every container is an emptyDir of its pod, not the container's own disk."""

    def mounted(spec: dict[str, Any]) -> None:
        """Mount an emptyDir over the folder in each container."""
        spec["volumes"] = [*spec.get("volumes", ()), {"name": "own", "emptyDir": {}}]
        for container in spec["containers"]:
            container["volumeMounts"] = [*container.get("volumeMounts", ()), {"name": "own", "mountPath": "/own"}]

    return _each(manifests, mounted)


def two_claims(manifests: list[Manifest]) -> list[Manifest]:
    """Every bare pod but the first mounts a copy of the claim that it shares."""
    seen: set[str] = set()
    copies: list[Manifest] = []

    def another(spec: dict[str, Any]) -> None:
        """Give a pod another claim in place of one that was seen before."""
        for volume in spec.get("volumes", ()):
            claim = volume.get("persistentVolumeClaim", {})
            name = claim.get("claimName", "")
            if name and name in seen:
                claim["claimName"] = f"{name}-too"
                copies.append(_renamed(next(one for one in manifests if _is_claim(one, name)), f"{name}-too"))
            seen.add(name)

    changed = list(_each(manifests, another))
    return [*copies, *changed]  # a claim before the pod that mounts it


def volumes_in_memory(manifests: list[Manifest]) -> list[Manifest]:
    """Every volume is an emptyDir in memory."""

    def in_memory(spec: dict[str, Any]) -> None:
        """Put a pod's volumes into memory."""
        spec["volumes"] = [
            {"name": one["name"], "emptyDir": {"medium": "Memory", "sizeLimit": "4Mi"}}
            for one in spec.get("volumes", ())
        ]

    return [one for one in _each(manifests, in_memory) if one["kind"] != "PersistentVolumeClaim"]


def _each(manifests: list[Manifest], change: Callable[[dict[str, Any]], None]) -> list[Manifest]:
    """Return copies of manifests, with the spec of every pod changed in place."""
    copies = copy.deepcopy(manifests)
    for manifest in copies:
        if spec := _pod_spec(manifest):
            change(spec)
    return copies


def _pod_spec(manifest: Manifest) -> dict[str, Any]:
    """Return the spec of the manifest's pods, to be changed in place; empty if it creates no pods."""
    spec: dict[str, Any] = manifest.get("spec", {})
    made: dict[str, Any] = spec if manifest["kind"] == "Pod" else spec.get("template", {}).get("spec", {})
    return made


def _parts(manifest: Manifest) -> list[Manifest]:
    containers = _pod_spec(manifest).get("containers", [])
    if len(containers) < 2:
        return [manifest]
    parts = []
    for container in containers:
        name = f"{manifest['metadata']['name']}-{container['name']}"
        part = _renamed(manifest, name)
        _pod_spec(part)["containers"] = [container]
        if "selector" in part["spec"]:
            part["spec"]["selector"]["matchLabels"]["part"] = container["name"]
            part["spec"]["template"]["metadata"]["labels"]["part"] = container["name"]
        parts.append(part)
    return parts


def _renamed(manifest: Manifest, name: str) -> Manifest:
    copied = copy.deepcopy(manifest)
    copied["metadata"]["name"] = name
    return copied


def _is_claim(manifest: Manifest, name: str) -> bool:
    return bool(manifest["kind"] == "PersistentVolumeClaim" and manifest["metadata"]["name"] == name)


def _tidy(pod: Manifest) -> Manifest:
    """Return a bare pod whose containers remove the note from each of their mounts before they end."""
    for container in _pod_spec(pod)["containers"]:
        notes = [f"{mount['mountPath']}/{NOTE}" for mount in container.get("volumeMounts", ())]
        container["lifecycle"] = {"preStop": {"exec": {"command": ["rm", "-f", *notes]}}}
    return pod
