"""A recording: everything that was observed of one scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubeskeptic.bounds import Interval
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.settings import Settings
from kubeskeptic.timeline.faults import FaultSpan
from kubeskeptic.timeline.samples import Lane
from kubeskeptic.timeline.stalls import Stall, Standstill

LEFT_OUT = "left out"
"""The fact that lists the acts left out on this cluster, with the reasons."""
GIVEN = "given"
"""The name of the setup act: from the recorder's first look until all pods are Ready."""
ALL = "*"
"""Stands for every act that was not played to its end."""


class Change(NamedTuple):
    """One change of an API object, as the recorder saw it."""

    seen: float
    """When it was seen, in Unix seconds."""
    type: str
    """``LISTED`` (existed when the recorder first looked), ``ADDED``, ``MODIFIED`` or ``DELETED``."""
    kind: str
    """Kind of the object, such as ``Pod``."""
    object: dict[str, Any]
    age: float = 0.0
    """The most seconds by which it may have happened before it was seen."""
    written: float = 0.0
    """When the API server last wrote the object, to the second, in Unix seconds; 0 if the object does not say."""
    by: tuple[str, ...] = ()
    """The field managers that wrote it, each as ``manager`` or ``manager/subresource``; empty if that is not known."""

    @property
    def earliest(self) -> float:
        """The earliest time at which it can have happened, in Unix seconds."""
        return self.seen - self.age

    @property
    def when(self) -> Interval:
        """When it happened: no later than it was seen, and no earlier than its age allows."""
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
        """The object's uid: two objects of the same name with different uids are different objects."""
        return str(self.object["metadata"].get("uid", ""))


@dataclass(frozen=True)
class Gap:
    """A stretch of time without observation."""

    source: str
    """``probe`` or ``watch``."""
    node: str
    """Node of the agent; empty for watches."""
    probe: str
    """Probe; empty for all probes of that node."""
    resource: str
    """Watched kind; empty for probes."""
    since: float
    until: float | None
    """None if the gap was never closed."""
    reason: str

    def touches(self, since: float, until: float) -> bool:
        """Return whether any part of it lies between two times."""
        return self.since < until and (self.until is None or self.until > since)


@dataclass
class ActSpan:
    """When one act of a scenario was played: a settled baseline, then something happens, then its end. In Unix seconds."""

    name: str
    baseline: float | None = None
    """When recording of the baseline began."""
    start: float | None = None
    """When the baseline had settled and the act began."""
    end: float | None = None
    faults: Sequence[str] | None = None
    """Ids of the faults that were injected in it, as listed in the record of its end; None if that lists none at all."""
    waited: float | None = None
    """The share of its time, 0 to 1, in which processes of the nodes' one machine waited for a processor; None if not known."""

    def reach(self, phase: str, at: float) -> bool:
        """Note when a phase was reached, and return False if it had been reached before. Other phases are ignored."""
        if phase in ("baseline", "start", "end"):
            if getattr(self, phase) is not None:
                return False
            setattr(self, phase, at)
        return True

    def reached(self, phase: str) -> float:
        """Return when a phase (``baseline``, ``start`` or ``end``) was reached.

        :raises Inconclusive: if it was not reached
        """
        when: float | None = getattr(self, phase)
        if when is None:
            raise Inconclusive(f"the act “{self.name}” did not reach its {phase}")
        return when


class Taken(NamedTuple):
    """Logs, events and states, as they were before something was undone."""

    at: float
    """When they were taken, in Unix seconds."""
    act: str
    before: str
    """The undoing that followed: “undoing crash_node”."""
    folder: str
    """Folder below the run's folder."""
    files: int
    missing: tuple[str, ...]
    """Items that could not be obtained, with the reason."""


@dataclass
class Recording:
    """Everything that was observed of one scenario: samples, API changes, gaps, acts, faults, and the facts that it noted."""

    id: str
    namespace: str = ""
    test: str = ""
    started: float = 0.0
    ended: float | None = None
    irreducible: float | None = None
    """Seconds that Kubernetes itself needs with the cluster's settings."""
    broke_off: str = ""
    """Why the scenario was not played to its end; empty if it was."""
    settings: Settings = field(default_factory=lambda: Settings({}))
    nodes: tuple[str, ...] = ()
    joined: dict[str, float] = field(default_factory=dict)
    """When each node that joined during the run was first seen, in Unix seconds, by node name."""
    left: frozenset[str] = frozenset()
    """The nodes that left the cluster before the scenario ended."""
    stalls: list[Stall] = field(default_factory=list)
    """Stretches in which an agent's process did not run, ordered by their beginning."""
    standstills: list[Standstill] = field(default_factory=list)
    """Stretches in which the machine that the nodes share with the harness stood still."""
    roles: dict[str, str] = field(default_factory=dict)
    unproven: frozenset[str] = frozenset()
    """The nodes that sent requests although their agent was not proven to measure an outage of known length."""
    lanes: dict[tuple[str, str], Lane] = field(default_factory=dict)
    """Lanes by (node, probe)."""
    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each probe requests, by probe name."""
    changes: list[Change] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    acts: dict[str, ActSpan] = field(default_factory=dict)
    faults: list[FaultSpan] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Observations that the scenario itself noted, cell by cell, by table name."""
    looked: dict[str, dict[str, float]] = field(default_factory=dict)
    """When it first noted each cell, in Unix seconds, by table name and cell name."""
    given: dict[str, set[str]] = field(default_factory=dict)
    """The cells that it noted before its first act, by table name."""
    evidence: list[Taken] = field(default_factory=list)
    """Logs, events and states that were taken, in order."""
    asked: tuple[str, ...] | None = None
    """The acts that the chosen cases needed; None in journals that do not record them."""
    damage: tuple[str, ...] = ()
    """Damage to the journal that affects this scenario, one sentence each."""
    copies: int = 0
    """The number of samples that were delivered again; each sample counts once."""

    @property
    def left_out_whole(self) -> bool:
        """Whether no part of the scenario can be tested on this cluster; this is not a failure."""
        return ALL in self.facts.get(LEFT_OUT, {})

    def act(self, name: str) -> ActSpan:
        """Return an act that was played to its end.

        :raises NotAsked: if it was left out, because this cluster does not allow it or no chosen case needed it
        :raises Inconclusive: if it was not played to its end: what did not happen proves nothing
        """
        act = self.acts.get(name)
        if act is None or act.start is None or act.end is None:
            reasons = self.facts.get(LEFT_OUT, {})
            if name in reasons or ALL in reasons:
                raise NotAsked(str(reasons.get(name, reasons.get(ALL))))
            if act is None and self.asked is not None and name not in self.asked:
                raise NotAsked(f"the act “{name}” of {self.id} was not requested in that run")
            why = f": {self.broke_off}" if self.broke_off else ""
            raise Inconclusive(f"the act “{name}” of {self.id} was not played to its end{why}")
        return act

    def see(self, table: str, cells: Mapping[str, Any], at: float, act: str = "") -> list[str]:
        """Add cells to a table, and return those that it already has with another value: the first value and time are kept.

        :param act: the act in which the scenario noted them; empty in journals that do not record it
        """
        known = self.tables.setdefault(table, {})
        looked = self.looked.setdefault(table, {})
        if act == GIVEN:
            self.given.setdefault(table, set()).update(cell for cell in cells if cell not in looked)
        looked |= {cell: at for cell in cells if cell not in looked}
        return [cell for cell, value in cells.items() if known.setdefault(cell, value) != value]

    @property
    def last_known(self) -> float:
        """The time of the last recorded observation, in Unix seconds."""
        sent = [lane.sent[-1] for lane in self.lanes.values() if len(lane)]
        looked = (at for cells in self.looked.values() for at in cells.values())
        return max([self.started, *sent, *looked, *(change.seen for change in self.changes[-1:])])

    def lanes_of(self, probe: str) -> list[Lane]:
        """Return the lanes of one probe, sorted by node.

        :raises Inconclusive: if the probe has no samples
        """
        lanes = [lane for (_, name), lane in sorted(self.lanes.items()) if name == probe]
        if not lanes:
            raise Inconclusive(f"no sample of the probe “{probe}” was recorded")
        return lanes

    def of_kind(self, kind: str, name: str = "") -> Iterator[Change]:
        """Return the changes to objects of a kind, in the order seen; only those of one object if a name is given."""
        return (c for c in self.changes if c.kind == kind and (not name or c.name == name))
