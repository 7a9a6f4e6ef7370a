"""Contradictions within a recording: things that cannot have happened. Each one is damage, whatever else was recorded.

Line numbers and checksums reveal journal lines that were cut, altered or duplicated. This module looks for records that are
intact but inconsistent with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from kubeskeptic.durations import HOLE
from kubeskeptic.timeline.batches import Ticks
from kubeskeptic.timeline.faults import OF_WHOLE_NODES, FaultSpan
from kubeskeptic.timeline.recording import ActSpan, Change, Recording

PHASES = ("intent", "armed", "applying", "applied", "bit", "undoing", "undone")
"""The phases of a fault up to its undoing, in order."""
OF_NODES = frozenset({"cordon", "kube-proxy", "kubelet", "network", "node", "service-rules", "taint"})
"""The kinds of targets whose second part is a node's name."""


def contradictions(recording: Recording) -> Iterator[str]:
    """Yield the contradictions of a recording, one sentence each."""
    for fault in recording.faults:
        yield from _of_fault(fault)
        yield from _strange_targets(recording, fault)
    yield from _of_changes(recording.changes)
    yield from _of_acts(recording.acts.values())


def overlapping(ticks: Mapping[tuple[str, str], Mapping[object, Ticks]]) -> Iterator[str]:
    """Yield the probes and nodes for which two processes of one agent sent requests at the same time.

    An agent has only one process at a time.

    :param ticks: the ticks of each process, by (node, probe) and by the process's identity
    """
    for (node, probe), processes in ticks.items():
        for (_, until), (since, _) in pairwise(sorted(one.asked for one in processes.values())):
            if since < until - HOLE:
                yield f"two processes of one agent on {node} sent “{probe}” at the same time, for {until - since:.1f} s"


def _of_fault(fault: FaultSpan) -> Iterator[str]:
    known = [(phase, fault.phases[phase]) for phase in PHASES if phase in fault.phases]
    for (earlier, before), (later, after) in pairwise(known):
        if after < before:
            yield f"the fault {fault.fault} reached “{later}” {before - after:.1f} s before “{earlier}”"
    if len(fault.taken_away) > (fault.fault in OF_WHOLE_NODES):
        yield f"the fault {fault.fault} cannot have taken out {' and '.join(sorted(fault.taken_away))}"
    healed, undoing = fault.phases.get("healed"), fault.phases.get("undoing")
    for phase, begun in (("applied", "applying"), ("undone", "undoing")):
        if phase in fault.phases and begun not in fault.phases:
            yield f"the fault {fault.fault} reached “{phase}” without “{begun}”"
    if healed is not None and undoing is not None and healed < undoing:
        yield f"the fault {fault.fault} reached “healed” {undoing - healed:.1f} s before “undoing”"


def _strange_targets(recording: Recording, fault: FaultSpan) -> Iterator[str]:
    """Yield what is wrong with the targets of a fault, one sentence each: there are none, one is a pod that the watch does not
    show in its namespace, or one is in a node that the run does not have.
    """
    if not fault.targets:
        yield f"the fault {fault.fault} acted on nothing that was recorded"
    pods = {change.name for change in recording.of_kind("Pod")}
    nodes = {*recording.nodes, *recording.joined}
    for target in fault.targets:
        kind, _, name = target.partition("/")
        first, _, last = name.partition("/")
        if kind == "pod" and pods and recording.namespace and (first == recording.namespace) is not (last in pods):
            yield f"the fault {fault.fault} acted on the pod {name}, which the watch does not show in that namespace"
        if kind in OF_NODES and nodes and first not in nodes:
            yield f"the fault {fault.fault} acted on {target}, and {first} is not a node of the run"


def _of_acts(acts: Iterable[ActSpan]) -> Iterator[str]:
    """Yield the acts that were played while another one was: a scenario plays them one after another."""
    played = sorted((act.start, act.end or act.start, act.name) for act in acts if act.start is not None)
    for (_, end, one), (start, _, other) in pairwise(played):
        if start < end:
            yield f"the act “{other}” began {end - start:.1f} s before “{one}” had ended"


def _of_changes(changes: Sequence[Change]) -> Iterator[str]:
    """Yield the objects that were listed after they were known, and those that changed after they were deleted."""
    known: set[tuple[str, str]] = set()
    deleted: set[tuple[str, str]] = set()
    for change in changes:
        one = change.kind, change.uid
        if not change.uid:
            continue  # only old journals lack uids; their objects cannot be told apart
        if one in deleted:
            yield f"{change.kind} {change.name} changed after it was deleted"
        if one in known and change.type == "LISTED":
            yield f"{change.kind} {change.name} is listed as present from the start, but was recorded before"
        known.add(one)
        if change.type == "DELETED":
            deleted.add(one)
