"""Our cluster with a given name, in any state: for commands that repair it."""

from __future__ import annotations

from collections.abc import Iterable

from kubeskeptic.clusters import Cluster, cluster, engine_install
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.cluster import Record
from kubeskeptic.clusters.engine import Container, Engine
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.errors import BadInput, Inconclusive, LeftDirty, MissingRequirement


def locate_cluster(name: str) -> Cluster | None:
    """Return the cluster with this name, whether or not its nodes are running; None if it has neither a record nor a node.

    :raises MissingRequirement: when it should exist, but its container engine does not answer
    :raises LeftDirty: when there are nodes, but no record to inspect them with
    :raises Inconclusive: when it was created, but the container engine that answers has none of its nodes
    """
    cluster.check_name(name)
    record, begun = _record(name), cluster.folder(name).exists()
    engine = engine_install.find(Builder(quiet).store)
    if engine is None:
        if not begun:
            return None
        raise MissingRequirement(
            f"the container engine of cluster {name} does not answer; start it, or run `skeptic up`"
        )
    containers = engine.nodes(name)
    if containers and record:
        return cluster.assemble(name, engine, containers, record)
    if containers:
        raise LeftDirty(_unknown(name, containers))
    if begun:
        raise Inconclusive(_elsewhere(name, engine))
    return None


def _record(name: str) -> Record | None:
    try:
        return cluster.read_record(name)
    except BadInput:  # a damaged record counts as none
        return None


def _unknown(name: str, containers: Iterable[Container]) -> str:
    nodes = ", ".join(container.name for container in containers)
    return (
        f"kind cluster {name} has nodes ({nodes}) but no readable record, so they cannot be inspected; `skeptic up` recreates "
        "the cluster and `skeptic down` deletes it; if it is not ours, name another with --cluster"
    )


def _elsewhere(name: str, engine: Engine) -> str:
    return (
        f"cluster {name} was created ({cluster.folder(name)}), but the container engine that answers (`{engine.client}`) has "
        "no nodes of it: they were deleted, or another engine has them; `skeptic down` forgets the cluster, "
        "`skeptic up` recreates it"
    )
