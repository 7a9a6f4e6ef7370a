"""What a check has read of a recording: what its verdict depends on."""

from __future__ import annotations

from dataclasses import dataclass, field

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.timeline.faults import FaultSpan

Window = tuple[float, float]


@dataclass
class Reading:
    """What a check has read of a recording, each with the stretch of time that matters to it."""

    lanes: dict[str, Window] = field(default_factory=dict)
    """By probe."""
    kinds: dict[str, Window] = field(default_factory=dict)
    """By kind of API object."""
    unbroken: set[str] = field(default_factory=set)
    """Probes of which a single failed request decides."""
    tables: set[str] = field(default_factory=set)
    """Tables of what the scenario itself saw."""
    fault: FaultSpan | None = None
    """The fault whose consequences were measured."""
    unfinished: list[str] = field(default_factory=list)
    """Why acts did not come to their end."""
    doubts: list[str] = field(default_factory=list)
    """What the check itself found that keeps *holds* from being said, one sentence each."""
    lasting: list[tuple[Interval, Bound]] = field(default_factory=list)
    """How long was watched, with bounds that must have passed by then."""

    def note(self, where: dict[str, Window], name: str, window: Window) -> None:
        """Add a stretch of time to what was read of one lane or kind."""
        old = where.get(name, window)
        where[name] = (min(old[0], window[0]), max(old[1], window[1]))
