"""What a way into nodes can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class NodeAccess(Protocol):
    """A way into the nodes of one cluster. Safe to use from several threads."""

    @property
    def transport(self) -> str:
        """Its name, by which another process finds the same way: ``engine`` or ``pod``."""

    @property
    def inside(self) -> bool:
        """Whether there is a way at all."""

    @property
    def curl(self) -> tuple[str, ...]:
        """The beginning of a command line that asks URLs in a node, with curl's options and exit statuses."""

    @property
    def exempt_ports(self) -> tuple[int, ...]:
        """TCP ports of the node that network faults must leave open, because undoing comes through them."""

    @property
    def namespace(self) -> str:
        """The namespace that it puts things into; empty when it needs none."""

    def run(self, node: str, argv: Sequence[str], *, stdin: str | None = None) -> str:
        """Run a command in a node and return its standard output.

        :raises CommandFailed: when it fails, or the node cannot be reached
        """

    def start_timer(self, node: str, name: str, argv: Sequence[str], lasts: float) -> None:
        """Let the node run a command after ``lasts`` seconds, whatever happens to us; one of the same name is replaced.

        :raises CommandFailed: when it cannot be left there
        """

    def stop_timer(self, node: str, name: str) -> None:
        """Stop a timer and what it started; fine when the node does not know it.

        :raises CommandFailed: when the node cannot be reached, or does not stop it
        """

    def close(self) -> None:
        """Take away what it put into the cluster; fine when there is nothing."""

    def timers(self, node: str) -> list[str]:
        """The names of the timers of ours that a node has.

        :raises CommandFailed: when the node cannot be reached
        """
