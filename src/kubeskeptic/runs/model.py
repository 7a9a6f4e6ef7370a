"""What a run consists of, and its options."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from kubeskeptic.errors import BadInput
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
    :param here: the nodes that run on this machine, as those of a kind cluster do
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
    here: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names of all nodes, control plane first."""
        return tuple(node.name for node in self.cluster.nodes)

    @property
    def workers(self) -> tuple[str, ...]:
        """Names of the worker nodes."""
        return tuple(node.name for node in self.cluster.nodes if node.role == "worker")


@dataclass(frozen=True)
class RunOptions:
    """The options of a run.

    :param cluster: name of our own kind cluster
    :param context: the context of an adopted cluster instead; empty for our own
    :param kubeconfig: the file with that context; None for those that kubectl reads
    :param agent_image: the agent's image, under a name that the nodes of that cluster have or can pull; empty for the one that
        ``skeptic adopt`` loaded into them
    :param seed: decides the victims
    :param reports: the folder in which the run's own folder is created
    :param sabotages: ids of the sabotages to perform
    :param changing: whether the run is meant to change the cluster: differences at its end are then recorded, not raised
    :param known: the cases of this version of the suites: ``within`` which files and folders, and ``cases`` by claim
    :param id: the run's id: unique, sorts by time
    """

    cluster: str = "kubeskeptic"
    context: str = ""
    kubeconfig: Path | None = None
    agent_image: str = ""
    seed: int = 0
    reports: Path = Path("reports")
    sabotages: tuple[str, ...] = field(default=())
    changing: bool = False
    known: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{token_hex(2)}")

    @property
    def folder(self) -> Path:
        """The folder of the run's journal and reports."""
        return self.reports / self.id

    def check(self) -> None:
        """Raise BadInput for options that make no sense, before anything is touched.

        :raises BadInput: with the options to use instead
        """
        if self.seed < 0:
            raise BadInput(f"the seed must be 0 or a positive integer, not {self.seed}")

    def again(self) -> str:
        """Return the command that repeats the run."""
        words = ["pytest", "--seed", str(self.seed)]
        if self.cluster != "kubeskeptic":
            words += ["--cluster", self.cluster]
        for option, value in (
            ("context", self.context),
            ("kubeconfig", self.kubeconfig),
            ("agent-image", self.agent_image),
        ):
            words += [f"--{option}", str(value)] if value else []
        for id_ in self.sabotages:
            words += ["--sabotage", id_]
        return shlex.join(words)
