"""Which way into a cluster's nodes there is."""

from __future__ import annotations

from kubeskeptic.clusters import Cluster
from kubeskeptic.clusters.adopted import PROVIDER
from kubeskeptic.guard.risk import Risk, above
from kubeskeptic.kube import Kube
from kubeskeptic.reach import ByEngine, ByPod, OutOfReach, Reach


def way_into(cluster: Cluster, kube: Kube, level: Risk, run: str) -> Reach:
    """The way into a cluster's nodes: through the engine where we have it, else through pods of ours where that is allowed."""
    if cluster.provider != PROVIDER:
        return ByEngine(cluster.engine)
    if level >= Risk.NODE:
        return ByPod(kube, cluster.agent_image, run)
    return OutOfReach(above("looking into a node", Risk.NODE, level))
