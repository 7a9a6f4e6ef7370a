"""The static pods of the control plane: their manifests, their processes, and who of them leads."""

from __future__ import annotations

import re
import time

from kubeskeptic import objects
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
"""Where each part says how it is, on loopback of its node: kubeadm's defaults, which its own probes ask, too."""
LETS_GO = 5
"""Seconds within which a kubelet that is free to do so has started etcd again."""
# A kubelet deletes the mirror pod of a static pod that is gone, and looks at no manifest while it does (HandlePodCleanups in
# kubelet_pods.go; kubernetes/kubernetes#139502). Without etcd the API server takes such a request and says nothing, 34 s at a
# time, so that the manifest is not read that would bring etcd back: seen to last five minutes. An API server that is gone says
# so at once.
_STARTED = (
    f"for _ in $(seq {LETS_GO * 2}); do pgrep -x etcd >/dev/null && break; sleep 0.5; done; "
    "pgrep -x etcd >/dev/null || pkill -KILL -x kube-apiserver || true"
)


def restore(part: str) -> tuple[str, ...]:
    """The command line that puts a part's manifest back in its node, and has the kubelet read it."""
    return file_backup.restore(path(part), _STARTED if part == "etcd" else "")


def undoes(part: str) -> str:
    """What :func:`restore` does, for people."""
    also = ", and end an API server that keeps the kubelet from reading it"
    return f"put the manifest of {part} back{also if part == 'etcd' else ''}"


def path(part: str) -> str:
    """Where kubeadm puts the manifest of a part, such as ``kube-scheduler``.

    :raises BadInput: when no part is called so, and it would be somewhere else
    """
    if not re.fullmatch(r"[a-z]+(-[a-z]+)*", part):
        raise BadInput(f"no part of the control plane is called {part!r}")
    return f"/etc/kubernetes/manifests/{part}.yaml"


def control_plane(site: Site) -> list[str]:
    """The control plane's nodes."""
    return [node.name for node in site.cluster.nodes if node.role == "control-plane"]


def processes(site: Site, node: str, part: str) -> dict[str, float]:
    """Seconds since the start of each process of a part in a node, by its command line."""
    found = {}
    for line in site.in_node(node, "ps", "-eww", "-o", "etimes=,args=").splitlines():
        age, _, command = line.strip().partition(" ")
        if command.strip().partition(" ")[0].rpartition("/")[2] == part:
            found[command.strip()] = float(age)
    return found


def leads(site: Site, part: str, nodes: list[str], word: str = "", *, present: bool = True) -> str | NotYet:
    """Evidence that the one that leads was started since its lease was acquired.

    :param word: has to be part of its command line, or must not be when ``present`` is False
    """
    lease = site.kube.get("Lease", part, "kube-system")["spec"]
    leader = next((node for node in nodes if str(lease.get("holderIdentity", "")).startswith(f"{node}_")), "")
    if not leader:
        return NotYet(f"{lease.get('holderIdentity') or 'nobody'} leads")
    running = processes(site, leader, part)
    fitting = [age for command, age in running.items() if (word in command) == present or not word]
    if len(running) != 1 or not fitting:
        return NotYet(f"{len(running)} processes run, {len(fitting)} of them as wanted")
    began = time.time() - fitting[0] - 1  # ages are whole seconds
    if objects.unix(lease["acquireTime"]) < began or objects.unix(lease["renewTime"]) < began:
        return NotYet("it does not lead yet")
    return f"{part} on {leader} leads"
