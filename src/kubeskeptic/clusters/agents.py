"""The agent's image: loaded into the nodes of a cluster, pushed to a registry, or written to a file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kubeskeptic import paths
from kubeskeptic.clusters import node_source
from kubeskeptic.clusters.builds import agent_image
from kubeskeptic.clusters.builds.agent_image import AgentImage
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.engine import Engine, images_of, take_in
from kubeskeptic.clusters.store import alone
from kubeskeptic.durations import IMAGE
from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement


def load(builder: Builder, engine: Engine, nodes: Sequence[str], *, built: bool) -> str:
    """Load the image of the agent's current sources into every node that lacks it, and return its name.

    :param nodes: names; their containerd may still be starting
    :param built: whether to assemble the image from packages; otherwise it is built on a Python image from a registry
    """
    image = AgentImage(builder)
    with builder.progress.step("agent image into the nodes", 2) as step, ThreadPoolExecutor(len(nodes)) as pool:
        there = dict(zip(nodes, pool.map(lambda node: images_of(engine, node), nodes), strict=True))
        lacking = [node for node in nodes if image.reference not in there[node]]
        if lacking:
            archive = _archive(engine, image, there, built=built)
            list(pool.map(lambda node: take_in(engine, node, archive, step), lacking))
    return image.reference


def prepare(builder: Builder, engine: Engine) -> None:
    """Build the image on a Python image from a registry, before creating nodes that would wait for it in vain.

    :raises MissingRequirement: when no registry provided the Python image, or building on it failed
    """
    reference = AgentImage(builder).reference
    if _from_registry(reference).exists():
        return
    with builder.progress.step("agent image", 20):
        try:
            from_registry(engine, reference)
        except CommandFailed as failed:
            raise MissingRequirement(
                f"the agent's image cannot be built on {node_source.AGENT_FROM}; check that a registry has it (`docker pull "
                f"{node_source.AGENT_FROM}`), or build everything with --images build (seen: “{failed.output.strip()[-400:]}”)"
            ) from failed


def _archive(engine: Engine, image: AgentImage, there: Mapping[str, Sequence[str]], *, built: bool) -> Path:
    if not built:
        return from_registry(engine, image.reference)
    return image.archive(whole=not all(image.base_reference in images for images in there.values()))


def from_registry(engine: Engine, reference: str) -> Path:
    """Return the archive of the agent's image, built by the engine on a pulled Python image."""
    archive = _from_registry(reference)
    with alone(archive.with_suffix(".lock")):
        if archive.exists():
            return archive
        with tempfile.TemporaryDirectory() as folder:
            context = Path(folder)
            shutil.copy(paths.shipped() / "images/agent/Dockerfile", context)
            agent_image.lay_out(context / "sources")
            agent_image.copy_package("dns", context / "packages")
            (context / "wrappers").mkdir()
            agent_image.wrap(context / "wrappers")
            engine.build(context, reference)
        engine.save(reference, unfinished(reference))
        unfinished(reference).rename(archive)
    return archive


def unfinished(reference: str) -> Path:
    """Return the path at which the archive of an image is written until it is complete."""
    return _from_registry(reference).with_suffix(".unfinished")


def _from_registry(reference: str) -> Path:
    return paths.cache() / "agent-images" / f"{reference.rpartition(':')[2]}.tar"


def load_into(builder: Builder, engine: Engine, cluster: str) -> str:
    """Load the image into every node of a kind cluster on this machine, ours or not, and return its name.

    :raises BadInput: when the engine has no such nodes
    """
    nodes = [node.name for node in engine.nodes(cluster)]
    if not nodes:
        raise BadInput(f"the container engine has no nodes of a kind cluster {cluster}")
    return load(builder, engine, nodes, built=_built(builder, engine, nodes))


def save(builder: Builder, engine: Engine, file: Path) -> str:
    """Write the image to a file that `ctr images import` and `docker load` can read, and return its name."""
    shutil.copyfile(_archive_of(builder, engine), file)
    return AgentImage(builder).reference


def push(builder: Builder, engine: Engine, repository: str) -> str:
    """Push the image to a registry to which the engine is logged in, and return its name there.

    :param repository: without a tag; the tag identifies the agent's sources
    :raises CommandFailed: with the engine's own words
    """
    reference = AgentImage(builder).reference
    target = f"{repository}:{reference.rpartition(':')[2]}"
    engine.call("load", "--input", str(_archive_of(builder, engine)), patience=IMAGE)
    engine.call("tag", reference, target)
    engine.call("push", target, patience=IMAGE)
    return target


def _built(builder: Builder, engine: Engine, nodes: list[str]) -> bool:
    """Return whether to assemble the image here: nodes that have its lower layer need no registry."""
    base = AgentImage(builder).base_reference
    return all(base in images_of(engine, node) for node in nodes) or not node_source.registry_answers(engine)


def _archive_of(builder: Builder, engine: Engine) -> Path:
    image = AgentImage(builder)
    if node_source.registry_answers(engine):
        return from_registry(engine, image.reference)
    return image.archive(whole=True)
