"""A recording: everything that was seen of one scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubeskeptic.bounds import Interval
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.settings import Settings
from kubeskeptic.timeline.faults import FaultSpan
from kubeskeptic.timeline.samples import Lane
from kubeskeptic.timeline.stalls import Stall, Standstill

LEFT_OUT = "left out"
"""The fact that says which acts were left out on this cluster, and why."""
GIVEN = "given"
"""The name of the act that is the set-up: from the first look of the recorder until all pods are Ready."""
ALL = "*"
"""Stands for every act that did not come to its end."""


class Change(NamedTuple):
    """One change of an API object, as the recorder saw it."""

    seen: float
    """When it was seen, Unix seconds."""
    type: str
    """``LISTED`` (was there when the recorder looked first), ``ADDED``, ``MODIFIED`` or ``DELETED``."""
    kind: str
    """Kind of the object, such as ``Pod``."""
    object: dict[str, Any]
    age: float = 0.0
    """Seconds that it may have been true before it was seen, at most."""
    written: float = 0.0
    """When the API server wrote the object last, as the object says itself, to the second, Unix seconds; 0 when it does not."""

    @property
    def earliest(self) -> float:
        """The earliest that it can have happened, Unix seconds."""
        return self.seen - self.age

    @property
    def when(self) -> Interval:
        """When it happened: no later than it was seen, no earlier than its age says."""
        return Interval(self.earliest, self.seen)

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.object["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """The object's namespace; empty when it has none."""
        return str(self.object["metadata"].get("namespace") or "")

    @property
    def uid(self) -> str:
        """The object's uid: the same name with another uid is another object."""
        return str(self.object["metadata"].get("uid", ""))


@dataclass(frozen=True)
class Gap:
    """A stretch of time that was not observed."""

    source: str
    """``probe`` or ``watch``."""
    node: str
    """Node of the agent; empty for watches."""
    probe: str
    """Probe, or empty for all probes of that node."""
    resource: str
    """Kind watched; empty for probes."""
    since: float
    until: float | None
    """None: it was never closed."""
    reason: str

    def touches(self, since: float, until: float) -> bool:
        """Whether any of it lies between two times."""
        return self.since < until and (self.until is None or self.until > since)


@dataclass
class ActSpan:
    """When one part of a scenario was played: a settled baseline, then something happens, then its end. Unix seconds."""

    name: str
    baseline: float | None = None
    """Since when the baseline was recorded."""
    start: float | None = None
    """When the baseline was settled and the act began."""
    end: float | None = None
    faults: tuple[str, ...] = ()
    """Ids of the faults that were injected in it, as its end says."""

    def reach(self, phase: str, at: float) -> bool:
        """Take when a phase was reached, and return whether it had not been before; other phases than these three are none."""
        if phase in ("baseline", "start", "end"):
            if getattr(self, phase) is not None:
                return False
            setattr(self, phase, at)
        return True

    def reached(self, phase: str) -> float:
        """Return when a phase was reached: ``baseline``, ``start`` or ``end``.

        :raises Inconclusive: when it was not
        """
        when: float | None = getattr(self, phase)
        if when is None:
            raise Inconclusive(f"the act “{self.name}” did not reach its {phase}")
        return when


class Taken(NamedTuple):
    """Logs, events and states, as they were before something was undone."""

    at: float
    """When, Unix seconds."""
    act: str
    before: str
    """What was undone then: “undoing crash_node”."""
    folder: str
    """Below the run's folder."""
    files: int
    missing: tuple[str, ...]
    """What could not be had, with the reason."""


@dataclass
class Recording:
    """What was seen of one scenario: samples, API changes, gaps, acts, faults, and the facts that the story noted."""

    id: str
    namespace: str = ""
    test: str = ""
    started: float = 0.0
    ended: float | None = None
    irreducible: float | None = None
    """Seconds that Kubernetes itself needs, by the settings."""
    broke_off: str = ""
    """Why the scenario did not come to its end; empty when it did."""
    settings: Settings = field(default_factory=lambda: Settings({}))
    nodes: tuple[str, ...] = ()
    joined: dict[str, float] = field(default_factory=dict)
    """When each node that joined during the run was first seen, by its name, Unix seconds."""
    stalls: list[Stall] = field(default_factory=list)
    """When the agents' processes did not run, in the order of their beginning."""
    standstills: list[Standstill] = field(default_factory=list)
    """When the machine stood still that the nodes share with the harness."""
    roles: dict[str, str] = field(default_factory=dict)
    unproven: frozenset[str] = frozenset()
    """The nodes whose agent measured an outage of known length wrongly."""
    lanes: dict[tuple[str, str], Lane] = field(default_factory=dict)
    """By (node, probe)."""
    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each probe asks, by its name."""
    changes: list[Change] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    acts: dict[str, ActSpan] = field(default_factory=dict)
    faults: list[FaultSpan] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the scenario itself saw, cell by cell, by the table's name."""
    looked: dict[str, dict[str, float]] = field(default_factory=dict)
    """When it first saw each cell, Unix seconds, by the table's name and the cell's."""
    given: dict[str, set[str]] = field(default_factory=dict)
    """The cells that it saw before its first act, by the table's name."""
    evidence: list[Taken] = field(default_factory=list)
    """Logs, events and states that were taken, in order."""
    asked: tuple[str, ...] | None = None
    """The acts that the chosen cases needed; None in journals that do not say."""
    damage: tuple[str, ...] = ()
    """What is wrong with the journal where it speaks of this scenario, one sentence each."""
    copies: int = 0
    """Samples that were delivered again, as copies, and are counted once."""

    @property
    def left_out_whole(self) -> bool:
        """Whether nothing of it can be asked on this cluster, which is no failure."""
        return ALL in self.facts.get(LEFT_OUT, {})

    def act(self, name: str) -> ActSpan:
        """Return an act that was played to its end.

        :raises NotAsked: when it was left out, because this cluster does not allow it or no chosen case needed it
        :raises Inconclusive: when it did not come to its end: what did not happen proves nothing
        """
        act = self.acts.get(name)
        if act is None or act.start is None or act.end is None:
            reasons = self.facts.get(LEFT_OUT, {})
            if name in reasons or ALL in reasons:
                raise NotAsked(str(reasons.get(name, reasons.get(ALL))))
            if act is None and self.asked is not None and name not in self.asked:
                raise NotAsked(f"the act “{name}” of {self.id} was not asked for in that run")
            why = f": {self.broke_off}" if self.broke_off else ""
            raise Inconclusive(f"the act “{name}” of {self.id} was not played to its end{why}")
        return act

    def see(self, table: str, cells: Mapping[str, Any], at: float, act: str = "") -> list[str]:
        """Add cells to a table, and return those that it has with another value: the first one stays, with its time.

        :param act: the part of the scenario in which it saw them; empty in journals that do not say
        """
        known = self.tables.setdefault(table, {})
        looked = self.looked.setdefault(table, {})
        if act == GIVEN:
            self.given.setdefault(table, set()).update(cell for cell in cells if cell not in looked)
        looked |= {cell: at for cell in cells if cell not in looked}
        return [cell for cell, value in cells.items() if known.setdefault(cell, value) != value]

    @property
    def last_known(self) -> float:
        """The time of the last thing that was recorded, Unix seconds."""
        sent = [lane.sent[-1] for lane in self.lanes.values() if len(lane)]
        looked = (at for cells in self.looked.values() for at in cells.values())
        return max([self.started, *sent, *looked, *(change.seen for change in self.changes[-1:])])

    def lanes_of(self, probe: str) -> list[Lane]:
        """Return the lanes of one probe, by node.

        :raises Inconclusive: when no node asked
        """
        lanes = [lane for (_, name), lane in sorted(self.lanes.items()) if name == probe]
        if not lanes:
            raise Inconclusive(f"no sample of the probe “{probe}” was recorded")
        return lanes

    def of_kind(self, kind: str, name: str = "") -> Iterator[Change]:
        """Changes of objects of a kind, in the order seen, of one name when given."""
        return (c for c in self.changes if c.kind == kind and (not name or c.name == name))
