"""How soon each node converged: for every event, the last wrong and the first right answer that each node received.

An answer is *wrong* when the request failed, when the pod that answered was not an endpoint of the service at that time, or
when DNS returned anything other than the pods that were Ready at that time. The state at that time is known from the API watch,
so a node's delay includes that of the control plane.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kubeskeptic.agent.answered_by import DnsAnswer
from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.checks.staleness import Answers, RightAnswer, right_answers, staleness
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Lane, Recording
from kubeskeptic.timeline.endpoints import Window, service_of, strangers
from kubeskeptic.timeline.objects import ip_of

_OK, _UNKNOWN = OUTCOMES.index(Outcome.OK), OUTCOMES.index(Outcome.UNKNOWN)


class Disturbance(NamedTuple):
    """An action on the cluster, and how long its effects were watched."""

    act: str
    says: str
    begun: float
    """When the action began, Unix seconds."""
    at: float
    """When the action was complete."""
    until: float
    away: frozenset[str]
    """The nodes that the action took away entirely."""
    pods: frozenset[str]
    """The names of the targeted pods; empty when the target was something else."""


class NodeCell(NamedTuple):
    """The answers that one node received after one event, for one probe."""

    node: str
    asked: int
    wrong: int
    last_wrong: float | None
    """Seconds from the event to the last wrong answer; None when none was wrong."""
    first_right: float | None
    """Seconds from the event to the first right answer; None when none was right."""
    wrong_first: bool
    """Whether a wrong answer came before the first right one; if not, the first right one tells nothing about the event."""


class EventRow(NamedTuple):
    """One event as seen by one probe, node by node."""

    scenario: str
    event: Disturbance
    way: str
    probe: str
    cells: tuple[NodeCell, ...]

    @property
    def noticed(self) -> bool:
        """Whether any node received a wrong answer."""
        return any(cell.wrong for cell in self.cells)

    @property
    def slowest(self) -> float:
        """Seconds until the last node received its last wrong answer; 0 when no answer was wrong."""
        return max((cell.last_wrong or 0.0 for cell in self.cells), default=0.0)


def convergence(recording: Recording) -> list[EventRow]:
    """Return the rows of a recording, event by event: every probe whose right answers a targeted pod changes, and any other
    probe that received a wrong answer.
    """
    events = list(events_of(recording))
    asked = [_Asked.of(recording, probe) for probe in recording.specs] if events else []
    rows = (_row(recording, event, one, events) for event in events for one in asked if one)
    return [row for row in rows if row]


class _Asked(NamedTuple):
    """One probe of a service, with its wrong answers on each node."""

    probe: str
    way: str
    follows: bool
    """Whether its right answers change with the pods: those of a name that resolves to a ClusterIP do not."""
    pods: frozenset[str]
    lanes: tuple[tuple[Lane, frozenset[int]], ...]

    @classmethod
    def of(cls, recording: Recording, probe: str) -> _Asked | None:
        """Return what a probe saw; None if it does not target a service of the scenario, or was never sent."""
        way, lanes = (
            _way(recording, probe),
            [lane for (_, name), lane in sorted(recording.lanes.items()) if name == probe],
        )
        if not way or not lanes:
            return None
        follows = not way.startswith("DNS") or recording.specs[probe].get("expect") is None
        wrong = tuple((lane, _wrong(recording, lane)) for lane in lanes)
        return cls(probe, way, follows, _pods(recording, probe), wrong)


def _row(recording: Recording, event: Disturbance, asked: _Asked, events: Sequence[Disturbance]) -> EventRow | None:
    if event.pods and not event.pods & asked.pods:
        return None
    later = (one.begun for one in events if one.at > event.at and (not one.pods or one.pods & asked.pods))
    event = event._replace(until=min(event.until, min(later, default=event.until)))  # the rest is the next event's
    cells = (_cell(lane, event, wrong) for lane, wrong in asked.lanes if lane.node not in event.away)
    seen = tuple(cell for cell in cells if cell.asked)
    noticed = any(cell.wrong for cell in seen)
    if not seen or not (noticed or (event.pods and asked.follows)):
        return None
    return EventRow(recording.id, event, asked.way, asked.probe, seen)


def events_of(recording: Recording) -> Iterator[Disturbance]:
    """Yield the events of a recording, in order: every fault that clients can see, and its end if the act continued
    afterwards.
    """
    for act in recording.acts.values():
        if act.end is None:
            continue
        faults = [one for one in recording.faults if one.act == act.name and "applied" in one.phases]
        for fault in faults:
            if fault.fault == "cordon_node":
                continue  # it prevents scheduling, and changes nothing for clients
            says = fault.says.replace(f"{recording.namespace}/", "")
            away, pods = (_named(fault.targets, kind) for kind in ("node/", "pod/"))
            until = min(fault.phases.get("undoing", act.end), act.end)
            begun, at = fault.phases.get("applying", fault.phases["applied"]), fault.phases["applied"]
            yield Disturbance(act.name, says, begun, at, until, away, pods)
            if fault.phases.get("undone", act.end) < act.end:
                yield Disturbance(
                    act.name, f"undone: {says}", until, fault.phases["undone"], act.end, frozenset(), pods
                )


def _named(targets: tuple[str, ...], kind: str) -> frozenset[str]:
    return frozenset(target.rpartition("/")[2] for target in targets if target.startswith(kind))


def _way(recording: Recording, probe: str) -> str:
    """Return how a probe reaches a Service, in words; empty if it does not target a Service of the scenario."""
    spec = recording.specs[probe]
    kind = str(spec.get("kind", ""))
    kept = ", kept connection" if kind == "http-kept" else ""
    if kind.startswith("dns"):
        return f"DNS over {kind[4:].upper()}" if spec.get("qtype") == "A" else ""
    try:
        service = service_of(recording, probe)
    except Inconclusive:
        return ""
    return ("ClusterIP" if service["spec"].get("clusterIP") == spec.get("host") else "NodePort") + kept


def _wrong(recording: Recording, lane: Lane) -> frozenset[int]:
    """Return the positions of a lane's wrong answers."""
    failed = {at for at, code in enumerate(lane.codes) if code not in (_OK, _UNKNOWN)}
    if str(recording.specs[lane.probe].get("kind", "")).startswith("dns"):
        right = _right(recording, lane.probe)
        return frozenset(failed if right is None else _stale(lane, right))
    try:
        return frozenset(failed) | strangers(recording, lane, 0.0, _away(recording))
    except Inconclusive:
        return frozenset(failed)


def _right(recording: Recording, probe: str) -> list[RightAnswer] | None:
    """Return the right answers over time for a name that resolves to pods; None for one that resolves to a ClusterIP."""
    if recording.specs[probe].get("expect") is not None:
        return None
    pods = _pods(recording, probe)
    return list(right_answers((one for one in recording.of_kind("Pod") if one.name in pods), ip_of))


def _pods(recording: Recording, probe: str) -> frozenset[str]:
    """Return the names of all pods that ever backed a probe's target."""
    try:
        selector: Mapping[str, str] = service_of(recording, probe)["spec"].get("selector") or {}
    except Inconclusive:
        return frozenset({str(recording.specs[probe].get("qname", "")).split(".")[0]})
    labels = ((one.name, one.object["metadata"].get("labels", {})) for one in recording.of_kind("Pod"))
    return frozenset(name for name, carried in labels if selector and selector.items() <= carried.items())


def _stale(lane: Lane, right: list[RightAnswer]) -> Iterator[int]:
    answers = Answers()
    for at, sample in enumerate(lane):
        if sample.outcome is Outcome.UNKNOWN:
            continue
        records = frozenset(DnsAnswer.of(sample.by).records)
        answers.add(records)
        if not sample.by or staleness(right, sample, lane.doubt, records, answers.left).low > 0:
            yield at


def _away(recording: Recording) -> dict[str, Window]:
    """Return the window in which each node was entirely away."""
    return {
        node: (fault.phases["applied"], fault.phases.get("undoing", float("inf")))
        for fault in recording.faults
        if "applied" in fault.phases
        for node in _named(fault.targets, "node/")
    }


def _cell(lane: Lane, event: Disturbance, wrong: frozenset[int]) -> NodeCell:
    """Return a node's answers since the event began; times are relative to its completion."""
    span = range(bisect_left(lane.sent, event.begun), bisect_left(lane.sent, event.until))
    bad = [at for at in span if at in wrong]
    good = next((at for at in span if at not in wrong and lane.codes[at] != _UNKNOWN), None)
    return NodeCell(
        lane.node,
        len(span),
        len(bad),
        max(lane.sent[bad[-1]] + lane.took[bad[-1]] - event.at, 0.0) if bad else None,
        None if good is None else max(lane.sent[good] + lane.took[good] - event.at, 0.0),
        bool(bad) and (good is None or bad[0] < good),
    )
