"""A site that outlives its process: which cluster, through which engine, as JSON, and the way back; a folder to work in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from kubeskeptic.clusters.adopted import PROVIDER, NoEngine
from kubeskeptic.clusters.cluster import Cluster, Node
from kubeskeptic.clusters.engine import Engine

IN_MEMORY = "/dev/shm"  # noqa: S108  # what is made in it is a folder of our own with a name that nobody foresees
"""Where there is room when every disk is full."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the time of the block; in memory when there is no room elsewhere.

    :raises OSError: when there is none in memory either
    """
    with ExitStack() as stack:
        try:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="kubeskeptic-"))
        except OSError:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="kubeskeptic-", dir=IN_MEMORY))
        yield Path(name)


def as_record(cluster: Cluster) -> dict[str, Any]:
    """How to reach a cluster again from another process of this machine, which works in another folder."""
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
    """The cluster that :func:`as_record` described."""
    return Cluster(
        name=record["name"],
        context=record["context"],
        kubeconfig=Path(record["kubeconfig"]),
        provider=record["provider"],
        nodes=tuple(Node(name, role) for name, role in record["nodes"]),
        kubernetes=record["kubernetes"],
        image=record["image"],
        agent_image=record["agent_image"],
        engine=NoEngine() if record["provider"] == PROVIDER else Engine(**record["engine"]),
    )
