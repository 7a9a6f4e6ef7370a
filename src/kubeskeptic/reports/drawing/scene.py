"""The contents of one finding's timeline: its lanes, time span, faults, gaps, changes and bounds."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kubeskeptic.bounds import Bound
from kubeskeptic.reports.api_events import ApiEvent, Event, api_events, events
from kubeskeptic.reports.model import Entry
from kubeskeptic.timeline import FaultSpan, Gap, Lane, Outage, Recording, outages

BEFORE = 3.0
"""Seconds of undisturbed operation that are drawn before the fault."""


@dataclass(frozen=True)
class LaneRow:
    """One row of the drawing; without a lane, the node sent no requests of this probe."""

    node: str
    name: str
    """The node's name on the label, without the prefix that all nodes share."""
    probe: str
    lane: Lane | None
    gaps: tuple[Gap, ...]
    outages: tuple[Outage, ...]
    judged: bool
    """Whether the finding is based on this lane; the lane of a faulted node is shown, but does not count against the claim."""


@dataclass(frozen=True)
class Scene:
    """Everything that is drawn. Times are Unix seconds."""

    since: float
    until: float
    zero: float
    zero_is: str
    """The event at second 0: "the fault", "the act began"."""
    rows: tuple[LaneRow, ...]
    faults: tuple[FaultSpan, ...]
    happened: tuple[ApiEvent, ...]
    watch_gaps: tuple[Gap, ...]
    bounds: tuple[tuple[str, Bound], ...]
    """Bounds in seconds, counted from second 0."""

    def events(self, within: float | None = None) -> list[Event]:
        """Return the API events, close ones merged: by default within a hundredth of the drawing's length, at least 0.3 s."""
        return events(self.happened, max(0.3, (self.until - self.since) / 100) if within is None else within)


def scene(entry: Entry, recording: Recording | None) -> Scene | None:
    """Return the scene of a finding; None when nothing can be drawn."""
    if recording is None:
        return None
    looked = _looked(entry, recording)
    if looked is None:
        return None
    faults = tuple(_plain(fault, recording.namespace) for fault in _faults(entry, recording, looked))
    zero, zero_is = _zero(faults, entry, recording, looked)
    since = min(looked[0], zero - BEFORE)
    bounds = tuple(
        (name, bound) for name, bound in entry.bounds.items() if bound.unit == "s" and name in entry.measured
    )
    until = max(looked[1], since + 1.0)
    near = [zero + bound.value for _, bound in bounds if zero + bound.value <= until + (until - since) * 0.15]
    until = max([until, *(at + (until - since) * 0.02 for at in near)])
    names = short_names(list(dict.fromkeys([*recording.nodes, *(node for node, _ in recording.lanes)])))
    rows = _rows(entry, recording, names, since, until)
    happened = tuple(_short(one, names) for one in api_events(recording.changes) if since <= one.at <= until)
    if not rows and not happened:
        return None
    watch_gaps = tuple(gap for gap in recording.gaps if gap.source == "watch" and gap.touches(since, until))
    return Scene(since, until, zero, zero_is, rows, faults, happened, watch_gaps, bounds)


def short_names(nodes: Sequence[str]) -> dict[str, str]:
    """Return the node names without their common prefix: ``kind-worker2`` becomes ``worker2``."""
    heads = {node.partition("-")[0] for node in nodes}
    shared = len(heads) == 1 and len(nodes) > 1 and all("-" in node for node in nodes)
    return {node: node.partition("-")[2] if shared else node for node in nodes}


def in_order(nodes: Sequence[str], roles: dict[str, str]) -> list[str]:
    """Return the nodes in natural order: the control plane first, then by name, ``worker2`` before ``worker10``."""
    digits = re.compile(r"(\d+)")

    def key(node: str) -> tuple[bool, list[tuple[int, str]]]:
        """Return a sort key: control planes first, numbers in names by value."""
        parts = [(int(part), "") if part.isdigit() else (0, part) for part in digits.split(node)]
        return not roles.get(node, node).endswith("control-plane"), parts

    return sorted(nodes, key=key)


def _looked(entry: Entry, recording: Recording) -> tuple[float, float] | None:
    if entry.window and entry.window[1] > entry.window[0]:
        return entry.window
    act = recording.acts.get(entry.case)
    if act and act.start and act.end:
        return act.start, act.end
    return None


def _faults(entry: Entry, recording: Recording, looked: tuple[float, float]) -> tuple[FaultSpan, ...]:
    bitten = [fault for fault in recording.faults if "applied" in fault.phases]
    inside = [f for f in bitten if looked[0] - 1.0 <= f.applied <= looked[1]]
    own = [fault for fault in inside if fault.act == entry.case]
    return tuple(sorted(own or inside, key=lambda fault: fault.applied))


def _plain(fault: FaultSpan, namespace: str) -> FaultSpan:
    """Return the fault without the scenario's namespace, which all names share and which carries no information."""
    if not namespace:
        return fault
    targets = tuple(target.replace(f"{namespace}/", "") for target in fault.targets)
    settings = {name: value for name, value in fault.settings.items() if value != namespace}
    return replace(fault, says=fault.says.replace(f"{namespace}/", ""), targets=targets, settings=settings)


def _zero(
    faults: Sequence[FaultSpan], entry: Entry, recording: Recording, looked: tuple[float, float]
) -> tuple[float, str]:
    if faults:
        return faults[0].applied, "the fault" if len(faults) == 1 else "the first fault"
    act = recording.acts.get(entry.case)
    start = act.start if act else None
    return (
        (start, "the act began") if start and looked[0] <= start <= looked[1] else (looked[0], "the observation began")
    )


def _short(one: ApiEvent, names: dict[str, str]) -> ApiEvent:
    return replace(one, name=names.get(one.name, one.name)) if one.kind == "Node" else one


def _rows(entry: Entry, recording: Recording, names: dict[str, str], since: float, until: float) -> tuple[LaneRow, ...]:
    rows = []
    for probe in entry.probes:
        for node in in_order(list(names), recording.roles):
            lane = recording.lanes.get((node, probe))
            gaps = tuple(
                hole
                for gap in recording.gaps
                if gap.source == "probe" and gap.node == node and gap.probe in ("", probe) and gap.touches(since, until)
                for hole in holes(gap, lane, until)
            )
            if lane is not None or gaps:
                seen = tuple(outages(lane, since, until)) if lane is not None else ()
                judged = not entry.nodes or node in entry.nodes
                rows.append(LaneRow(node, names[node], probe, lane, gaps, seen, judged))
    return tuple(rows)


def holes(gap: Gap, lane: Lane | None, until: float) -> Iterator[Gap]:
    """Yield the parts of a gap in which no requests were sent: an agent reports missed requests that are close together as
    one gap, even if it sent others in between.

    :param until: the end of a gap that was never closed
    """
    if lane is None:
        yield gap
        return
    end = until if gap.until is None else gap.until
    inside = lane.sent[bisect_left(lane.sent, gap.since) : bisect_left(lane.sent, end)]
    for a, b in pairwise([gap.since, *inside, end]):
        if b - a > lane.period * 1.5 or not inside:
            yield replace(gap, since=a, until=None if b == end and gap.until is None else b)
