"""The kind tool: choosing one, and creating and deleting clusters with it."""

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
"""The oldest version that can configure a kubelet of 1.37 for cgroup version 1."""


class Kind:
    """The kind tool against one engine.

    :param program: the command, a name or a path
    """

    def __init__(self, program: str, engine: Engine) -> None:
        self._program = program
        self._engine = engine

    def create(self, name: str, kubeconfig: Path, config: str, image: str | None, step: Step) -> None:
        """Create a cluster, without waiting for its nodes to be Ready. A failed one is kept for its logs.

        :param config: the configuration; it is written beside the kubeconfig before any node exists, and marks the cluster as
            ours from then on, also after a kill
        :param image: the node image; None for the one that this kind pins
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
        """Delete a cluster in any state. A cluster that does not exist is no error."""
        process.run(
            [self._program, "delete", "cluster", "--name", name, "--kubeconfig", str(kubeconfig)],
            env=self._engine.environment(), patience=CLUSTER_CREATE,
        )  # fmt: skip

    def export_logs(self, name: str, target: Path) -> None:
        """Export the nodes' logs into a folder."""
        process.run([self._program, "export", "logs", "--name", name, str(target)], env=self._engine.environment(),
                    patience=CLUSTER_CREATE)  # fmt: skip


def provide(workshop: Workshop, engine: Engine) -> Kind:
    """Return a kind that is new enough: the one beside our engine, else the machine's, else one built from its module."""
    beside = Path(engine.client).with_name("kind")
    if engine.own and beside.exists():
        return Kind(str(beside), engine)
    found = shutil.which("kind")
    if found and version(found) >= OLDEST:
        return Kind(found, engine)
    return Kind(str(workshop.go(components.kind()) / "kind"), engine)


def version(program: str) -> tuple[int, int]:
    """Return major and minor version of a kind program; (0, 0) when it prints none."""
    try:
        said = process.run([program, "version"])
    except (CommandFailed, MissingRequirement):
        return (0, 0)
    found = re.search(r"v(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)
