"""Which targets are taken by a fault in force.

Two faults may not share a target. A fault of a node as a whole (``node/w``: it crashes, restarts, freezes, shuts down) also
stops or restarts everything that runs in the node, and with it whatever another fault is doing there::

    node/w ─┬─ kubelet/w     stopped, restarted
            ├─ containerd/w  stopped
            ├─ kube-proxy/w  frozen, its rules flushed
            └─ network/w     rules, queues

What is kept in API objects goes on whatever happens to the node, and composes with it: ``cordon/w``, ``taint/w/…``, pods.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kubeskeptic.errors import BadInput

if TYPE_CHECKING:
    from kubeskeptic.faults.fault import Target

WHOLE = "node"
"""The kind of target that is a node with all that runs in it."""
INSIDE = frozenset({"kubelet", "containerd", "kube-proxy", "network"})
"""The kinds of targets inside a node, whose names are the node's: what was done to them ends when the node does."""


class InForce:
    """The faults in force on one cluster, by target. Safe to use from several threads."""

    def __init__(self) -> None:
        self._taken: dict[Target, str] = {}
        self._lock = threading.Lock()

    def take(self, targets: Iterable[Target], fault: str) -> None:
        """Reserve targets for ``fault``.

        :raises BadInput: when one of them is taken, or is a node and what is in it; names both faults, reserves none
        """
        wanted = tuple(targets)
        with self._lock:
            for target in wanted:
                for taken, other in self._taken.items():
                    why = _collision(target, fault, taken, other)
                    if why:
                        raise BadInput(f"{why}; let the first one end, or choose another target")
            self._taken.update(dict.fromkeys(wanted, fault))

    def release(self, targets: Iterable[Target]) -> None:
        """Give targets back; fine when they are not taken."""
        with self._lock:
            for target in targets:
                self._taken.pop(target, None)

    def __len__(self) -> int:
        return len(self._taken)


def _collision(target: Target, fault: str, taken: Target, other: str) -> str:
    """Why two faults cannot be in force together; empty when they can."""
    if target == taken:
        return f"{fault} and {other} would both act on {target} at the same time"
    if _holds(target, taken):
        return f"{fault} of {target} would end what {other} does inside it to {taken}"
    if _holds(taken, target):
        return f"{other} of {taken} is in force, and {fault} would act inside it on {target}"
    return ""


def _holds(whole: Target, part: Target) -> bool:
    return whole.kind == WHOLE and part.kind in INSIDE and whole.name == part.name
