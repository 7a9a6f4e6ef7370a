"""Which way into a cluster's nodes there is."""

from __future__ import annotations

from kubeskeptic.clusters import Cluster
from kubeskeptic.clusters.adopted import PROVIDER
from kubeskeptic.guard.risk import Risk, above
from kubeskeptic.kube import Kube
from kubeskeptic.reach import ByEngine, ByPod, OutOfReach, Reach
from kubeskeptic.reach.by_pod import there


def way_into(cluster: Cluster, kube: Kube, level: Risk, run: str) -> Reach:
    """The way into a cluster's nodes: through the engine where we have it, else through pods of ours where that is allowed."""
    if cluster.provider != PROVIDER:
        return ByEngine(cluster.engine)
    if level >= Risk.NODE:
        return ByPod(kube, cluster.agent_image, run)
    return OutOfReach(above("looking into a node", Risk.NODE, level))


def way_to_look(cluster: Cluster, kube: Kube, level: Risk) -> Reach:
    """The way into a cluster's nodes for whoever only looks: nothing is put into the cluster. Pods of ours that are there
    already are used, whosever they are.

    :raises SkepticError: when the API server does not say which there are
    """
    if cluster.provider != PROVIDER or level < Risk.NODE:
        return way_into(cluster, kube, level, "")
    for run in there(kube):
        return ByPod(kube, cluster.agent_image, run, borrowed=True)
    return OutOfReach("no pod of ours is there through which one could look, and looking alone puts none in place")
