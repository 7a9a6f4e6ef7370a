"""Removal of everything that kubeskeptic put on a machine except the clone: clusters, its engine, images, caches, state.

The list is made first, so that it can be printed before anything is removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kubeskeptic import paths, process
from kubeskeptic.clusters import cluster, delete_guard, engine_install, mounts
from kubeskeptic.clusters.builds import node_image
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.builds.pod_images import OURS
from kubeskeptic.clusters.engine import CLUSTER_LABEL, Engine
from kubeskeptic.clusters.steps import Say, quiet
from kubeskeptic.clusters.up import down
from kubeskeptic.durations import PACKAGES
from kubeskeptic.errors import CommandFailed, MissingRequirement, Refused

REPOSITORIES = (node_image.REPOSITORY, "kubeskeptic/node-root", f"{OURS}/agent")


@dataclass(frozen=True)
class Installed:
    """What kubeskeptic has installed on this machine.

    :param clusters: names of clusters that ``skeptic up`` created
    :param lost: names of such clusters that cannot be deleted, because no engine answers
    :param images: tags in an engine that is not ours; images in our own engine are removed with its folder
    :param folders: with their sizes in bytes
    """

    engine: Engine | None
    clusters: tuple[str, ...]
    images: tuple[str, ...]
    folders: tuple[tuple[Path, int], ...]
    lost: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return what would be removed, one line for each."""
        lines = [f"cluster {name}" for name in self.clusters]
        if self.engine and self.engine.own:
            lines.append("our container engine, with everything that runs in it")
        lines += [f"image {tag}" for tag in self.images]
        return [*lines, *(f"folder {folder} ({size / 1e9:.1f} GB)" for folder, size in self.folders)]


def installed() -> Installed:
    """Return what is installed. Nothing is changed."""
    engine = engine_install.find(Builder(quiet).store)
    in_engine = {node.labels[CLUSTER_LABEL] for node in engine.containers(CLUSTER_LABEL)} if engine else set()
    foreign = engine if engine and not engine.own else None
    return Installed(
        engine,
        tuple(sorted(name for name in in_engine if cluster.begun(name))),
        tuple(tag for repository in REPOSITORIES for tag in foreign.tags(repository)) if foreign else (),
        tuple((folder, size_of(folder)) for folder in (paths.cache(), paths.state()) if folder.exists()),
        () if engine else tuple(cluster.all_begun()),
    )


def refuse_lost(found: Installed) -> None:
    """Raise MissingRequirement when no engine can delete our clusters: they would keep running without any record.

    :raises MissingRequirement: naming them
    """
    if found.lost:
        raise MissingRequirement(
            f"cannot delete {', '.join(found.lost)}, as no container engine answers; start the engine and run this again, or "
            "keep its clusters with --leave-clusters"
        )


def refuse_in_use(found: Installed) -> None:
    """Raise Refused when a cluster to be deleted is in use, or our own engine, which would stop, has a foreign cluster."""
    for name in (*found.clusters, *found.lost):
        used = delete_guard.in_use(name)
        if used:
            raise Refused(f"cannot delete cluster {name}: {used}")
    if found.engine and found.engine.own:
        others = {node.labels[CLUSTER_LABEL] for node in found.engine.containers(CLUSTER_LABEL)} - set(found.clusters)
        if others:
            raise Refused(
                f"removing the engine would remove {', '.join(sorted(others))}, which `skeptic up` did not create; "
                f"delete it first with `kind delete cluster --name {min(others)}`"
            )


def uninstall(found: Installed, *, progress: Say = quiet) -> None:
    """Remove what was found.

    :raises Refused: when a cluster is in use; nothing has been changed then
    """
    refuse_in_use(found)
    for name in found.clusters:
        down(name, progress=progress)
        progress(f"cluster {name} is deleted")
    if found.engine:
        _clear(found.engine, found.images)
    elif engine_install.socket().parent.exists():
        engine_install.stop()  # a silent engine may still run, in the folder to be removed
    for folder, _ in found.folders:
        mounts.remove(folder)
        progress(f"{folder} is removed")


def _clear(engine: Engine, images: Sequence[str]) -> None:
    """Stop the engine if it is ours; remove our images from any other."""
    if engine.own:
        engine_install.stop()
    for tag in images:
        with suppress(CommandFailed):  # one of the user's containers still uses it
            engine.remove_image(tag)


def size_of(folder: Path) -> int:
    """Return a folder's size on disk in bytes, without mounts inside it; 0 when that cannot be determined."""
    try:
        return 1024 * int(process.run(["du", "-skx", str(folder)], patience=PACKAGES).split()[0])
    except (CommandFailed, MissingRequirement, IndexError):
        return 0
