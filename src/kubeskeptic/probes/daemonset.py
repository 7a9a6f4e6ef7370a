"""The manifest of the agents: one pod on every node, whatever is wrong with the node. Pure."""

from __future__ import annotations

from typing import Any

from kubeskeptic.objects import ours

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
