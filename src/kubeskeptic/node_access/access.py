"""The interface for access to nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


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
