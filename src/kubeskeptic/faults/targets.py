"""What faults act on: targets, which of them are taken, and how victims are chosen.

Two faults may not share a target. A fault of a whole node (``node/w``: crash, restart, freeze, shutdown) also stops or restarts
everything that runs in the node, which ends the effect of any other fault there::

    node/w ─┬─ kubelet/w     stopped, restarted
            ├─ containerd/w  stopped
            ├─ kube-proxy/w  frozen, its rules flushed
            └─ network/w     rules, queues

Targets that are API objects (``cordon/w``, ``taint/w/…``, pods) do not depend on the node's state: faults of both can be
combined.

Victims are a pure function of the candidates, the rule and the seed. The same three give the same victims on every machine and
in every version of Python, whatever the order of the candidates. Another seed or another rule shuffles them anew. When a
candidate disappears, the order of the others stays the same.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import BadInput

WHOLE = "node"
"""The kind of target that is a whole node, with everything that runs in it."""
INSIDE = frozenset({"kubelet", "containerd", "kube-proxy", "network", "service-rules"})
"""The kinds of targets inside a node. Their name is the node's, and faults of them end when the node goes down."""


@dataclass(frozen=True, order=True)
class Target:
    """What a fault acts on. Two faults in force at the same time may not share one.

    As text, it is ``node/kubeskeptic-worker`` or ``pod/namespace/name``.
    """

    kind: str
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)


class InForce:
    """The faults in force on one cluster, by target. Safe to use from several threads."""

    def __init__(self) -> None:
        self._taken: dict[Target, str] = {}
        self._lock = threading.Lock()

    def take(self, targets: Iterable[Target], fault: str) -> None:
        """Reserve targets for ``fault``.

        :raises BadInput: when one of them, its node or a part of it is taken; names both faults, reserves nothing
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
        """Release targets, if they are taken."""
        with self._lock:
            for target in targets:
                self._taken.pop(target, None)

    def besides(self, node: str) -> bool:
        """Return whether a fault other than one of this whole node is in force."""
        with self._lock:
            return any(target.name != node or target.kind != WHOLE for target in self._taken)

    def __len__(self) -> int:
        return len(self._taken)


def _collision(target: Target, fault: str, taken: Target, other: str) -> str:
    """Return why two faults cannot be in force together; empty when they can."""
    if target == taken:
        return f"{fault} and {other} would both act on {target} at the same time"
    if _holds(target, taken):
        return f"{fault} of {target} would end what {other} does inside it to {taken}"
    if _holds(taken, target):
        return f"{other} of {taken} is in force, and {fault} would act inside it on {target}"
    return ""


def _holds(whole: Target, part: Target) -> bool:
    return whole.kind == WHOLE and part.kind in INSIDE and whole.name == part.name


def choose(candidates: Iterable[str], rule: str, seed: int, count: int = 1) -> list[str]:
    """Return ``count`` of the candidates.

    :param rule: what they are chosen for, such as "nodes/node_crashes: crash"; different rules choose independently
    :raises BadInput: when there are fewer candidates than ``count``, or it is not positive
    """
    distinct = sorted(set(candidates))
    if count < 1:
        raise BadInput(f"{rule}: asked for {count} victims; ask for one or more")
    if len(distinct) < count:
        raise BadInput(
            f"{rule}: asked for {counted(count, 'victim')}, but there {agreeing(len(distinct), 'is', 'are')} "
            f"{counted(len(distinct), 'candidate')}: {', '.join(distinct) or 'none'}"
        )
    return sorted(distinct, key=lambda candidate: (_draw(candidate, rule, seed), candidate))[:count]


def _draw(candidate: str, rule: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}\0{rule}\0{candidate}".encode()).hexdigest()
