"""The kind tool: which one, its configuration, making and deleting clusters with it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from kubeskeptic import process
from kubeskeptic.clusters.builds import components
from kubeskeptic.clusters.builds.workshop import Workshop
from kubeskeptic.clusters.cluster import CONFIGURATION
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.steps import Step
from kubeskeptic.durations import CLUSTER_CREATE
from kubeskeptic.errors import CommandFailed, MissingRequirement

OLDEST = (0, 33)
"""Knows how to tell a kubelet of 1.37 that it runs on cgroup version 1."""


class Kind:
    """The kind tool against one engine.

    :param program: the command, a name or a path
    """

    def __init__(self, program: str, engine: Engine) -> None:
        self._program = program
        self._engine = engine

    def create(self, name: str, kubeconfig: Path, config: str, image: str | None, step: Step) -> None:
        """Make a cluster; does not wait for its nodes to be Ready. A failed one is left for a look at its logs.

        :param config: the configuration; it is written beside the kubeconfig before there is any node, which says later,
            and after a kill, that the cluster is ours
        :param image: the node image, None for the one that this kind pins
        :raises CommandFailed: when kind fails
        """
        file = kubeconfig.with_name(CONFIGURATION)
        file.write_text(config, encoding="utf-8")
        chosen = ["--image", image] if image else []
        step.run(
            [self._program, "create", "cluster", "--name", name, "--config", str(file), "--kubeconfig", str(kubeconfig),
             "--retain", *chosen],
            env=self._engine.environment(), patience=CLUSTER_CREATE,
        )  # fmt: skip
        kubeconfig.chmod(0o600)

    def delete(self, name: str, kubeconfig: Path) -> None:
        """Delete a cluster in whatever state; fine when there is none."""
        process.run(
            [self._program, "delete", "cluster", "--name", name, "--kubeconfig", str(kubeconfig)],
            env=self._engine.environment(), patience=CLUSTER_CREATE,
        )  # fmt: skip

    def export_logs(self, name: str, target: Path) -> None:
        """Collect the nodes' logs in a folder."""
        process.run([self._program, "export", "logs", "--name", name, str(target)], env=self._engine.environment(),
                    patience=CLUSTER_CREATE)  # fmt: skip


def provide(workshop: Workshop, engine: Engine) -> Kind:
    """A kind that is new enough: our engine's prefix has one, the machine may, else it is built from its module."""
    beside = Path(engine.client).with_name("kind")
    if engine.own and beside.exists():
        return Kind(str(beside), engine)
    found = shutil.which("kind")
    if found and version(found) >= OLDEST:
        return Kind(found, engine)
    return Kind(str(workshop.go(components.kind()) / "kind"), engine)


def version(program: str) -> tuple[int, int]:
    """Major and minor version of a kind program, (0, 0) when it does not say."""
    try:
        said = process.run([program, "version"])
    except (CommandFailed, MissingRequirement):
        return (0, 0)
    found = re.search(r"v(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)
