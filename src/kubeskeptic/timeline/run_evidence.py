"""A run's evidence: all its recordings, and what belongs to the run as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kubeskeptic.settings import Settings
from kubeskeptic.timeline.recording import Recording
from kubeskeptic.timeline.tick_lag import TickLag


@dataclass
class RunEvidence:
    """All that one journal holds."""

    run: dict[str, Any]
    ended: dict[str, Any] | None
    settings: Settings
    scenarios: dict[str, Recording]
    findings: list[dict[str, Any]]
    instrument: list[dict[str, Any]]
    sabotages: list[dict[str, Any]]
    torn: int
    """1 when the journal ends within a line, as after a kill; 0 otherwise."""
    damage: tuple[str, ...] = ()
    """What is wrong with the journal anywhere else, a sentence each."""
    numbered: bool = True
    """Whether the journal's lines are numbered, so that a missing one is noticed."""
    realtime: dict[str, bool] = field(default_factory=dict)
    """Whether each node's agent had real-time priority all through the run, as far as it was given or refused."""
    tick_lag: TickLag = field(default_factory=TickLag)
    """How late the questions were asked."""

    @property
    def unproven(self) -> frozenset[str]:
        """The nodes whose agent measured an outage of known length wrongly."""
        return frozenset(str(one["node"]) for one in self.instrument if one.get("proven") is False)
