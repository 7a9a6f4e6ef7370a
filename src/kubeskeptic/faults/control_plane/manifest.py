"""The static pods of the control plane: their manifests, their processes, and which of them leads."""

from __future__ import annotations

import re
import time

from kubeskeptic import objects
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import BadInput
from kubeskeptic.faults import file_backup
from kubeskeptic.faults.fault import Site
from kubeskeptic.waiting import NotYet

HEALTH = {
    "kube-apiserver": "https://127.0.0.1:6443/livez",
    "kube-controller-manager": "https://127.0.0.1:10257/healthz",
    "kube-scheduler": "https://127.0.0.1:10259/healthz",
    "etcd": "http://127.0.0.1:2381/readyz",
}
"""The health endpoint of each component, on its node's loopback: kubeadm's defaults, which its own probes use as well."""
ETCD_RESTARTS = 5
"""Seconds within which a kubelet restarts etcd, unless it is blocked."""
# The kubelet deletes the mirror pod of a static pod that is gone, and reads no manifests until that request has ended
# (HandlePodCleanups in kubelet_pods.go; kubernetes/kubernetes#139502). Without etcd, the API server accepts the request but
# does not answer it for 34 s at a time, so etcd's manifest is not read: observed for up to five minutes. When the API server
# is down, the request fails at once.
_RESTARTED = (
    f"for _ in $(seq {ETCD_RESTARTS * 2}); do pgrep -x etcd >/dev/null && break; sleep 0.5; done; "
    "pgrep -x etcd >/dev/null || pkill -KILL -x kube-apiserver || true"
)


def restore(part: str) -> tuple[str, ...]:
    """Return the command line that restores a component's manifest in its node, and makes sure that the kubelet reads it."""
    return file_backup.restore(path(part), _RESTARTED if part == "etcd" else "")


def undoes(part: str) -> str:
    """Return what :func:`restore` does, as a phrase."""
    also = ", and kill an API server that keeps the kubelet from reading it"
    return f"restore the manifest of {part}{also if part == 'etcd' else ''}"


def path(part: str) -> str:
    """Return the path of the manifest that kubeadm writes for a component, such as ``kube-scheduler``.

    :raises BadInput: when the name could lead to another folder
    """
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", part):
        raise BadInput(f"the control plane has no component called “{part}”")
    return f"/etc/kubernetes/manifests/{part}.yaml"


def control_plane(site: Site) -> list[str]:
    """Return the names of the control plane nodes."""
    return [node.name for node in site.cluster.nodes if node.role == "control-plane"]


def processes(site: Site, node: str, part: str) -> dict[str, float]:
    """Return the age in seconds of each process of a component in a node, by its command line."""
    found = {}
    for line in site.in_node(node, "ps", "-eww", "-o", "etimes=,args=").splitlines():
        age, _, command = line.strip().partition(" ")
        if command.strip().partition(" ")[0].rpartition("/")[2] == part:
            found[command.strip()] = float(age)
    return found


def leads(site: Site, part: str, nodes: list[str], word: str = "", *, present: bool = True) -> str | NotYet:
    """Return evidence that the leader was started as wanted, and has acquired its lease since.

    :param word: text that its command line must contain; with ``present`` False, must not contain
    """
    lease = site.kube.get("Lease", part, "kube-system")["spec"]
    leader = next((node for node in nodes if str(lease.get("holderIdentity", "")).startswith(f"{node}_")), "")
    if not leader:
        return NotYet(f"the leader is {lease.get('holderIdentity') or 'none'}")
    running = processes(site, leader, part)
    fitting = [age for command, age in running.items() if (word in command) == present or not word]
    if len(running) != 1 or not fitting:
        run = f"{counted(len(running), 'process', 'processes')} {agreeing(len(running), 'runs', 'run')}"
        return NotYet(f"{run}, {len(fitting)} of them with the wanted command line")
    began = time.time() - fitting[0] - 1  # ages are whole seconds
    if objects.unix(lease["acquireTime"]) < began or objects.unix(lease["renewTime"]) < began:
        return NotYet("it has not acquired its lease yet")
    return f"{part} on {leader} leads"
