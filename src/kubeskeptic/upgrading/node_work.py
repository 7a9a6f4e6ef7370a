"""The steps in nodes. Each is idempotent: repeated after an interruption, it ends in the same state.

A kubeadm that was started in a node keeps running when this process dies, so the next one is not started before it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from kubeskeptic import objects
from kubeskeptic.clusters import cluster as records
from kubeskeptic.clusters.engine import images_of, take_in
from kubeskeptic.clusters.steps import Progress
from kubeskeptic.counting import counted
from kubeskeptic.durations import (
    CLUSTER_READY,
    CONTROL_PLANE_RESTARTS,
    DRAINED,
    KUBEADM,
)
from kubeskeptic.errors import CommandFailed, SkepticError
from kubeskeptic.faults import Site
from kubeskeptic.faults.nodes.cordon_node import mark, tainted
from kubeskeptic.faults.nodes.drain_node import evict_all
from kubeskeptic.guard.risk import Risk
from kubeskeptic.undo.cleanup import healthy
from kubeskeptic.upgrading import plan
from kubeskeptic.upgrading.release import PROGRAMS, Release
from kubeskeptic.upgrading.state import UpgradeStep
from kubeskeptic.waiting import NotYet, until

FOLDER = "/usr/local/lib/kubeskeptic"
"""Folder in a node that holds the new programs until they are installed."""
SYSTEM = "kube-system"
_PREFLIGHT = "--ignore-preflight-errors=all"
"""A node in a container fails kubeadm's preflight checks. kind, too, ignores all of them when it creates the node."""
_REPLACE = f"""
trap 'systemctl start kubelet' EXIT
systemctl stop kubelet
install -m 755 {" ".join(f"{FOLDER}/{program}" for program in PROGRAMS)} /usr/bin/
systemctl daemon-reload
"""
"""The kubelet is started again even if a command in between fails."""


class NodeWork:
    """Performs steps on one cluster.

    :param settled: called after a node was uncordoned; returns when the watched workload is Ready again
    """

    def __init__(
        self, site: Site, release: Release, progress: Progress, settled: Callable[[], None] = lambda: None
    ) -> None:
        self._site = site
        self._release = release
        self._progress = progress
        self._settled = settled
        self._engine = site.cluster.engine

    def perform(self, step: UpgradeStep) -> None:
        """Perform one step, and return once it is confirmed to be done.

        :raises SkepticError: when it is not done, with the reason
        """
        self._wait_for_api()
        self._site.guard.permit(Risk.CONTROL_PLANE, str(step))
        ACTIONS[step.what](self, step)

    # -- the steps -----------------------------------------------------------------------------------------------------
    def bring(self, step: UpgradeStep) -> None:
        """Copy the programs and images of the release into a node; none of them is in use yet."""
        self._engine.exec(step.node, ["mkdir", "-p", FOLDER])
        for program in PROGRAMS:
            self._engine.copy(self._release.programs / program, step.node, f"{FOLDER}/{program}")
        there = images_of(self._engine, step.node)
        lacking = [archive for name, archive in self._release.archives.items() if name not in there]
        with self._progress.step(f"{counted(len(lacking), 'image')} into {step.node}", 2.0 * len(lacking)) as log:
            for archive in lacking:
                take_in(self._engine, step.node, archive, log)

    def apply(self, step: UpgradeStep) -> None:
        """Upgrade the control plane: its static pods, kube-proxy, CoreDNS and the cluster's configuration."""
        again = ["--force"] if step.attempts > 1 else []  # as kubeadm's documentation says for an interrupted upgrade
        self._kubeadm(step.node, "upgrade", "apply", self._release.version, "--yes", _PREFLIGHT, *again)
        self._wait_for_api()
        self._site.kube.forget_kinds()
        note(self._site.cluster.name, kubernetes=self._release.version, mixed=True)
        self._whole()

    def drain(self, step: UpgradeStep) -> None:
        """Cordon a node and evict its pods, as their PodDisruptionBudgets allow."""
        mark(self._site, step.node, cordoned=True)

        def empty() -> bool | NotYet:
            """Return whether no pod is left to evict."""
            left = evict_all(self._site, step.node)
            told = "; ".join(f"{', '.join(pods)}{why}" for why, pods in left.items())
            return NotYet(f"still there: {told}") if left else True

        until(empty, DRAINED, what=f"{step.node} to be drained")

    def node(self, step: UpgradeStep) -> None:
        """Upgrade the configuration of a worker's kubelet."""
        self._kubeadm(step.node, "upgrade", "node", _PREFLIGHT)

    def kubelet(self, step: UpgradeStep) -> None:
        """Replace kubelet, kubectl and kubeadm, and restart the kubelet; the node's containers keep running."""
        self._engine.exec(step.node, ["sh", "-ec", _REPLACE], patience=KUBEADM)

        def back() -> bool | NotYet:
            """Return whether the node is Ready with the new version."""
            node = self._site.kube.get("Node", step.node)
            version = node["status"]["nodeInfo"]["kubeletVersion"]
            if version != self._release.version:
                return NotYet(f"its kubelet reports version {version}")
            return objects.condition(node, "Ready") == "True" or NotYet("it is not Ready")

        until(back, CLUSTER_READY, what=f"{step.node} at {self._release.version}", tolerate=(SkepticError,))

    def uncordon(self, step: UpgradeStep) -> None:
        """Uncordon a node, and wait until the cluster is healthy and the watched workload is Ready."""
        mark(self._site, step.node, cordoned=False)

        def open_again() -> bool | NotYet:
            """Return whether the node's taint is gone."""
            return NotYet("it is still tainted") if tainted(self._site, step.node) else True

        until(open_again, CLUSTER_READY, what=f"{step.node} to be schedulable", tolerate=(SkepticError,))
        self._whole()
        self._settled()

    # -- inside --------------------------------------------------------------------------------------------------------
    def _kubeadm(self, node: str, *words: str) -> None:
        wait_for_kubeadm(self._site, node)
        self._engine.exec(node, [f"{FOLDER}/kubeadm", *words], patience=KUBEADM)

    def _wait_for_api(self) -> None:
        kube = self._site.kube
        until(lambda: kube.healthy() or NotYet("silent"), CONTROL_PLANE_RESTARTS, what="the API server to be ready")

    def _whole(self) -> None:
        """Wait until every component of the cluster has been replaced by its new version and is Ready."""

        def whole() -> str | NotYet:
            """Return whether every component has been replaced and is Ready."""
            late = [
                one
                for kind in ("DaemonSet", "Deployment")
                for one in rolling(self._site.kube.list(kind, SYSTEM)["items"])
            ]
            return NotYet(f"being replaced: {', '.join(late)}") if late else healthy(self._site)

        until(whole, CONTROL_PLANE_RESTARTS, what="the cluster to be healthy", tolerate=(SkepticError,))


ACTIONS: Mapping[str, Callable[[NodeWork, UpgradeStep], None]] = MappingProxyType(
    {
        plan.BRING: NodeWork.bring,
        plan.APPLY: NodeWork.apply,
        plan.DRAIN: NodeWork.drain,
        plan.NODE: NodeWork.node,
        plan.KUBELET: NodeWork.kubelet,
        plan.UNCORDON: NodeWork.uncordon,
    }
)


def note(name: str, **changes: Any) -> None:
    """Update the record of a cluster, which other commands read."""
    record = records.read_record(name)
    if record:
        records.write_record(name, replace(record, **changes))


def rolling(workloads: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the DaemonSets and Deployments whose pods do not all match the current pod template."""
    found = []
    for one in workloads:
        status = one.get("status", {})
        wanted = status.get("desiredNumberScheduled", one.get("spec", {}).get("replicas", 0))
        updated = status.get("updatedNumberScheduled", status.get("updatedReplicas", 0))
        if status.get("observedGeneration", 0) < one["metadata"].get("generation", 0) or updated < wanted:
            found.append(str(one["metadata"]["name"]))
    return found


def wait_for_kubeadm(site: Site, node: str) -> None:
    """Wait until no kubeadm runs in a node: one that an interrupted upgrade started keeps running.

    :raises PatienceExhausted: when kubeadm does not end
    """

    def ended() -> bool | NotYet:
        """Return whether no kubeadm runs in the node."""
        try:
            return NotYet(f"process {site.in_node(node, 'pgrep', '-x', 'kubeadm').strip()} runs")
        except CommandFailed as none:
            if none.status != 1:  # pgrep's status for "no process"
                raise
            return True

    until(ended, KUBEADM, what=f"the kubeadm in {node} to end")
