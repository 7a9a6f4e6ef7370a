"""What a run consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kubeskeptic.guard.risk import Risk
from kubeskeptic.settings import Settings

if TYPE_CHECKING:
    from kubeskeptic.clusters import Cluster
    from kubeskeptic.faults import Site
    from kubeskeptic.journal import Journal
    from kubeskeptic.kube import Kube
    from kubeskeptic.probes.agents import Agents
    from kubeskeptic.timeline import JournalFollower, Recording


@dataclass
class Run:
    """One use of one cluster. It is passed as a handle and never global, so that several runs can share one process.

    :param id: short, unique, sorts by time
    :param folder: the folder of its journal and reports
    :param followed: its journal as evidence, parsed once and then followed
    :param allowed: the highest risk level that this cluster permits
    :param sabotages: ids of the sabotages that break this run on purpose; none in an ordinary run
    :param cluster_domain: the domain of the cluster's DNS names
    :param kubelets: the version of each node's kubelet at the start of the run, by node
    :param recordings: the recordings of performed scenarios, by id
    :param leaving: names of namespaces that are being deleted and are not confirmed gone
    """

    id: str
    folder: Path
    seed: int
    cluster: Cluster
    kube: Kube
    journal: Journal
    followed: JournalFollower
    site: Site
    agents: Agents
    settings: Settings
    allowed: Risk
    sabotages: tuple[str, ...] = field(default=())
    recordings: dict[str, Recording] = field(default_factory=dict)
    leaving: list[str] = field(default_factory=list)
    cluster_domain: str = "cluster.local"
    kubelets: Mapping[str, str] = field(default_factory=dict)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names of all nodes, control plane first."""
        return tuple(node.name for node in self.cluster.nodes)

    @property
    def workers(self) -> tuple[str, ...]:
        """Names of the worker nodes."""
        return tuple(node.name for node in self.cluster.nodes if node.role == "worker")
