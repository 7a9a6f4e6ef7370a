"""The agents: one pod on every node, whatever is wrong with the node. Their manifests, and deploying and deleting them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubeskeptic.durations import AGENTS_READY
from kubeskeptic.errors import Inconclusive, LeftDirty, PatienceExhausted, Unanswered
from kubeskeptic.kube import Kube
from kubeskeptic.kube.deletion import delete_and_wait
from kubeskeptic.kube.obstacles import ObstacleWatch, obstacles
from kubeskeptic.objects import is_ready, ours
from kubeskeptic.waiting import NotYet, until


class AgentDeployment:
    """One agent on every node of a cluster.

    :param image: the agent's image, already on the nodes
    :param namespace: the agents' own namespace, created and deleted here
    :param run: id of the run, for the labels
    """

    def __init__(self, kube: Kube, image: str, namespace: str, run: str) -> None:
        self._kube = kube
        self._image = image
        self._namespace = namespace
        self._run = run
        self._watch = ObstacleWatch()

    def nodes(self) -> list[str]:
        """Return the names of the cluster's nodes.

        :raises Unanswered: when the API server does not answer
        """
        return sorted(node["metadata"]["name"] for node in self._kube.list("Node")["items"])

    def apply(self) -> list[str]:
        """Apply the manifests, and return the nodes once each has a Ready agent.

        :raises Inconclusive: when an obstacle that does not resolve by itself keeps agents from becoming Ready
        :raises PatienceExhausted: naming a node without a Ready agent
        """
        for manifest in manifests(self._image, self._namespace, self._run):
            self._kube.apply(manifest)
        return until(self._ready, AGENTS_READY, what="an agent on every node", tolerate=(Unanswered,))

    def delete(self) -> None:
        """Delete the namespace, and return when it is gone.

        :raises LeftDirty: when it is not deleted
        """
        try:
            delete_and_wait(self._kube, "Namespace", self._namespace)
        except PatienceExhausted as stuck:
            raise LeftDirty(f"{stuck}; run `skeptic cleanup`") from stuck

    def _ready(self) -> list[str] | NotYet:
        nodes = self.nodes()
        pods = self._kube.list("Pod", self._namespace, labels=f"{LABEL}={self._run}")["items"]
        ready = {pod["spec"].get("nodeName") for pod in pods if is_ready(pod)}
        missing = [node for node in nodes if node not in ready]
        short = len(pods) < len(nodes)
        stuck = self._watch.lasting(obstacles(self._kube, self._namespace, pods, short=short)) if missing else []
        if stuck:
            raise Inconclusive(f"the agents cannot become Ready (none yet on {', '.join(missing)}): {'; '.join(stuck)}")
        return NotYet(f"none yet on {missing[0]}: {_state(pods, missing[0])}") if missing else nodes


def _state(pods: Iterable[dict[str, Any]], node: str) -> str:
    """Return why the agent of a node is not Ready, as the kubelet reports it."""
    for pod in pods:
        if pod["spec"].get("nodeName") == node:
            statuses = pod.get("status", {}).get("containerStatuses") or ()
            waiting = [one["state"]["waiting"] for one in statuses if one.get("state", {}).get("waiting")]
            return str(waiting[0].get("message") or waiting[0].get("reason")) if waiting else "not Ready"
    return "no pod"


Manifest = dict[str, Any]

NAME = "agent"
LABEL = "kubeskeptic/agent"
"""Label of the agents' pods; its value is the run."""
PORT = 8080

_FIELDS = {
    "NODE_NAME": "spec.nodeName",
    "POD_NAME": "metadata.name",
    "POD_NAMESPACE": "metadata.namespace",
    "POD_UID": "metadata.uid",
    "POD_IP": "status.podIP",
    "NODE_IP": "status.hostIP",
}


def manifests(image: str, namespace: str, run: str) -> list[Manifest]:
    """Return the manifests of the agents' namespace and DaemonSet."""
    labels = ours(run) | {LABEL: run}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": ours(run)}},
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": NAME, "namespace": namespace, "labels": labels},
            "spec": {
                "selector": {"matchLabels": {LABEL: run}},
                "template": {"metadata": {"labels": labels}, "spec": _pod(image)},
            },
        },
    ]


def _pod(image: str) -> Manifest:
    return {
        # Every taint, forever: the agent has to observe just those nodes that are unfit for other pods.
        "tolerations": [{"operator": "Exists"}],
        "priorityClassName": "system-node-critical",
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "dnsPolicy": "Default",
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [_container(image)],
    }


def _container(image: str) -> Manifest:
    return {
        "name": NAME,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["ask"],
        "ports": [{"containerPort": PORT}],
        "env": [{"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}} for name, path in _FIELDS.items()],
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": PORT}, "periodSeconds": 1},
        # No limits: a throttled or killed agent is blind exactly when there is something to see.
        # It uses a tenth of this. On a busy machine the request is its share of the processor; without it, ticks come late.
        "resources": {"requests": {"cpu": "500m", "memory": "32Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
