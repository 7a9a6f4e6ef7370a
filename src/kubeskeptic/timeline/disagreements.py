"""Disagreements between records about the cluster that are whole and believable one by one: if both were true, Kubernetes would
not work as it does.

An object or a change that is missing from one watch shows up as a disagreement with another. Disagreements rule out *holds*
for the acts in which they last (:mod:`kubeskeptic.checks.coverage`), and what was measured with the watches that they concern
is not sure (:meth:`~kubeskeptic.timeline.act.Act.watched`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kubeskeptic.durations import CONTAINERS_BACK, COUNTED, FOLLOWED, MARGIN, NODES_LOOK
from kubeskeptic.timeline.containers import of_containers
from kubeskeptic.timeline.objects import condition, node_of
from kubeskeptic.timeline.pod_counts import WORKLOADS, miscounted
from kubeskeptic.timeline.ready_endpoints import is_managed, misreported
from kubeskeptic.timeline.recording import Change, Recording
from kubeskeptic.timeline.tracks import NEVER, Stretch

MANAGER = "manifest/kube-controller-manager"
"""The target of a fault that stops the kube-controller-manager."""
REPORTED = ("Pod", "EndpointSlice", "Service")
"""The kinds of which EndpointSlices and pods are compared: a Service selects the pods."""

DOWN = ("crash_node", "freeze_node")
"""Faults that keep a node's kubelet from running."""


class Disagreement(NamedTuple):
    """A stretch of time, in Unix seconds, in which two records about the cluster cannot both be true."""

    since: float
    until: float
    why: str
    kinds: tuple[str, ...]
    """The kinds of API objects whose records it concerns."""

    def touches(self, since: float, until: float) -> bool:
        """Return whether any part of it lies between two times."""
        return self.since < until and self.until > since


def disagreements(recording: Recording) -> list[Disagreement]:
    """Return the disagreements of a recording, each with the stretch in which it lasts."""
    end = max([recording.last_known, *(act.end or 0.0 for act in recording.acts.values())])
    idle = [*_without_controllers(recording), *(Stretch(one.since, one.until) for one in recording.standstills)]
    compared: list[tuple[float, tuple[str, ...], Iterator[tuple[Stretch, str]]]] = [
        (FOLLOWED, REPORTED, misreported(recording, end)),
        *((COUNTED, (kind, "Pod"), miscounted(recording, end, kind)) for kind in WORKLOADS),
    ]
    return [
        Disagreement(*part, f"for {part.until - part.since:.1f} s, {why}", kinds)
        for allowed, kinds, found in compared
        for stretch, why in found
        for part in _outside(sorted([*idle, *_unwatched(recording, kinds)]), stretch)
        if part.until - part.since > allowed
    ] + [
        *_older(recording, end), *_unattended(recording), *_revived(recording), *_of_nodes(recording, end),
        *(Disagreement(*stretch, why, ("Pod",)) for stretch, why in of_containers(recording, end)),
    ]  # fmt: skip


def _without_controllers(recording: Recording) -> Iterator[Stretch]:
    """Yield the stretches in which a fault may have kept the kube-controller-manager from working: a fault of a static
    pod of the control plane, or in a control plane node.
    """
    for fault in recording.faults:
        since, healed = fault.phases.get("applying", NEVER), fault.phases.get("healed", NEVER)
        if any(target.startswith("manifest/") for target in fault.targets):
            yield Stretch(since, healed)  # healed includes that the component leads again
        elif any(recording.roles.get(target.partition("/")[2]) == "control-plane" for target in fault.targets):
            yield Stretch(since, healed + CONTAINERS_BACK.seconds)


def _unwatched(recording: Recording, kinds: tuple[str, ...]) -> Iterator[Stretch]:
    """Yield the stretches in which the watch of any of these kinds was interrupted."""
    for gap in recording.gaps:
        if gap.source == "watch" and gap.resource in ("", *kinds):
            yield Stretch(gap.since, NEVER if gap.until is None else gap.until)


def _outside(excused: Iterable[Stretch], stretch: Stretch) -> Iterator[Stretch]:
    """Yield the parts of a stretch that are not excused.

    :param excused: stretches in the order in which they begin
    """
    since = stretch.since
    for one in excused:
        if one.since >= stretch.until:
            break
        if since < one.since:
            yield Stretch(since, one.since)
        since = max(since, one.until)
    if since < stretch.until:
        yield Stretch(since, stretch.until)


def _older(recording: Recording, end: float) -> Iterator[Disagreement]:
    """Yield the objects that became older: the API server never decreases an object's generation."""
    known: dict[str, int] = {}
    for change in recording.changes:
        generation = int(change.object["metadata"].get("generation") or 0)
        if change.uid and generation < known.get(change.uid, 0):
            why = f"{change.kind} {change.name} had the generation {generation} after {known[change.uid]}"
            yield Disagreement(change.earliest, end, why, (change.kind,))
        known[change.uid] = generation


def _unattended(recording: Recording) -> Iterator[Disagreement]:
    """Yield changes of objects that only the kube-controller-manager makes, but that were made after a fault had stopped it."""
    for fault in recording.faults:
        if fault.fault != "stop_component" or MANAGER not in fault.targets:
            continue
        since, until = fault.phases.get("bit", NEVER), fault.phases.get("undoing", NEVER)
        known: dict[str, object] = {}
        for change in recording.changes:
            written, meanwhile = _written_by_manager(change), since < change.earliest and change.seen < until
            if meanwhile and _created_by_manager(change):
                why = f"Pod {change.name} was created by the kube-controller-manager, which was stopped"
                yield Disagreement(change.earliest, change.seen, why, ("Pod",))
            if written is None:
                continue
            if meanwhile and written != known.get(change.uid, written):
                why = f"{change.kind} {change.name} was changed by the kube-controller-manager, which was stopped"
                yield Disagreement(change.earliest, change.seen, why, (change.kind,))
            known[change.uid] = written


def _written_by_manager(change: Change) -> object:
    """Return the part of an object that only the kube-controller-manager writes; None if there is none."""
    if change.kind == "EndpointSlice" and is_managed(change):
        return change.object.get("endpoints")
    return change.object.get("status") if change.kind in WORKLOADS else None


def _created_by_manager(change: Change) -> bool:
    writers = {one.partition("/")[0] for one in change.by}
    return change.kind == "Pod" and change.type == "ADDED" and "kube-controller-manager" in writers


def _revived(recording: Recording) -> Iterator[Disagreement]:
    """Yield the pods that turned Ready on a node that was down: only its kubelet says that a pod is Ready."""
    for fault in recording.faults:
        nodes = {target.partition("/")[2] for target in fault.targets} if fault.fault in DOWN else set()
        since, until = fault.phases.get("bit", NEVER), fault.phases.get("undoing", NEVER)
        ready: dict[str, bool] = {}
        for change in recording.of_kind("Pod") if nodes else ():
            now = change.type != "DELETED" and condition(change.object, "Ready") == "True"
            turned = now and not ready.get(change.uid)
            ready[change.uid] = now
            if turned and node_of(change.object) in nodes and since < change.earliest and change.seen < until:
                why = f"{change.name} turned Ready on {node_of(change.object)}, which was down"
                yield Disagreement(change.earliest, change.seen, why, ("Pod",))


def _of_nodes(recording: Recording, end: float) -> Iterator[Disagreement]:
    """Yield the nodes that only the watch shows, or only a pod names, for longer than it takes to notice a node that
    joined, and the nodes of the run that the watch does not show.
    """
    changes = list(recording.of_kind("Node"))
    known = {*recording.nodes, *recording.joined}
    if not known or not any(change.type == "LISTED" for change in changes):
        return  # older journals do not list the nodes
    since = {change.name: change.seen for change in reversed(changes)}
    gone = {change.name: change.earliest for change in changes if change.type == "DELETED"}
    for name in sorted(since.keys() - known):
        if gone.get(name, end) - since[name] > NODES_LOOK + MARGIN:
            why = f"the watch shows {name}, which is not a node of the run"
            yield Disagreement(since[name], gone.get(name, end), why, ("Node",))
    for name in sorted(known - since.keys() - recording.left):
        why = f"the watch does not show {name}, which is a node of the run"
        yield Disagreement(recording.started, end, why, ("Node",))
    on = {node_of(change.object): change for change in reversed(list(recording.of_kind("Pod")))}
    for name in sorted(on.keys() - known - since.keys() - {""}):
        if end - on[name].seen > NODES_LOOK + MARGIN:
            why = f"{on[name].name} was on {name}, which is not a node of the run"
            yield Disagreement(on[name].seen, end, why, ("Node", "Pod"))
