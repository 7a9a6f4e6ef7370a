"""The parts of a recording that a check has read: its verdict depends on these."""

from __future__ import annotations

from dataclasses import dataclass, field

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.timeline.faults import FaultSpan

Window = tuple[float, float]


@dataclass
class Reading:
    """The parts of a recording that a check has read, each with the stretch of time that matters."""

    lanes: dict[str, Window] = field(default_factory=dict)
    """Stretches by probe."""
    kinds: dict[str, Window] = field(default_factory=dict)
    """Stretches by kind of API object."""
    unbroken: set[str] = field(default_factory=set)
    """Probes for which a single failed request decides the verdict."""
    kept: set[str] = field(default_factory=set)
    """Probes that are to keep their connection or their port."""
    new: set[str] = field(default_factory=set)
    """Probes that are to take a new connection for each request."""
    tables: set[str] = field(default_factory=set)
    """Tables of observations that the scenario itself noted."""
    anybody: bool = False
    """Whether anybody may change the cluster meanwhile, such as the command that is being watched."""
    fault: FaultSpan | None = None
    """The fault whose consequences were measured."""
    unfinished: list[str] = field(default_factory=list)
    """Why acts were not played to their end."""
    doubts: list[str] = field(default_factory=list)
    """Reasons found by the check itself that rule out *holds*, one sentence each."""
    lasting: list[tuple[Interval, Bound]] = field(default_factory=list)
    """Watched lengths of time, each with the bound that must have elapsed within it."""

    def note(self, where: dict[str, Window], name: str, window: Window) -> None:
        """Extend the stretch that was read of one probe or kind."""
        old = where.get(name, window)
        where[name] = (min(old[0], window[0]), max(old[1], window[1]))
