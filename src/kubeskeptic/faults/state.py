"""The state of pods, their owners and nodes, from the API server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubeskeptic.errors import NotFound
from kubeskeptic.objects import Object, is_ready, owner, unix
from kubeskeptic.waiting import NotYet

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube


def pod_or_none(kube: Kube, name: str, namespace: str, uid: str) -> Object | None:
    """Return the pod with this uid; None when it is gone, or another pod has its name."""
    try:
        pod = kube.get("Pod", name, namespace)
    except NotFound:
        return None
    return pod if pod["metadata"]["uid"] == uid else None


def wanted_and_ready(kube: Kube, namespace: str, owned_by: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return how many pods an owner wants, and how many of its pods are Ready; None when the owner is gone.

    Pods are counted because the owner's status may be out of date.
    """
    try:
        controller = kube.get(owned_by["kind"], owned_by["name"], namespace)
    except NotFound:
        return None
    if controller["metadata"]["uid"] != owned_by["uid"]:
        return None
    wanted = controller.get("spec", {}).get("replicas", controller.get("status", {}).get("desiredNumberScheduled", 1))
    pods = kube.list("Pod", namespace)["items"]
    mine = [pod for pod in pods if (owner(pod) or {}).get("uid") == owned_by["uid"]]
    return int(wanted), sum(is_ready(pod) for pod in mine)


def forgotten(kube: Kube, namespace: str, pod: Object | None, address: str) -> str | NotYet:
    """Return evidence that a deleted pod is gone, without access to its node.

    The kubelet removes a pod's object once its containers have stopped (except in a forced deletion), and the
    EndpointSlice controller removes its address (Kubernetes documentation, Pod Lifecycle).
    """
    if pod:
        return NotYet("the API server still has the pod")
    slices = kube.list("EndpointSlice", namespace)["items"]
    there = any(address in one["addresses"] for each in slices for one in each.get("endpoints") or ())
    return (
        NotYet("its address is still an endpoint")
        if there
        else "the pod is gone, and its address from every EndpointSlice"
    )


def pods_on(kube: Kube, node: str) -> list[Object]:
    """Return the pods that are bound to a node."""
    items: list[Object] = kube.list("Pod", fields=f"spec.nodeName={node}")["items"]
    return items


def lease_renewed(kube: Kube, node: str) -> float:
    """Return when the node's kubelet last renewed its lease, in Unix seconds; 0.0 when it has none."""
    try:
        return unix(kube.get("Lease", node, "kube-node-lease")["spec"].get("renewTime", ""))
    except NotFound:
        return 0.0
