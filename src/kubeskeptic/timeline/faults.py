"""Faults as recorded in a journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubeskeptic.bounds import Interval
from kubeskeptic.durations import POLL
from kubeskeptic.errors import Inconclusive

WHOLE = "node/"
"""How the targets of faults begin that take a node out as a whole: nothing is probed from it, and its pods are gone."""
OF_WHOLE_NODES = ("crash_node", "freeze_node", "restart_node", "shut_down_node")
"""The faults that take out one node as a whole. No other fault has such a target."""


@dataclass
class FaultSpan:
    """One fault as recorded in the journal."""

    id: str
    fault: str
    says: str
    act: str
    targets: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)
    """When each phase was reached: intent, armed, applying, applied, bit, undoing, undone, healed, disarmed, done."""
    evidence: dict[str, str] = field(default_factory=dict)
    """How the bite and the healing of the fault were seen, by phase."""

    def take(self, record: Mapping[str, Any]) -> None:
        """Take in one record of the fault. The ``intent`` record describes it; the first record of a phase sets its time."""
        if record["phase"] == "intent":
            self.says = record.get("says") or ""
            self.targets = tuple(record.get("targets") or ())
            self.settings = dict(record.get("settings") or {})
        self.phases.setdefault(record["phase"], record["at"])
        if record.get("evidence"):
            self.evidence[record["phase"]] = record["evidence"]

    @property
    def applying(self) -> Interval:
        """When the fault was applied: from just before to just after the harness applied it.

        :raises Inconclusive: if it was never applied
        """
        if "applied" not in self.phases:
            raise Inconclusive(f"the fault {self.fault} on {', '.join(self.targets)} was never applied")
        return Interval(self.phases.get("applying", self.phases["applied"]), self.phases["applied"])

    @property
    def applied(self) -> float:
        """The moment just before the harness applied the fault: no consequence can come earlier.

        :raises Inconclusive: if it was never applied
        """
        return self.applying.low

    @property
    def returned(self) -> Interval:
        """When a node was back: its kubelet had renewed its Lease, which is polled every :data:`POLL` seconds.

        :raises Inconclusive: if the fault was not seen to heal
        """
        if "healed" not in self.phases:
            raise Inconclusive(f"the fault {self.fault} on {', '.join(self.targets)} was not seen to heal")
        return Interval(max(self.phases["healed"] - 2 * POLL, self.phases.get("undoing", 0.0)), self.phases["healed"])

    @property
    def bit(self) -> bool:
        """Whether the fault was seen to take effect."""
        return "bit" in self.phases

    @property
    def taken_away(self) -> frozenset[str]:
        """The nodes that the fault took out as a whole."""
        return frozenset(one.removeprefix(WHOLE) for one in self.targets if one.startswith(WHOLE))

    def target(self, kind: str) -> str:
        """Return the fault's first target of a kind, such as ``node/NAME`` or ``pod/NAMESPACE/NAME``.

        :raises Inconclusive: if it has no target of this kind
        """
        for target in self.targets:
            if target.startswith(f"{kind}/"):
                return target
        raise Inconclusive(f"the fault {self.fault} of “{self.act}” acted on no {kind}")
