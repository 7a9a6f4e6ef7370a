"""Sabotages of the workload: pure functions from a manifest to a worse one."""

from __future__ import annotations

import copy
from typing import Any

from kubeskeptic.scenarios.manifests import Manifest


def restart_never(manifests: list[Manifest]) -> list[Manifest]:
    """The pods of `web` are bare, with restartPolicy Never."""
    out: list[Manifest] = []
    for manifest in manifests:
        if _is(manifest, "Deployment", "web"):
            out += [_bare(manifest, f"web-{number}") for number in range(manifest["spec"]["replicas"])]
        else:
            out.append(manifest)
    return out


def bare_pod_never_restarted(manifests: list[Manifest]) -> list[Manifest]:
    """The bare pod has restartPolicy Never."""
    return [_with(one, restartPolicy="Never") if _is(one, "Pod", "alone") else one for one in manifests]


def fixed_names(manifests: list[Manifest]) -> list[Manifest]:
    """A StatefulSet takes the place of the Deployment `web`: its replacements keep their names."""
    return [_as_stateful_set(one) if _is(one, "Deployment", "web") else one for one in manifests]


def statefulset_parallel(manifests: list[Manifest]) -> list[Manifest]:
    """Every StatefulSet has podManagementPolicy Parallel."""
    return [_with(one, podManagementPolicy="Parallel") if one["kind"] == "StatefulSet" else one for one in manifests]


def bare_pod_owned(manifests: list[Manifest]) -> list[Manifest]:
    """The bare pod is owned by a ReplicaSet."""
    return [_owned(one) if _is(one, "Pod", "alone") else one for one in manifests]


def traffic_policies_swapped(manifests: list[Manifest]) -> list[Manifest]:
    """Services with externalTrafficPolicy Cluster have Local instead, and the other way round."""
    swapped = {"Cluster": "Local", "Local": "Cluster"}
    policies = [swapped.get(one["spec"].get("externalTrafficPolicy", "")) for one in manifests]
    return [_with(one, externalTrafficPolicy=to) if to else one for one, to in zip(manifests, policies, strict=True)]


def session_affinity(manifests: list[Manifest]) -> list[Manifest]:
    """The service `web` has sessionAffinity ClientIP."""
    return [_with(one, sessionAffinity="ClientIP") if _is(one, "Service", "web") else one for one in manifests]


def nothing_to_switch_to(manifests: list[Manifest]) -> list[Manifest]:
    """The pod `after` lacks the label by which the service `switch` comes to select it."""
    return [one | {"metadata": {"name": "after"}} if _is(one, "Pod", "after") else one for one in manifests]


def _is(manifest: Manifest, kind: str, name: str) -> bool:
    return bool(manifest["kind"] == kind and manifest["metadata"]["name"] == name)


def _with(manifest: Manifest, **spec: Any) -> Manifest:
    return manifest | {"spec": manifest["spec"] | spec}


def _bare(deployment: Manifest, name: str) -> Manifest:
    template = copy.deepcopy(deployment["spec"]["template"])
    spec = template["spec"] | {"restartPolicy": "Never"}
    metadata = {"name": name, "labels": template["metadata"]["labels"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _as_stateful_set(deployment: Manifest) -> Manifest:
    return _with(deployment, serviceName=deployment["metadata"]["name"], podManagementPolicy="Parallel") | {
        "kind": "StatefulSet"
    }


def _owned(pod: Manifest) -> Manifest:
    labels = pod["metadata"]["labels"]
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod["spec"]},
    }
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": pod["metadata"]["name"]}, "spec": spec}
