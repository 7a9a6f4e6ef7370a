"""The choice of access to a cluster's nodes."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from kubeskeptic.clusters import Cluster
from kubeskeptic.clusters.adopted import PROVIDER
from kubeskeptic.errors import CommandFailed
from kubeskeptic.guard.risk import Risk, above
from kubeskeptic.kube import Kube
from kubeskeptic.node_access.access import NodeAccess
from kubeskeptic.node_access.engine_access import EngineAccess
from kubeskeptic.node_access.pod_access import PodAccess, there


class NoAccess:
    """No access: every command fails with the reason.

    :param why: one sentence without a full stop
    """

    transport = "none"
    inside = False
    curl = ("curl",)
    exempt_ports: tuple[int, ...] = ()
    namespace = ""

    def __init__(self, why: str) -> None:
        self._why = why

    def run(self, node: str, argv: Sequence[str], *, stdin: str | None = None) -> str:  # noqa: ARG002
        """Raise CommandFailed with the reason."""
        raise CommandFailed(f"{shlex.join(argv)} (on {node})", 255, self._why)

    def start_timer(self, node: str, name: str, argv: Sequence[str], lasts: float) -> None:  # noqa: ARG002
        """Raise CommandFailed with the reason."""
        raise CommandFailed(f"timer {name} (on {node})", 255, self._why)

    def stop_timer(self, node: str, name: str) -> None:
        """Do nothing: there are no timers."""

    def close(self) -> None:
        """Do nothing: there is nothing to remove."""

    def timers(self, node: str) -> list[str]:  # noqa: ARG002
        """Return an empty list: there are no timers."""
        return []


def access_to(cluster: Cluster, kube: Kube, level: Risk, run: str) -> NodeAccess:
    """Return the access to a cluster's nodes: through its engine, or through our exec pods where the level allows them."""
    if cluster.provider != PROVIDER:
        return EngineAccess(cluster.engine)
    if level >= Risk.NODE:
        return PodAccess(kube, cluster.agent_image, run)
    return NoAccess(above("access to a node", Risk.NODE, level))


def read_only_access(cluster: Cluster, kube: Kube, level: Risk) -> NodeAccess:
    """Return access to a cluster's nodes that creates nothing in the cluster.

    It uses existing exec pods of any run, or else this machine's engine if the nodes are its containers.

    :raises SkepticError: when the API server does not list the exec pods
    """
    if cluster.provider != PROVIDER or level < Risk.NODE:
        return access_to(cluster, kube, level, "")
    for run in there(kube):
        return PodAccess(kube, cluster.agent_image, run, borrowed=True)
    if cluster.image:
        return EngineAccess(cluster.engine)
    return NoAccess("kubeskeptic has no exec pods in this cluster, and read-only access creates none")
