"""Where the node image comes from: a registry that answers, or our own build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kubeskeptic.clusters.builds import node_image
from kubeskeptic.clusters.builds.builder import Builder, Task, carry_out
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.durations import IMAGE, REGISTRY_ANSWERS, Patience
from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement

DEFAULT_VERSION = "v1.37.2"
CHOICES = ("auto", "build", "pull")
AGENT_FROM = "python:3.11-slim"
"""Base of the agent's image where a registry is available; pulling it also tests whether one answers."""
PINNED = "pinned by kind"
"""Stands for kind's default node image."""
PULLED = "kindest/node:"
"""Prefix of the names of node images published by kind's authors."""


@dataclass(frozen=True)
class NodeSource:
    """A node image.

    :param built: whether it is ours, with our network and the agent's lower layer
    :param image: its tag, or :data:`PINNED`
    :param version: the Kubernetes version in it, None when kind decides
    """

    built: bool
    image: str
    version: str | None

    @property
    def argument(self) -> str | None:
        """The image for kind's ``--image``; None for its default."""
        return None if self.image == PINNED else self.image


def choose(engine: Engine, version: str | None, images: str) -> NodeSource:
    """Return where the node image comes from. Nothing is changed.

    :param version: None for our default when the image is built, or for what kind pins when it is pulled
    :param images: ``build``, ``pull``, or ``auto``: our own image if the engine has it or no registry answers, else a pulled
        one
    """
    if images not in CHOICES:
        raise BadInput(f"--images must be one of {', '.join(CHOICES)}, not {images!r}")
    building = version or DEFAULT_VERSION
    own = NodeSource(built=True, image=node_image.tag(building), version=building)
    if images == "build" or (images == "auto" and (engine.has_image(own.image) or not registry_answers(engine))):
        return own
    if version is None:
        return NodeSource(built=False, image=PINNED, version=None)
    return NodeSource(built=False, image=f"{PULLED}{version}", version=version)


def by_digest(source: NodeSource, pinned: str | None) -> NodeSource:
    """Return the source with the digest that kind pins, if the requested image is the pinned one.

    :param pinned: kind's default image, as :meth:`~kubeskeptic.clusters.kind.Kind.pinned` returns it
    """
    version = (pinned or "").removeprefix(PULLED).partition("@")[0]
    if source.built or not pinned or source.version not in (None, version):
        return source
    return NodeSource(built=False, image=pinned, version=version)


def outdated(image: str, version: str) -> bool:
    """Return whether this kubeskeptic would not make a cluster's node image: its recipe is older, or it is not a node image.

    :param image: as recorded when the cluster was created
    :param version: the Kubernetes version that the cluster runs, which after an upgrade is newer than its image's
    """
    if image.startswith(f"{node_image.REPOSITORY}:"):
        made = image.removeprefix(f"{node_image.REPOSITORY}:").rpartition("-")[0]
        known = _numbers(made) is not None and (_numbers(made) or ()) <= (_numbers(version) or ())
        return not known or image != node_image.tag(made)
    return image != PINNED and not image.startswith(PULLED)


def _numbers(version: str) -> tuple[int, ...] | None:
    """Return a version as comparable numbers; None when the text is not a version."""
    parts = version.removeprefix("v").split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else None


def registry_answers(engine: Engine) -> bool:
    """Return whether the engine can pull the agent's base image within a few seconds, directly or through mirrors."""
    return engine.pull_starts(AGENT_FROM, Patience(REGISTRY_ANSWERS))


def provide(source: NodeSource, builder: Builder, engine: Engine, beside: Sequence[Task] = ()) -> None:
    """Provide the image to the engine: build it, pull it, or leave it to kind.

    :param beside: other tasks to carry out at the same time
    :raises MissingRequirement: when no registry has it
    """
    if source.built and source.version:
        node_image.provide(builder, engine, source.version, beside)
        return
    carry_out(beside)
    if source.argument:
        _pull(engine, source.argument)


def _pull(engine: Engine, image: str) -> None:
    """Pull a node image, unless the engine has it."""
    tagged, _, digest = image.partition("@")
    # by digest alone, as kind pulls it and as the engine lists it
    reference = f"{tagged.rpartition(':')[0]}@{digest}" if digest else tagged
    if engine.has_image(reference):
        return
    try:
        engine.call("pull", reference, patience=IMAGE)
    except CommandFailed as failed:
        raise MissingRequirement(
            f"no registry gave the node image {image}; check that one answers (`docker pull {tagged}`), take another "
            f"--kubernetes, or build it with --images build (seen: “{failed.output.strip()[-200:]}”)"
        ) from failed
