"""Faults as a journal tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kubeskeptic.bounds import Bound
from kubeskeptic.errors import Inconclusive


@dataclass
class FaultSpan:
    """One fault as the journal tells it."""

    id: str
    fault: str
    says: str
    act: str
    targets: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)
    """When each phase was reached: intent, armed, applying, applied, bit, undoing, undone, healed, disarmed, done."""
    evidence: dict[str, str] = field(default_factory=dict)
    """How the bite and the healing were seen."""

    @property
    def applied(self) -> float:
        """When it was applied: the moment before the harness did it, so that no consequence comes earlier.

        :raises Inconclusive: when it never was
        """
        if "applied" not in self.phases:
            raise Inconclusive(f"the fault {self.fault} on {', '.join(self.targets)} was never applied")
        return self.phases.get("applying", self.phases["applied"])

    @property
    def lifted(self) -> float:
        """When undoing it began.

        :raises Inconclusive: when it never did
        """
        if "undoing" not in self.phases:
            raise Inconclusive(f"the fault {self.fault} on {', '.join(self.targets)} was never undone")
        return self.phases["undoing"]

    def healed_within(self, bound: Bound) -> float:
        """When it was applied, if what it broke was whole again within ``bound`` of that.

        :raises Inconclusive: when it was not, or nobody saw it
        """
        if "healed" not in self.phases:
            raise Inconclusive(f"the fault {self.fault} on {', '.join(self.targets)} was not seen to heal")
        took = self.phases["healed"] - self.applied
        if not bound.admits(took):
            raise Inconclusive(f"{', '.join(self.targets)} was away for {took:.0f} s, longer than {bound.value:g} s")
        return self.applied

    @property
    def bit(self) -> bool:
        """Whether it was seen to bite."""
        return "bit" in self.phases
