"""A cluster as JSON, for another process on this machine that undoes a fault, and a temporary folder for that process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from kubeskeptic.clusters.adopted import NoEngine
from kubeskeptic.clusters.cluster import Cluster, Node
from kubeskeptic.clusters.engine import Engine

IN_MEMORY = "/dev/shm"  # noqa: S108  # only a new folder with a random name is made in it
"""A file system in memory, usable when every disk is full."""


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a temporary folder, in memory if no disk has space.

    :raises OSError: when there is no space in memory either
    """
    with ExitStack() as stack:
        try:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="kubeskeptic-"))
        except OSError:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="kubeskeptic-", dir=IN_MEMORY))
        yield Path(name)


def as_record(cluster: Cluster) -> dict[str, Any]:
    """Return what another process needs to reach a cluster, independent of its working directory."""
    engine = cluster.engine
    return {
        "name": cluster.name,
        "context": cluster.context,
        "kubeconfig": str(cluster.kubeconfig.resolve()),
        "provider": cluster.provider,
        "kubernetes": cluster.kubernetes,
        "image": cluster.image,
        "agent_image": cluster.agent_image,
        "nodes": [[node.name, node.role] for node in cluster.nodes],
        "engine": {"client": engine.client, "variables": dict(engine.variables), "own": engine.own},
    }


def cluster_from(record: Mapping[str, Any]) -> Cluster:
    """Return the cluster that :func:`as_record` described."""
    return Cluster(
        name=record["name"],
        context=record["context"],
        kubeconfig=Path(record["kubeconfig"]),
        provider=record["provider"],
        nodes=tuple(Node(name, role) for name, role in record["nodes"]),
        kubernetes=record["kubernetes"],
        image=record["image"],
        agent_image=record["agent_image"],
        engine=Engine(**record["engine"]) if record["engine"]["client"] else NoEngine(),
    )
