"""The manifests of the exec pods: one privileged pod on every node, in a namespace of our own. Pure functions."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from kubeskeptic.objects import ours

Manifest = dict[str, Any]

NAME = "exec"
LABEL = "kubeskeptic/exec"
"""Label of the exec pods and of their namespace; its value is the run."""
PORTS = range(11_000, 19_000)
"""Ports on the node's addresses where exec pods listen. They exclude those of the node's own components (10248 to 10259),
NodePorts, and ephemeral ports."""
KEY = "key"
_KEY_FOLDER = "/run/kubeskeptic-exec"
STATE_FOLDER = "/var/lib/kubeskeptic"
"""A node's folder for undo records and for the files that faults back up: the same for both kinds of access."""
_SHARED = {"kept": STATE_FOLDER, "kubernetes": "/etc/kubernetes", "kubelet": "/var/lib/kubelet"}
"""Folders of the node that the exec pod mounts at the same path, so that a path means the same for both kinds of access."""


def port(run: str) -> int:
    """Return the port of a run's exec pods. It depends on the run, because those of a dead run may still be listening."""
    return PORTS[crc32(run.encode()) % len(PORTS)]


def manifests(image: str, namespace: str, run: str, key: str) -> list[Manifest]:
    """Return the manifests of the namespace, the Secret with the key, and the DaemonSet.

    :param key: at least 32 characters; a client that has it can run commands as root on every node
    """
    labels = ours(run) | {LABEL: run}
    spec = {
        "selector": {"matchLabels": {LABEL: run}},
        "template": {"metadata": {"labels": labels}, "spec": _pod(image, port(run))},
    }
    meta = {"namespace": namespace, "labels": labels}
    enforced = {"pod-security.kubernetes.io/enforce": "privileged"}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels | enforced}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": meta | {"name": NAME}, "stringData": {KEY: key}},
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": meta | {"name": NAME}, "spec": spec},
    ]


def _pod(image: str, listens: int) -> Manifest:
    folders = [{"name": name, "hostPath": {"path": path, "type": _kind(name)}} for name, path in _SHARED.items()]
    return {
        "hostNetwork": True,
        "hostPID": True,
        "dnsPolicy": "Default",
        # Tolerates all taints and is never evicted: a fault of the node must not prevent its own undoing.
        "tolerations": [{"operator": "Exists"}],
        "priorityClassName": "system-node-critical",
        "terminationGracePeriodSeconds": 1,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "containers": [_container(image, listens)],
        "volumes": [*folders, {"name": KEY, "secret": {"secretName": NAME, "defaultMode": 0o400}}],
    }


def _kind(name: str) -> str:
    return "DirectoryOrCreate" if name == "kept" else ""


def _container(image: str, listens: int) -> Manifest:
    mounts = [{"name": name, "mountPath": path} for name, path in _SHARED.items()]
    host = {"name": "NODE_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}}
    return {
        "name": NAME,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["exec", "--host", "$(NODE_IP)", "--port", str(listens), "--key", f"{_KEY_FOLDER}/{KEY}"],
        "env": [host],
        "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}},
        "securityContext": {"privileged": True},
        "volumeMounts": [*mounts, {"name": KEY, "mountPath": _KEY_FOLDER, "readOnly": True}],
    }
