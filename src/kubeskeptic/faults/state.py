"""The state of pods, their owners and nodes, asked of the API server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kubeskeptic.errors import NotFound
from kubeskeptic.objects import Object, is_ready, owner, unix
from kubeskeptic.waiting import NotYet

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube


def pod_or_none(kube: Kube, name: str, namespace: str, uid: str) -> Object | None:
    """The pod with this uid, None when it is gone or another has its name."""
    try:
        pod = kube.get("Pod", name, namespace)
    except NotFound:
        return None
    return pod if pod["metadata"]["uid"] == uid else None


def wanted_and_ready(kube: Kube, namespace: str, owned_by: Mapping[str, Any]) -> tuple[int, int] | None:
    """How many pods an owner wants and how many of its own are Ready, counted in the pods and not in its status, which
    may be older; None when the owner is gone."""
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
    """Evidence, without a look into its node, that a pod that was deleted is gone: others have noticed.

    The kubelet takes a pod's object away once its containers have stopped, and only by force is it gone before; that no
    EndpointSlice has the address is the endpoint slice controller's doing (Kubernetes documentation, Pod Lifecycle).
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
    """The pods that are bound to a node."""
    items: list[Object] = kube.list("Pod", fields=f"spec.nodeName={node}")["items"]
    return items


def lease_renewed(kube: Kube, node: str) -> float:
    """When the node's kubelet last renewed its lease, Unix seconds; 0.0 when it has none."""
    try:
        return unix(kube.get("Lease", node, "kube-node-lease")["spec"].get("renewTime", ""))
    except NotFound:
        return 0.0
