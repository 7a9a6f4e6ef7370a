"""Access to nodes: the interface, access through the container engine, no access at all, and the choice."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from kubeskeptic.clusters import Cluster
from kubeskeptic.clusters.adopted import PROVIDER
from kubeskeptic.errors import CommandFailed
from kubeskeptic.guard.risk import Risk, above
from kubeskeptic.kube import Kube
from kubeskeptic.node_access.pod_access import PodAccess, there

if TYPE_CHECKING:
    from kubeskeptic.clusters.engine import Engine


class NodeAccess(Protocol):
    """Access to the nodes of one cluster. Safe to use from several threads."""

    @property
    def transport(self) -> str:
        """The kind of access, by which another process gets the same access: ``engine``, ``pod`` or ``none``."""

    @property
    def inside(self) -> bool:
        """Whether nodes can be reached at all."""

    @property
    def curl(self) -> tuple[str, ...]:
        """The beginning of a command line that requests URLs in a node, with curl's options and exit statuses."""

    @property
    def exempt_ports(self) -> tuple[int, ...]:
        """TCP ports of the node that network faults must leave open, because undoing needs them."""

    @property
    def namespace(self) -> str:
        """The namespace of the access's own objects; empty when it needs none."""

    def run(self, node: str, argv: Sequence[str], *, stdin: str | None = None) -> str:
        """Return the standard output of a command run in a node.

        :raises CommandFailed: when it fails, or the node cannot be reached
        """

    def start_timer(self, node: str, name: str, argv: Sequence[str], lasts: float) -> None:
        """Make the node run a command after ``lasts`` seconds, without the harness; replaces a timer of the same name.

        :raises CommandFailed: when the timer cannot be started
        """

    def stop_timer(self, node: str, name: str) -> None:
        """Stop a timer and whatever it started, if the node has that timer.

        :raises CommandFailed: when the node cannot be reached, or does not stop the timer
        """

    def close(self) -> None:
        """Remove the access's own objects from the cluster, if there are any."""

    def timers(self, node: str) -> list[str]:
        """Return the names of our timers in a node.

        :raises CommandFailed: when the node cannot be reached
        """


class EngineAccess:
    """Runs commands by the engine's ``exec``, and timers by the node's own systemd.

    Timers fire independently of this machine's processes, but not in a frozen node, and they are lost when the node restarts.
    """

    transport = "engine"
    inside = True
    curl = ("curl",)
    exempt_ports: tuple[int, ...] = ()
    namespace = ""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, node: str, argv: Sequence[str], *, stdin: str | None = None) -> str:
        """Return the standard output of a command run in the node's container."""
        return self._engine.exec(node, argv, stdin=stdin)

    def start_timer(self, node: str, name: str, argv: Sequence[str], lasts: float) -> None:
        """Start a transient timer of systemd, accurate to a tenth of a second.

        The default accuracy of a timer is a minute (systemd.timer(5)). ``--collect`` unloads the unit afterwards, even if it
        failed.
        """
        self.stop_timer(node, name)
        self.run(
            node,
            [
                "systemd-run", f"--unit={name}", f"--on-active={lasts:.3f}", "--timer-property=AccuracySec=100ms",
                "--property=Type=oneshot", "--collect", "--quiet", "--", *argv,
            ],
        )  # fmt: skip

    def stop_timer(self, node: str, name: str) -> None:
        """Stop the timer, and the service that it started."""
        for unit in (f"{name}.timer", f"{name}.service"):
            try:
                self.run(node, ["systemctl", "stop", unit])
            except CommandFailed as refused:
                if not any(words in refused.output for words in ("not loaded", "not found")):
                    raise

    def close(self) -> None:
        """Do nothing: there is nothing to remove."""

    def timers(self, node: str) -> list[str]:
        """Return the names of our units that the node's systemd has loaded."""
        listed = self.run(node, ["systemctl", "list-units", "--all", "--plain", "--no-legend", "skeptic-*"])
        return [line.split()[0] for line in listed.splitlines() if line.split()]


class NoAccess:
    """No access: every command fails with the reason.

    :param why: one sentence without a full stop
    """

    transport = "none"
    inside = False
    curl = ("curl",)
    exempt_ports: tuple[int, ...] = ()
    namespace = ""

    def __init__(self, why: str) -> None:
        self._why = why

    def run(self, node: str, argv: Sequence[str], *, stdin: str | None = None) -> str:  # noqa: ARG002
        """Raise CommandFailed with the reason."""
        raise CommandFailed(f"{shlex.join(argv)} (on {node})", 255, self._why)

    def start_timer(self, node: str, name: str, argv: Sequence[str], lasts: float) -> None:  # noqa: ARG002
        """Raise CommandFailed with the reason."""
        raise CommandFailed(f"timer {name} (on {node})", 255, self._why)

    def stop_timer(self, node: str, name: str) -> None:
        """Do nothing: there are no timers."""

    def close(self) -> None:
        """Do nothing: there is nothing to remove."""

    def timers(self, node: str) -> list[str]:  # noqa: ARG002
        """Return an empty list: there are no timers."""
        return []


def access_to(cluster: Cluster, kube: Kube, level: Risk, run: str) -> NodeAccess:
    """Return the access to a cluster's nodes: through its engine, or through our exec pods where the level allows them."""
    if cluster.provider != PROVIDER:
        return EngineAccess(cluster.engine)
    if level >= Risk.NODE:
        return PodAccess(kube, cluster.agent_image, run)
    return NoAccess(above("access to a node", Risk.NODE, level))


def read_only_access(cluster: Cluster, kube: Kube, level: Risk) -> NodeAccess:
    """Return access to a cluster's nodes that creates nothing in the cluster.

    It uses existing exec pods of any run, or else this machine's engine if the nodes are its containers.

    :raises SkepticError: when the API server does not list the exec pods
    """
    if cluster.provider != PROVIDER or level < Risk.NODE:
        return access_to(cluster, kube, level, "")
    for run in there(kube):
        return PodAccess(kube, cluster.agent_image, run, borrowed=True)
    if cluster.image:
        return EngineAccess(cluster.engine)
    return NoAccess("kubeskeptic has no exec pods in this cluster, and read-only access creates none")
