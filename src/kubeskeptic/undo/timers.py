"""Dead man's switches in nodes: timers of the node's own systemd.

They fire whatever happens to this machine's processes, but not in a frozen node, and they die with a restarted one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kubeskeptic.errors import CommandFailed
from kubeskeptic.undo.ledger import OpenFault

if TYPE_CHECKING:
    from kubeskeptic.faults.contract import Site


def unit(one: OpenFault) -> str:
    """The name of the units of a fault's timers: ``skeptic-RUN-ID``."""
    return f"skeptic-{one.key}"


def start(site: Site, name: str, node: str, argv: Sequence[str], lasts: float) -> None:
    """Let the node's own systemd run a command after ``lasts`` seconds, within a tenth of a second.

    The default accuracy of a timer is a minute (systemd.timer(5)). ``--collect`` leaves nothing behind afterwards.
    """
    stop(site, node, name)
    site.in_node(
        node,
        "systemd-run",
        f"--unit={name}",
        f"--on-active={lasts:.3f}",
        "--timer-property=AccuracySec=100ms",
        "--property=Type=oneshot",
        "--collect",
        "--quiet",
        "--",
        *argv,
    )


def stop(site: Site, node: str, name: str) -> None:
    """Stop a node's timer and what it started; fine when the node does not know it."""
    stop_unit(site, node, f"{name}.timer")
    stop_unit(site, node, f"{name}.service")


def stop_unit(site: Site, node: str, name: str) -> None:
    """Stop one unit of ours; fine when the node does not know it.

    :raises CommandFailed: when the node cannot be reached, or the unit does not stop
    """
    try:
        site.in_node(node, "systemctl", "stop", name)
    except CommandFailed as refused:
        if not any(words in refused.output for words in ("not loaded", "not found")):
            raise
