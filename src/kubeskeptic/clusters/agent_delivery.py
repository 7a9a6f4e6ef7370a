"""Delivery of the agent's image to the nodes of a kind cluster, to a registry or to a file."""

from __future__ import annotations

import shutil
from pathlib import Path

from kubeskeptic.clusters import agents, containerd, node_source
from kubeskeptic.clusters.builds.agent_image import AgentImage
from kubeskeptic.clusters.builds.workshop import Workshop
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.durations import IMAGE
from kubeskeptic.errors import BadInput


def load(workshop: Workshop, engine: Engine, cluster: str) -> str:
    """Load the image into every node of a kind cluster on this machine, ours or not, and return its name.

    :raises BadInput: when the engine has no such nodes
    """
    nodes = [node.name for node in engine.nodes(cluster)]
    if not nodes:
        raise BadInput(f"the container engine has no nodes of a kind cluster {cluster}")
    return agents.load(workshop, engine, nodes, built=_built(workshop, engine, nodes))


def save(workshop: Workshop, engine: Engine, file: Path) -> str:
    """Write the image to a file that `ctr images import` and `docker load` can read, and return its name."""
    shutil.copyfile(_archive(workshop, engine), file)
    return AgentImage(workshop).reference


def push(workshop: Workshop, engine: Engine, repository: str) -> str:
    """Push the image to a registry to which the engine is logged in, and return its name there.

    :param repository: without a tag; the tag identifies the agent's sources
    :raises CommandFailed: with the engine's own words
    """
    reference = AgentImage(workshop).reference
    target = f"{repository}:{reference.rpartition(':')[2]}"
    engine.call("load", "--input", str(_archive(workshop, engine)), patience=IMAGE)
    engine.call("tag", reference, target)
    engine.call("push", target, patience=IMAGE)
    return target


def _built(workshop: Workshop, engine: Engine, nodes: list[str]) -> bool:
    """Return whether to assemble the image here: nodes that have its lower layer need no registry."""
    base = AgentImage(workshop).base_reference
    return all(base in containerd.images_of(engine, node) for node in nodes) or not node_source.registry_answers(engine)


def _archive(workshop: Workshop, engine: Engine) -> Path:
    image = AgentImage(workshop)
    if node_source.registry_answers(engine):
        return agents.from_registry(engine, image.reference)
    return image.archive(whole=True)
