"""No way into nodes: clusters that do not allow it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from kubeskeptic.errors import CommandFailed


class OutOfReach:
    """Every command fails, with the reason.

    :param why: one sentence without a full stop
    """

    way = "none"
    inside = False
    curl = ("curl",)
    spared: tuple[int, ...] = ()
    namespace = ""

    def __init__(self, why: str) -> None:
        self._why = why

    def run(self, node: str, argv: Sequence[str], *, stdin: str | None = None) -> str:  # noqa: ARG002
        """Fail."""
        raise CommandFailed(f"{shlex.join(argv)} (on {node})", 255, self._why)

    def start_timer(self, node: str, name: str, argv: Sequence[str], lasts: float) -> None:  # noqa: ARG002
        """Fail."""
        raise CommandFailed(f"timer {name} (on {node})", 255, self._why)

    def stop_timer(self, node: str, name: str) -> None:
        """There is none."""

    def close(self) -> None:
        """There is nothing to take away."""

    def timers(self, node: str) -> list[str]:  # noqa: ARG002
        """There is none."""
        return []
