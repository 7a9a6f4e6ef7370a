"""The evidence of a run: all its recordings, and the records that belong to the run as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubeskeptic.settings import Settings
from kubeskeptic.timeline.recording import Recording
from kubeskeptic.timeline.tick_lag import TickLag


@dataclass
class RunEvidence:
    """Everything that one journal contains."""

    run: dict[str, Any]
    ended: dict[str, Any] | None
    settings: Settings
    scenarios: dict[str, Recording]
    findings: list[dict[str, Any]]
    instrument: list[dict[str, Any]]
    sabotages: list[dict[str, Any]]
    torn: int
    """1 if the journal ends within a line, as after a kill; 0 otherwise."""
    damage: tuple[str, ...] = ()
    """Damage anywhere in the journal, one sentence each."""
    numbered: bool = True
    """Whether the journal's lines are numbered, so that a missing line is noticed."""
    realtime: dict[str, bool] = field(default_factory=dict)
    """Whether each node's agent had real-time priority throughout the run; only nodes for which it was granted or refused."""
    tick_lag: TickLag = field(default_factory=TickLag)
    """How late the requests were sent."""

    def fill(self, recording: Recording) -> None:
        """Copy to a recording what is known of the run as a whole."""
        # without a record of the run, nobody said that a setting cannot be read: a claim that needs it is not skipped
        recording.settings = self.settings if self.run else Settings({}, readable=True)
        recording.nodes = tuple(self.run.get("nodes") or ())
        recording.roles = dict(self.run.get("roles") or {})
        recording.unproven = self.unproven(recording)

    def unproven(self, recording: Recording) -> frozenset[str]:
        """Return the nodes whose agent was not proven to measure an outage of known length, of those that sent requests."""
        right = {str(one["node"]) for one in self.instrument if _proven(one)}
        wrong = {str(one["node"]) for one in self.instrument if not _proven(one)}
        return frozenset(lane.node for lane in recording.lanes.values() if not lane.target) - (right - wrong)


def _proven(instrument: Mapping[str, Any]) -> bool:
    """Return whether an agent's measurement of a known outage was right within one tick, by its record and by its numbers.

    An outage that is not longer than a tick proves nothing: whoever measures none would be right.
    """
    numbers = [instrument.get(name) for name in ("measured", "injected", "tick")]
    known = [float(number) for number in numbers if number is not None]
    right = len(known) < len(numbers) or (abs(known[0] - known[1]) <= known[2] < known[1])
    return bool(instrument.get("proven")) and right
