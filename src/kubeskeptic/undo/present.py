"""The cluster of ours that is there, whatever state it is in: for those who have to repair it."""

from __future__ import annotations

from kubeskeptic.clusters import Cluster, cluster, engine_install
from kubeskeptic.clusters.builds.workshop import Workshop
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.errors import MissingRequirement


def present(name: str) -> Cluster | None:
    """The cluster with this name, its nodes running or not; None when there is none.

    :raises MissingRequirement: when there should be one, and the container engine that has it does not answer
    """
    cluster.check_name(name)
    record = cluster.read_record(name)
    if record is None:
        return None
    engine = engine_install.find(Workshop(quiet).store)
    if engine is None:
        raise MissingRequirement(
            f"the container engine of cluster {name} does not answer; start it, or run `skeptic up`"
        )
    containers = engine.nodes(name)
    return cluster.assemble(name, engine, containers, record) if containers else None
