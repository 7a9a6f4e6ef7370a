"""A recording: everything that was seen of one scenario. A run's evidence: all its recordings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kubeskeptic.bounds import Settings
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.timeline.faults import FaultSpan
from kubeskeptic.timeline.samples import Lane

LEFT_OUT = "left out"
"""The fact that says which acts were left out on this cluster, and why."""
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

    @property
    def name(self) -> str:
        """The object's name."""
        return str(self.object["metadata"]["name"])

    @property
    def uid(self) -> str:
        """The object's uid: the same name with another uid is another object."""
        return str(self.object["metadata"].get("uid", ""))


@dataclass(frozen=True)
class Gap:
    """A stretch of time in which nobody looked."""

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
class Act:
    """One part of a scenario: a settled baseline, then something happens, then its end."""

    name: str
    baseline: float | None = None
    """Since when the baseline was recorded."""
    start: float | None = None
    """When the baseline was settled and the act began."""
    end: float | None = None


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
class Read:
    """What a reader of a recording has asked for: acts, and probes by name."""

    acts: list[Act] = field(default_factory=list)
    probes: list[str] = field(default_factory=list)

    @property
    def window(self) -> tuple[float, float] | None:
        """From the first baseline to the last end of the acts, as far as they were played; None when none was."""
        starts = [at for act in self.acts for at in (act.baseline, act.start) if at is not None]
        ends = [act.end for act in self.acts if act.end is not None]
        return (min(starts), max(ends)) if starts and ends else None


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
    roles: dict[str, str] = field(default_factory=dict)
    lanes: dict[tuple[str, str], Lane] = field(default_factory=dict)
    """By (node, probe)."""
    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each probe asks, by its name."""
    changes: list[Change] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    acts: dict[str, Act] = field(default_factory=dict)
    faults: list[FaultSpan] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    evidence: list[Taken] = field(default_factory=list)
    """Logs, events and states that were taken, in order."""
    read: Read = field(default_factory=lambda: Read())
    """What has been asked of this recording since it was last forgotten: what an unfinished check was about."""

    def act(self, name: str) -> Act:
        """An act that was played to its end.

        :raises NotAsked: when it was left out, because this cluster does not allow it or cannot do it
        :raises Inconclusive: when it was not for another reason: what did not happen proves nothing
        """
        act = self.acts.get(name)
        self.read.acts += [act] if act else []
        if act is None or act.start is None or act.end is None:
            self._left_out(name)
            why = f": {self.broke_off}" if self.broke_off else ""
            raise Inconclusive(f"the act “{name}” of {self.id} was not played to its end{why}")
        return act

    def fault(self, act: str, name: str = "", target: str = "") -> FaultSpan:
        """The fault of an act (by its name, or by part of a target, when there are several), which must have bitten.

        :raises NotAsked: when its act was left out
        :raises Inconclusive: when there is none, or nobody saw it bite
        """
        for fault in self.faults:
            wanted = not target or any(target in one for one in fault.targets)
            if fault.act == act and (not name or fault.fault == name) and wanted:
                if not fault.bit:
                    raise Inconclusive(f"the fault {fault.fault} of “{act}” was not seen to bite")
                return fault
        self._left_out(act)
        which = " ".join(word for word in ("no fault", name, target) if word)
        raise Inconclusive(f"{which} was recorded in “{act}”")

    def _left_out(self, act: str) -> None:
        """Say why an act was left out, when it was."""
        reasons = self.facts.get(LEFT_OUT, {})
        if act in reasons or ALL in reasons:
            raise NotAsked(str(reasons.get(act, reasons.get(ALL))))

    def allowed(self, *acts: str) -> tuple[str, ...]:
        """Those of the acts that were not left out on this cluster."""
        return tuple(act for act in acts if act not in self.facts.get(LEFT_OUT, {}))

    def fact(self, name: str) -> Any:
        """Something the story noted.

        :raises Inconclusive: when it did not come that far
        """
        if name not in self.facts:
            raise Inconclusive(f"the scenario {self.id} did not get to note its “{name}”")
        return self.facts[name]

    def lanes_of(self, probe: str) -> list[Lane]:
        """The lanes of one probe, by node.

        :raises Inconclusive: when nobody asked
        """
        lanes = [lane for (_, name), lane in sorted(self.lanes.items()) if name == probe]
        self.read.probes += [probe] if lanes else []
        if not lanes:
            raise Inconclusive(f"no sample of the probe “{probe}” was recorded")
        return lanes

    def of_kind(self, kind: str, name: str = "") -> Iterator[Change]:
        """Changes of objects of a kind, in the order seen, of one name when given."""
        return (c for c in self.changes if c.kind == kind and (not name or c.name == name))


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
    """Lines that were no whole records."""
