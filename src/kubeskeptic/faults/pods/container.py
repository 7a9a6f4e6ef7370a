"""The container or the pod that a fault acts on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubeskeptic import objects
from kubeskeptic.errors import BadInput, NotFound
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


def find(kube: Kube, namespace: str, pod: str, container: str = "") -> Running:
    """Return the container of this name, or the pod's first when the name is empty.

    :raises BadInput: when there is no such pod or container, or it is not running
    """
    try:
        found = kube.get("Pod", pod, namespace)
    except NotFound as missing:
        raise BadInput(f"there is no pod {namespace}/{pod}; name one that exists") from missing
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
    try:
        pod = kube.get("Pod", name, namespace)
    except NotFound as missing:
        raise BadInput(f"there is no pod {namespace}/{name}; name one that exists") from missing
    if not pod["status"].get("podIP") or pod["spec"].get("hostNetwork"):
        raise BadInput(f"pod {namespace}/{name} has no address of its own")
    return pod
