"""The cluster of ours that is there, whatever state it is in: for those who have to repair it."""

from __future__ import annotations

from collections.abc import Iterable

from kubeskeptic.clusters import Cluster, cluster, engine_install
from kubeskeptic.clusters.builds.workshop import Workshop
from kubeskeptic.clusters.cluster import Record
from kubeskeptic.clusters.engine import Container, Engine
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.errors import BadInput, Inconclusive, LeftDirty, MissingRequirement


def locate_cluster(name: str) -> Cluster | None:
    """The cluster with this name, its nodes running or not; None when neither a record nor a node of it is there.

    :raises MissingRequirement: when there should be one, and the container engine that has it does not answer
    :raises LeftDirty: when there are nodes, and no record by which they could be looked at
    :raises Inconclusive: when it was made, and the container engine that answers has no nodes of it
    """
    cluster.check_name(name)
    record, begun = _record(name), cluster.folder(name).exists()
    engine = engine_install.find(Workshop(quiet).store)
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
    except BadInput:  # it is torn: as good as none
        return None


def _unknown(name: str, containers: Iterable[Container]) -> str:
    nodes = ", ".join(container.name for container in containers)
    return (
        f"there are nodes of a kind cluster {name} ({nodes}), and no readable record of it, so that nothing can be said of "
        "what is in them; `skeptic up` makes it anew and `skeptic down` deletes it; if somebody else made it, name "
        "another with --cluster"
    )


def _elsewhere(name: str, engine: Engine) -> str:
    return (
        f"cluster {name} was begun ({cluster.folder(name)}), and the container engine that answers (`{engine.client}`) has "
        "no nodes of it: somebody deleted them, or another engine has them; `skeptic down` forgets the cluster, "
        "`skeptic up` makes it anew"
    )
