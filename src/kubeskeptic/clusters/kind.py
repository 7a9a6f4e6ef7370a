"""The kind tool: choosing an installation, and creating and deleting clusters with it."""

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
"""The oldest version that can configure a kubelet of 1.37 for cgroup version 1. With version 2 any is used."""
HOW_TO_GET_ONE = (
    "install kind (https://kind.sigs.k8s.io/docs/user/quick-start/#installation; `brew install kind` on macOS) and put it on "
    "the PATH"
)
_PINNED = re.compile(rb"kindest/node:v\d+\.\d+\.\d+@sha256:[0-9a-f]{64}")


class Kind:
    """The kind tool for one engine.

    :param program: the command, a name or a path
    """

    def __init__(self, program: str, engine: Engine) -> None:
        self._program = program
        self._engine = engine

    def pinned(self) -> str | None:
        """Return this kind's default node image, with its digest; None when its program does not contain one."""
        program = shutil.which(self._program)
        found = _PINNED.search(Path(program).read_bytes()) if program else None
        return found[0].decode() if found else None

    def create(self, name: str, kubeconfig: Path, config: str, image: str | None, step: Step) -> None:
        """Create a cluster, without waiting for its nodes to be Ready. A failed cluster is kept for its logs.

        :param config: the configuration; it is written beside the kubeconfig before any node exists, and from then on marks
            the cluster as ours, even if this process is killed
        :param image: the node image; None for the image that this kind pins
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


def provide(workshop: Workshop, engine: Engine, *, cgroups: str = "2") -> Kind:
    """Return a usable kind: the one beside our engine, or else the machine's, or else one built from its module.

    :param cgroups: the cgroup version of the machine on which the nodes run, ``1`` or ``2``
    :raises MissingRequirement: when no usable kind is installed, nor Go to build one; says how to get one
    """
    program = usable(engine, cgroups)
    if program:
        return Kind(program, engine)
    if not shutil.which("go"):
        raise MissingRequirement(f"{lack(cgroups)}; {HOW_TO_GET_ONE}")
    return Kind(str(workshop.go(components.kind()) / "kind"), engine)


def usable(engine: Engine, cgroups: str) -> str | None:
    """Return the installed kind program that works with this cgroup version, or None."""
    beside = Path(engine.client).with_name("kind")
    if engine.own and beside.exists():
        return str(beside)
    found = shutil.which("kind")
    return found if found and (cgroups != "1" or version(found) >= OLDEST) else None


def lack(cgroups: str) -> str:
    """Return why the machine's kind cannot be used, as the start of a sentence."""
    found = shutil.which("kind")
    if not found:
        return "kind is not on the PATH"
    seen, needed = (".".join(map(str, numbers)) for numbers in (version(found), OLDEST))
    return f"kind on the PATH ({found}) is version {seen}, but cgroups v{cgroups} need {needed} or later"


def version(program: str) -> tuple[int, int]:
    """Return the major and minor version of a kind program; (0, 0) when it prints none."""
    try:
        said = process.run([program, "version"])
    except (CommandFailed, MissingRequirement):
        return (0, 0)
    found = re.search(r"v(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)
