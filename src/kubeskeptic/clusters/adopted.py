"""A cluster that was prepared with ``skeptic adopt``, described by its API server.

If it is a kind cluster whose nodes are containers on this machine, its engine is known too; faults of whole nodes need it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubeskeptic import paths
from kubeskeptic.clusters import engine_install
from kubeskeptic.clusters.builds.agent_image import AgentImage
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.cluster import CONTROL_PLANE, WORKER, Cluster, Node
from kubeskeptic.clusters.engine import Container, Engine
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.clusters.store import Store
from kubeskeptic.durations import COMMAND, Patience
from kubeskeptic.errors import MissingRequirement, SkepticError
from kubeskeptic.guard.risk import consented_image

if TYPE_CHECKING:
    from kubeskeptic.kube import Kube

PROVIDER = "adopted"
KIND = "kind-"
"""Prefix of kind's context names."""
_CONTROL_PLANE_LABEL = "node-role.kubernetes.io/control-plane"


@dataclass(frozen=True)
class NoEngine(Engine):
    """Stands for the engine of a cluster whose nodes are not containers on this machine. It refuses every command."""

    client: str = ""

    def call(self, *words: str, stdin: str | bytes | None = None, patience: Patience = COMMAND) -> str:  # noqa: ARG002
        """Refuse the command.

        :raises MissingRequirement: always
        """
        raise MissingRequirement(
            f"cannot {words[0] if words else 'reach'} a node: the nodes of this cluster are not containers on this machine; "
            "faults of whole nodes need a kind cluster on this machine"
        )

    def containers(self, label: str) -> list[Container]:  # noqa: ARG002
        """Return an empty list: the nodes are not containers on this machine."""
        return []


def adopted(kube: Kube, kubeconfig: Path, agent_image: str) -> Cluster:
    """Return the cluster behind a handle, as its API server describes it.

    :param agent_image: name of the agent's image, which the nodes have or can pull; when empty, the one that ``skeptic adopt``
        loaded into the nodes counts, if it is of the current sources
    :raises Unanswered: when the API server does not answer
    """
    nodes = kube.list("Node")["items"]
    found = tuple(Node(node["metadata"]["name"], _role(node)) for node in nodes)
    engine = _local_engine(kube, {node.name for node in found})
    return Cluster(
        name=file_name(kube.context),
        context=kube.context,
        kubeconfig=kubeconfig,
        provider=PROVIDER,
        nodes=tuple(sorted(found, key=lambda node: (node.role != CONTROL_PLANE, node.name))),
        kubernetes=max((str(node["status"]["nodeInfo"]["kubeletVersion"]) for node in nodes), default=""),
        image=_image(engine, found),
        agent_image=agent_image or _loaded(kube),
        engine=engine,
    )


def _loaded(kube: Kube) -> str:
    """Return the agent's image that ``skeptic adopt`` loaded into the nodes; empty if there is none of the current sources."""
    try:
        image = consented_image(kube)
    except SkepticError:
        return ""  # not ours to read on this cluster, or it does not answer: then this is reported elsewhere
    return image if image == AgentImage(Builder(quiet)).reference else ""


def _local_engine(kube: Kube, nodes: set[str]) -> Engine:
    """Return this machine's engine if the cluster's nodes run in it: a context's name alone proves nothing."""
    if not kube.context.startswith(KIND) or not kube.on_loopback:
        return NoEngine()
    engine = engine_install.find(Store(paths.cache() / "builds", quiet))
    if engine is None:
        return NoEngine()
    there = {container.name for container in engine.nodes(kube.context.removeprefix(KIND))}
    return engine if nodes and nodes == there else NoEngine()


def _image(engine: Engine, nodes: tuple[Node, ...]) -> str:
    """Return the image of the nodes in their engine; empty without an engine."""
    try:
        return engine.call("inspect", "--format", "{{.Image}}", nodes[0].name).strip() if engine.client else ""
    except SkepticError:
        return ""


def _role(node: Mapping[str, Any]) -> str:
    return CONTROL_PLANE if _CONTROL_PLANE_LABEL in node["metadata"].get("labels", {}) else WORKER


def file_name(context: str) -> str:
    """Return a file name for a context, whose name may contain any character."""
    return "context-" + re.sub(r"[^a-z0-9]+", "-", context.lower()).strip("-")
