"""The parts of a Kubernetes release that nodes need: kubeadm, kubelet and kubectl, and the images that kubeadm names."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kubeskeptic.clusters import Cluster
from kubeskeptic.clusters.builds import components, golang, node_image, pod_images
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.builds.oci import NAME
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.node_source import PULLED
from kubeskeptic.clusters.store import Recipe
from kubeskeptic.durations import IMAGE
from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement

PROGRAMS = node_image.IN_NODE
_NOT_THERE = ("unknown revision", "not found", "not available", "does not have this version", "404", "410")
"""What a module proxy or a registry reports for a version that does not exist."""


@dataclass(frozen=True)
class Release:
    """A release on this machine.

    :param version: such as ``v1.37.2``
    :param programs: the folder with :data:`PROGRAMS`
    :param archives: archives of the images to import, by image name; empty if nodes pull them
    """

    version: str
    programs: Path
    archives: Mapping[str, Path] = field(default_factory=dict)


def provide(builder: Builder, cluster: Cluster, version: str) -> Release:
    """Return a release for a cluster: built if its nodes run our own node image, otherwise taken from kind's node image.

    :raises BadInput: when there is no such version
    :raises MissingRequirement: when it cannot be built or pulled here
    """
    if cluster.image.startswith(f"{node_image.REPOSITORY}:"):
        return _built(builder, version)
    return _pulled(builder, cluster.engine, version)


def _built(builder: Builder, version: str) -> Release:
    build = components.kubernetes(version)
    if not builder.store.has(build.recipe):
        try:
            golang.downloaded(build.module, version)
        except MissingRequirement as missing:
            raise _unknown(version, missing) from missing
    builder.expect(build.recipe, build.seconds)
    programs, archives = builder.go(build), pod_images.of_kubernetes(builder, version)
    return Release(version, programs, {named_in(archive): archive for archive in archives})


def _pulled(builder: Builder, engine: Engine, version: str) -> Release:
    image = f"{PULLED}{version}"
    if not engine.has_image(image):
        try:
            engine.call("pull", image, patience=IMAGE)
        except CommandFailed as failed:
            raise _unknown(version, failed) from failed
    recipe = Recipe("release", version, (image, *PROGRAMS))
    return Release(version, builder.make(recipe, 10, lambda into, _: copy_out(engine, image, into)))


def copy_out(engine: Engine, image: str, into: Path) -> None:
    """Copy the programs out of a node image."""
    container = engine.call("create", image).strip()
    try:
        for program in PROGRAMS:
            engine.call("cp", f"{container}:/usr/bin/{program}", str(into), patience=IMAGE)
    finally:
        engine.remove(container)


def named_in(archive: Path) -> str:
    """Return the name of the image in an archive that we built."""
    with tarfile.open(archive) as tar:
        index = tar.extractfile("index.json")
        assert index
        return str(json.load(index)["manifests"][0]["annotations"][NAME])


def _unknown(version: str, error: Exception) -> Exception:
    """Return the error to raise: BadInput if the source reports that there is no such version, else MissingRequirement."""
    said = str(error)
    if any(words in said.lower() for words in _NOT_THERE):
        return BadInput(f"Kubernetes {version} is not available here; name an existing release, such as v1.37.2")
    return error if isinstance(error, MissingRequirement) else MissingRequirement(said)
