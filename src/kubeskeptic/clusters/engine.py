"""The container engine, through its command line. Nothing else in the library runs that command.

An :class:`Engine` is a handle: a client and its environment. Several may exist at the same time; none is global.
A node is named by its container, which with kind is also its name in Kubernetes.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubeskeptic import process
from kubeskeptic.clusters.steps import Step
from kubeskeptic.durations import COMMAND, ENGINE_ANSWERS, IMAGE, PAUSES, Patience
from kubeskeptic.errors import CommandFailed, MissingRequirement
from kubeskeptic.waiting import NotYet, until

CLUSTER_LABEL = "io.x-k8s.kind.cluster"
ROLE_LABEL = "io.x-k8s.kind.role"
_FOR_CLIENTS = {
    # containerd's import fails on images with an attestation (kind#4236)
    "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
    # otherwise kind could create its nodes in a different engine
    "KIND_EXPERIMENTAL_PROVIDER": "docker",
}


@dataclass(frozen=True)
class Container:
    """A container as the engine lists it: name, state (``running``, ``exited``, …) and labels."""

    name: str
    state: str
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Engine:
    """A container engine with Docker's command line.

    :param client: the client's command, a name or a path
    :param variables: environment variables needed to reach it, such as ``DOCKER_HOST``
    :param own: whether ``skeptic up`` installed and started it
    """

    client: str = "docker"
    variables: Mapping[str, str] = field(default_factory=dict)
    own: bool = False

    # -- the client ----------------------------------------------------------------------------------------------------
    def environment(self) -> dict[str, str]:
        """Return the complete environment in which clients, including kind, reach this engine."""
        return {**os.environ, **_FOR_CLIENTS, **self.variables}

    def argv(self, *words: str) -> list[str]:
        """Return the command line for ``words``, to be run in :meth:`environment`."""
        return [self.client, *words]

    def call(self, *words: str, stdin: str | bytes | None = None, patience: Patience = COMMAND) -> str:
        """Run the client and return its standard output.

        :raises CommandFailed: with the client's output
        """
        return process.run(self.argv(*words), patience=patience, stdin=stdin, env=self.environment())

    def info(self) -> dict[str, Any]:
        """Return what the engine reports about itself.

        :raises CommandFailed: when no engine answers
        """
        facts: dict[str, Any] = json.loads(self.call("info", "--format", "{{json .}}", patience=ENGINE_ANSWERS))
        if facts.get("ServerErrors"):
            raise CommandFailed(f"{self.client} info", 0, "\n".join(facts["ServerErrors"]))
        return facts

    def answers(self) -> bool:
        """Return whether the engine answers."""
        try:
            return bool(self.info().get("ServerVersion"))
        except (CommandFailed, MissingRequirement, ValueError):
            return False

    # -- nodes ---------------------------------------------------------------------------------------------------------
    def exec(
        self, node: str, argv: Sequence[str], *, stdin: str | bytes | None = None, patience: Patience = COMMAND
    ) -> str:
        """Run a command in a node and return its standard output. If this client is killed, the command continues.

        :raises CommandFailed: when it fails, or the node is not running
        """
        interactive = [] if stdin is None else ["-i"]
        return self.call("exec", *interactive, node, *argv, stdin=stdin, patience=patience)

    def kill(self, node: str) -> None:
        """Kill a node with SIGKILL; it stays down until :meth:`start`."""
        self.call("kill", node)

    def start(self, node: str) -> None:
        """Start a stopped node."""
        self.call("start", node)

    def pause(self, node: str) -> None:
        """Freeze every process of a node, with retries, because freezing a busy node occasionally fails."""

        def freeze() -> bool | NotYet:
            """Try once to freeze the node; return whether that worked."""
            try:
                self.call("pause", node)
            except CommandFailed as refused:
                if "unable to freeze" in refused.output:
                    return NotYet("unable to freeze")
                if "already paused" not in refused.output:
                    raise
            return True

        until(freeze, PAUSES, what=f"{node} to freeze")

    def unpause(self, node: str) -> None:
        """Resume a frozen node."""
        self.call("unpause", node)

    def state(self, node: str) -> str:
        """Return the state of a node's container: ``running``, ``paused``, ``exited``, …

        :raises CommandFailed: when no such container exists
        """
        return self.call("inspect", "--type", "container", "--format", "{{.State.Status}}", node).strip()

    def running(self, node: str) -> bool:
        """Return whether a node runs and is not paused. A node that does not exist does not run."""
        try:
            return self.state(node) == "running"
        except CommandFailed:
            return False

    def said(self, node: str) -> str:
        """Return the end of a node's console output."""
        return self.call("logs", "--tail", "100", node)

    def containers(self, label: str) -> list[Container]:
        """Return all containers with a label (``key`` or ``key=value``), running or not, by name."""
        return self._listed(f"label={label}")

    def named(self, prefix: str) -> list[Container]:
        """Return all containers whose name begins with ``prefix``, running or not, by name."""
        return [container for container in self._listed(f"name={prefix}") if container.name.startswith(prefix)]

    def _listed(self, condition: str) -> list[Container]:
        listed = self.call("ps", "--all", "--filter", condition, "--format", "{{json .}}")
        found = [_container(json.loads(line)) for line in listed.splitlines() if line.strip()]
        return sorted(found, key=lambda container: container.name)

    def nodes(self, cluster: str) -> list[Container]:
        """Return the containers that are nodes of a kind cluster, running or not."""
        return self.containers(f"{CLUSTER_LABEL}={cluster}")

    # -- images and build containers -----------------------------------------------------------------------------------
    def has_image(self, tag: str) -> bool:
        """Return whether the engine has an image."""
        return bool(self.call("images", "--quiet", tag).strip())

    def pull_starts(self, image: str, patience: Patience) -> bool:
        """Return whether a registry or its mirror begins to serve an image; the pull is then aborted."""
        with subprocess.Popen(
            self.argv("pull", image), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.environment()
        ) as client:
            assert client.stdout
            ready, _, _ = select.select([client.stdout], [], [], patience.seconds)
            # the client prints nothing until a registry has sent the image's manifest
            started = bool(ready and client.stdout.readline().strip())
            client.kill()
        return started

    def tags(self, repository: str) -> list[str]:
        """Return the images of a repository that the engine has, as ``name:tag``."""
        return self.call("images", "--format", "{{.Repository}}:{{.Tag}}", repository).split()

    def import_root(self, archive: Path, tag: str, changes: Sequence[str] = ()) -> None:
        """Create an image from a tar of a root file system; ``changes`` are Dockerfile instructions."""
        words = [word for change in changes for word in ("--change", change)]
        self.call("import", *words, str(archive), tag, patience=IMAGE)

    def build(self, folder: Path, tag: str) -> None:
        """Build the Dockerfile of a folder with the engine's default builder."""
        self.call("build", "--tag", tag, str(folder), patience=IMAGE)

    def save(self, tag: str, archive: Path) -> None:
        """Write an image to a file."""
        self.call("save", "--output", str(archive), tag, patience=IMAGE)

    def run(self, *words: str) -> str:
        """Start a container in the background and return its id; ``words`` are options, image and command."""
        return self.call("run", "--detach", *words, patience=IMAGE).strip()

    def copy(self, source: Path, container: str, target: str) -> None:
        """Copy a file or a folder's content into a container."""
        content = f"{source}/." if source.is_dir() else str(source)
        self.call("cp", content, f"{container}:{target}", patience=IMAGE)

    def commit(self, container: str, tag: str, changes: Sequence[str] = ()) -> None:
        """Create an image from a container's file system, without its volumes."""
        words = [word for change in changes for word in ("--change", change)]
        self.call("commit", *words, container, tag, patience=IMAGE)

    def exec_in_background(self, container: str, argv: Sequence[str]) -> None:
        """Start a process in a container without waiting for it."""
        self.call("exec", "--detach", container, *argv)

    def remove(self, container: str) -> None:
        """Remove a container with its volumes, running or not. A container that does not exist is no error."""
        self.call("rm", "--force", "--volumes", container)

    def remove_image(self, tag: str) -> None:
        """Remove an image tag."""
        self.call("rmi", tag)


def _container(row: Mapping[str, str]) -> Container:
    pairs = (pair.partition("=") for pair in row.get("Labels", "").split(",") if pair)
    return Container(row["Names"], row["State"], {key: value for key, _, value in pairs})


CTR = ("ctr", "--namespace", "k8s.io")
"""containerd's own command, in the namespace that the kubelet uses."""


def images_of(engine: Engine, node: str) -> list[str]:
    """Return the names of the images in a node's containerd, which may still be starting."""

    def listed() -> list[str]:
        """Return the names."""
        return engine.exec(node, [*CTR, "images", "list", "--quiet"]).split()

    return until(listed, COMMAND, what=f"containerd of {node}", tolerate=(CommandFailed,))


def take_in(engine: Engine, node: str, archive: Path, step: Step, *extra: str) -> None:
    """Import an image into a node's containerd, where the kubelet finds it; ``extra`` are options for ``ctr``."""
    words = [*CTR, "images", "import", "--label", "io.cri-containerd.image=managed", *extra, "-"]
    step.run(engine.argv("exec", "-i", node, *words), stdin=archive, env=engine.environment(), patience=IMAGE)
