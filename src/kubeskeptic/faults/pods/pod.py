"""The pod or the container that a fault acts on, and the configuration of a pod that runs our own workload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubeskeptic import objects
from kubeskeptic.durations import KUBELET_ANSWERS
from kubeskeptic.errors import BadInput, ClusterError, NotFound
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Site, UndoRecord
from kubeskeptic.faults.targets import Target

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube


@dataclass(frozen=True)
class Running:
    """A running container: the pod's uid, the runtime's id of the container, and its restarts so far."""

    namespace: str
    pod: str
    uid: str
    node: str
    name: str
    id: str
    restarts: int

    @property
    def target(self) -> Target:
        """The pod: the effects of two faults in one pod could not be told apart."""
        return Target("pod", self.pod, self.namespace)

    def as_record(self) -> dict[str, Any]:
        """Return what undo and heal need."""
        return {
            "namespace": self.namespace,
            "pod": self.pod,
            "uid": self.uid,
            "node": self.node,
            "container": self.name,
            "id": self.id,
            "restarts": self.restarts,
        }


def pod_named(kube: Kube, namespace: str, name: str) -> objects.Object:
    """Return the pod of this name.

    :raises BadInput: when there is none
    """
    try:
        return kube.get("Pod", name, namespace)
    except NotFound as missing:
        raise BadInput(f"there is no pod {namespace}/{name}; name one that exists") from missing


def find(kube: Kube, namespace: str, pod: str, container: str = "") -> Running:
    """Return the container of this name, or the pod's first when the name is empty.

    :raises BadInput: when there is no such pod or container, or it is not running
    """
    found = pod_named(kube, namespace, pod)
    names = [one["name"] for one in found["spec"]["containers"]]
    name = container or names[0]
    if name not in names:
        raise BadInput(f"pod {namespace}/{pod} has no container {name}; it has {', '.join(names)}")
    status = objects.containers(found).get(name, {})
    if "running" not in status.get("state", {}):
        raise BadInput(f"container {name} of pod {namespace}/{pod} does not run; wait until it does")
    node = found["spec"]["nodeName"]
    uid = found["metadata"]["uid"]
    return Running(namespace, pod, uid, node, name, objects.runtime_id(status), status.get("restartCount", 0))


def with_address(kube: Kube, namespace: str, name: str) -> dict[str, Any]:
    """Return a pod that has an address of its own.

    :raises BadInput: when there is no such pod, or it uses its node's network
    """
    pod = pod_named(kube, namespace, name)
    if not pod["status"].get("podIP") or pod["spec"].get("hostNetwork"):
        raise BadInput(f"pod {namespace}/{name} has no address of its own")
    return pod


def record_of(site: Site, namespace: str, pod: str, port: int) -> dict[str, Any]:
    """Return what is needed to send requests to the pod.

    :raises BadInput: when there is no such pod, or it does not run our workload
    """
    found = pod_named(site.kube, namespace, pod)
    record = {"namespace": namespace, "pod": pod, "uid": found["metadata"]["uid"], "port": port}
    try:
        ask(site, record, "GET", "/healthz")
    except ClusterError as refused:
        raise BadInput(f"pod {namespace}/{pod} does not run our workload on port {port}: {refused}") from refused
    return record


def ask(
    site: Site, record: UndoRecord, method: str, path: str, body: Any = None, timeout: float | None = None
) -> bytes:
    """Send a request to the pod. Return the answer's body."""
    proxy = f"/api/v1/namespaces/{record['namespace']}/pods/{record['pod']}:{record['port']}/proxy"
    return site.kube.request(method, f"{proxy}{path}", body, timeout=timeout or KUBELET_ANSWERS)


def control(site: Site, record: UndoRecord, **wanted: Any) -> None:
    """Configure the workload, if the pod still exists."""
    if state.pod_or_none(site.kube, record["pod"], record["namespace"], record["uid"]):
        ask(site, record, "POST", "/control", wanted)
