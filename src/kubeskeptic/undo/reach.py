"""A site that outlives its process: which cluster, through which engine, as JSON, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubeskeptic.clusters.engine import Engine

if TYPE_CHECKING:
    from kubeskeptic.clusters import Cluster


def as_record(cluster: Cluster) -> dict[str, Any]:
    """How to reach a cluster again from another process of this machine."""
    engine = cluster.engine
    return {
        "name": cluster.name,
        "context": cluster.context,
        "kubeconfig": str(cluster.kubeconfig),
        "provider": cluster.provider,
        "kubernetes": cluster.kubernetes,
        "agent_image": cluster.agent_image,
        "nodes": [[node.name, node.role] for node in cluster.nodes],
        "engine": {"client": engine.client, "variables": dict(engine.variables), "own": engine.own},
    }


def cluster_from(record: Mapping[str, Any]) -> Cluster:
    """The cluster that :func:`as_record` described."""
    from kubeskeptic.clusters import Cluster, Node

    return Cluster(
        name=record["name"],
        context=record["context"],
        kubeconfig=Path(record["kubeconfig"]),
        provider=record["provider"],
        nodes=tuple(Node(name, role) for name, role in record["nodes"]),
        kubernetes=record["kubernetes"],
        agent_image=record["agent_image"],
        engine=Engine(**record["engine"]),
    )
