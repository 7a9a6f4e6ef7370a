"""Sabotages of the workload and of what it declares: pure functions from manifests to worse ones."""

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
    return [as_stateful_set(one) if _is(one, "Deployment", "web") else one for one in manifests]


def statefulset_parallel(manifests: list[Manifest]) -> list[Manifest]:
    """Every StatefulSet has podManagementPolicy Parallel."""
    return [_with(one, podManagementPolicy="Parallel") if one["kind"] == "StatefulSet" else one for one in manifests]


def bare_pod_owned(manifests: list[Manifest]) -> list[Manifest]:
    """The bare pod is owned by a ReplicaSet."""
    return [_owned(one) if _is(one, "Pod", "alone") else one for one in manifests]


def bare_pods_owned(manifests: list[Manifest]) -> list[Manifest]:
    """Every bare pod is owned by a ReplicaSet."""
    return [_owned(one) if one["kind"] == "Pod" else one for one in manifests]


def readiness_probe_removed(manifests: list[Manifest]) -> list[Manifest]:
    """No container has a readiness probe."""
    return [_without_probe(one, "readinessProbe") for one in manifests]


def liveness_probe_removed(manifests: list[Manifest]) -> list[Manifest]:
    """No container has a liveness probe."""
    return [_without_probe(one, "livenessProbe") for one in manifests]


def not_ready_published(manifests: list[Manifest]) -> list[Manifest]:
    """The headless services publish addresses that are not ready."""
    return [_with(one, publishNotReadyAddresses=True) if _headless(one) else one for one in manifests]


def cluster_ip_set(manifests: list[Manifest]) -> list[Manifest]:
    """The headless services have an address."""
    return [_with(one, clusterIP="") if _headless(one) else one for one in manifests]


def dns_policy_default(manifests: list[Manifest]) -> list[Manifest]:
    """The pod that looks names up has dnsPolicy Default: the name servers and search list of its node."""
    return [_with_pod(one, dnsPolicy="Default") if _is(one, "Deployment", "client") else one for one in manifests]


def service_links_off(manifests: list[Manifest]) -> list[Manifest]:
    """The pods that would see services in their environment have enableServiceLinks false."""
    return [_with_pod(one, enableServiceLinks=False) if _is(one, "Deployment", "client") else one for one in manifests]


def pods_with_names(manifests: list[Manifest]) -> list[Manifest]:
    """A StatefulSet behind the headless service takes the place of the Deployment `web`."""
    return [
        _with(as_stateful_set(one), serviceName="web-pods") if _is(one, "Deployment", "web") else one
        for one in manifests
    ]


def two_pods_of_a_name(manifests: list[Manifest]) -> list[Manifest]:
    """A bare pod claims the name of the StatefulSet's first pod."""
    out = list(manifests)
    for one in manifests:
        if _is(one, "StatefulSet", "db"):
            other = _bare(one, "db-other")
            out.append(
                other | {"spec": other["spec"] | {"hostname": "db-0", "subdomain": "db", "restartPolicy": "Always"}}
            )
    return out


def _with_pod(manifest: Manifest, **spec: Any) -> Manifest:
    changed = copy.deepcopy(manifest)
    changed["spec"]["template"]["spec"] |= spec
    return changed


def _headless(manifest: Manifest) -> bool:
    return bool(manifest["kind"] == "Service" and manifest["spec"].get("clusterIP") == "None")


def _without_probe(manifest: Manifest, probe: str) -> Manifest:
    changed = copy.deepcopy(manifest)
    template = changed["spec"].get("template", {}).get("spec", changed["spec"])
    for container in template.get("containers", ()):
        container.pop(probe, None)
    return changed


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


def as_stateful_set(deployment: Manifest) -> Manifest:
    """Return a StatefulSet of the same pods, which starts and ends them in parallel."""
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


def _together(manifest: Manifest) -> Manifest:
    selector = {"matchLabels": manifest["spec"]["selector"]["matchLabels"]}
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": selector}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    return _with_pod(manifest, affinity={"podAffinity": required})


def _patient(manifest: Manifest) -> Manifest:
    return manifest | {"spec": manifest["spec"] | {"minReadySeconds": 600, "progressDeadlineSeconds": 900}}
