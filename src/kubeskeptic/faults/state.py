"""Reading the state of pods, their owners and nodes from raw API objects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubeskeptic.errors import NotFound
from kubeskeptic.waiting import NotYet

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube

Object = dict[str, Any]


def unix(text: str) -> float:
    """Unix seconds of a time as Kubernetes or a container engine writes it; 0.0 for none."""
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def condition(thing: Mapping[str, Any], kind: str) -> str:
    """Status of a condition (``True``, ``False``, ``Unknown``), or empty when the object has none of this kind."""
    found = [c["status"] for c in thing.get("status", {}).get("conditions", []) if c["type"] == kind]
    return str(found[0]) if found else ""


def ready(pod: Mapping[str, Any]) -> bool:
    """Whether a pod is Ready and not being deleted."""
    return condition(pod, "Ready") == "True" and "deletionTimestamp" not in pod["metadata"]


def containers(pod: Mapping[str, Any]) -> dict[str, Object]:
    """The statuses of a pod's containers, by container name."""
    return {status["name"]: status for status in pod.get("status", {}).get("containerStatuses", [])}


def started(status: Mapping[str, Any]) -> float:
    """When a container that runs was started, Unix seconds; 0.0 when it does not run."""
    return unix(status.get("state", {}).get("running", {}).get("startedAt", ""))


def runtime_id(status: Mapping[str, Any]) -> str:
    """The container runtime's own id of a container, without ``containerd://``."""
    return str(status.get("containerID", "")).rpartition("//")[2]


def owner(thing: Mapping[str, Any]) -> Object | None:
    """Kind, name and uid of the controller that owns an object, None when it is bare."""
    for reference in thing["metadata"].get("ownerReferences", []):
        if reference.get("controller"):
            return {key: reference[key] for key in ("kind", "name", "uid")}
    return None


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
    return int(wanted), sum(ready(pod) for pod in mine)


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


def internal_ip(node: Mapping[str, Any]) -> str:
    """The address other nodes reach this one by."""
    return next((a["address"] for a in node["status"]["addresses"] if a["type"] == "InternalIP"), "")


def lease_renewed(kube: Kube, node: str) -> float:
    """When the node's kubelet last renewed its lease, Unix seconds; 0.0 when it has none."""
    try:
        return unix(kube.get("Lease", node, "kube-node-lease")["spec"].get("renewTime", ""))
    except NotFound:
        return 0.0
