"""Access through the container engine that runs the nodes as containers: kind clusters of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kubeskeptic.errors import CommandFailed

if TYPE_CHECKING:
    from kubeskeptic.clusters.engine import Engine


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
