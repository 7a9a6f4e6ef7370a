"""Do the requests of the pods on a node ever exceed its allocatable resources?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.counting import counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import living, node_of
from kubeskeptic.timeline.quantities import RESOURCES, Amounts, amount, ended, requests

_ALL_OF_IT = Bound(100, "%", "the node's allocatable")


@check
def never_overbooked(act: Act, others: str) -> Finding:
    """Check that at every recorded moment the requests of the pods on a node are at most its allocatable resources. If these
    or the requests of pods of other namespaces changed, their minimum and maximum give the ends of the measured interval.

    :param others: the table with the requests, by resource, of the pods on each node that do not belong to the scenario; they
        may have been read several times, each time into a table whose name begins with this
    """
    least, most = ({node: _room(act, node, which) for node in act.nodes} for which in (min, max))
    again = (act.table(one) for one in sorted(act.recording.tables) if one.startswith(f"{others},"))
    read = [act.table(others), *filter(None, again)]  # without readings of other acts
    unread = [node for node in least if any(one.get(node, {}).get(of, -1.0) < 0 for one in read for of in RESOURCES)]
    fewest, elsewhere = (_elsewhere(read, least, which) for which in (min, max))
    pods: dict[str, dict[str, Any]] = {}
    fullest: tuple[float, str, str, float] = (-1.0, "", "", 0.0)
    surely, moments = 0.0, 0
    for change in act.changes("Pod"):
        pods[change.uid] = change.object
        if change.type == "DELETED":
            del pods[change.uid]
        if change.seen < act.start:
            continue
        moments += 1
        fullest = max([fullest, *((*share, change.seen) for share in _shares(pods, least, elsewhere))])
        surely = max([surely, *(share for share, _, _ in _shares(pods, most, fewest))])
    if not any(sum(requests(one.object).values()) for one in act.changes("Pod") if node_of(one.object)):
        raise Inconclusive(f"no pod of the scenario that was on a node in “{act.name}” requested anything")
    if moments == 0 or fullest[0] < 0:
        raise Inconclusive(f"no pod was seen on a node in “{act.name}”")
    share, node, resource, at = fullest
    finding = conclude(
        f"At {counted(moments, 'moment')}, one for each change of a pod, the fullest node was {node} with {share:.1f} % of its "
        f"{resource} requested, {at - act.start:.1f} s into the act.",
        {"fullest": Measure(round(share, 2), "%", surely, share), "moments": Measure(moments, "moments")},
        {"fullest": _ALL_OF_IT},
        nodes=(node,),
        window=(act.start, act.end),
    )
    if unread and finding.verdict == "holds":
        return finding.but(f"The requests of the pods of other namespaces on {', '.join(unread)} were not read")
    return finding


def fits_after_all(act: Act, pod: Change, resource: str, others: str = "") -> Iterator[str]:
    """Yield the nodes, without those that are tainted, on which there is room for a pod at the moment it was created.

    :param resource: what it lacks according to the scheduler
    :param others: the table with the requests of the pods on each node that do not belong to the scenario
    """
    elsewhere = act.table(others) if others else {}
    if resource not in RESOURCES:
        return
    nodes = [node for node in living(act.recording.of_kind("Node"), pod.seen).values() if takes_pods(node)]
    if act.recording.nodes and not nodes:
        yield f"No node took pods when {pod.name} was created, so it would have waited whatever it requested"
    pods = [one for uid, one in living(act.changes("Pod"), pod.seen).items() if uid != pod.uid and not ended(one)]
    for node in nodes:
        name, mine = str(node["metadata"]["name"]), requests(pod.object)[resource]
        taken = sum(requests(one)[resource] for one in pods if node_of(one) == name)
        taken += elsewhere.get(name, {}).get(resource, 0.0)
        room = amount(node["status"]["allocatable"].get(resource, 0)) - taken
        if mine <= room:
            yield f"{pod.name} requests {mine:g} of {resource}, and {name} has {room:g} to give"


def takes_pods(node: Mapping[str, Any]) -> bool:
    """Return whether pods that tolerate nothing may be assigned to a node."""
    spec = node.get("spec") or {}
    return not spec.get("taints") and not spec.get("unschedulable")


def too_large_together(act: Act, pods: Iterable[Change], workers: Collection[str]) -> Iterator[str]:
    """Yield the resources of which some pods together request more than any worker has, one sentence each: they cannot all be
    on one node.
    """
    asked = [requests(one.object) for one in {one.uid: one for one in pods}.values()]
    nodes = living(act.recording.of_kind("Node"), act.start).values()
    rooms = [node["status"]["allocatable"] for node in nodes if node["metadata"]["name"] in workers]
    for resource in RESOURCES:
        together, most = (
            sum(one[resource] for one in asked),
            max((amount(one.get(resource, 0)) for one in rooms), default=0),
        )
        if rooms and together > most:
            yield f"The new pods together request {together:g} of {resource}, and no worker has more than {most:g}"


def _room(act: Act, node: str, which: Callable[[Iterable[float]], float]) -> Amounts:
    """Return a node's allocatable resources: their minimum or maximum from just before the act until its end."""
    changes = list(act.changes("Node", node))
    if not changes:
        raise Inconclusive(f"the allocatable resources of {node} were not recorded")
    before = sum(change.seen <= act.start for change in changes)
    has = [change.object["status"]["allocatable"] for change in changes[max(before - 1, 0) :]]
    return {resource: which(amount(one.get(resource, 0)) for one in has) for resource in RESOURCES}


def _elsewhere(
    read: Sequence[Mapping[str, Amounts]], nodes: Iterable[str], which: Callable[[Iterable[float]], float]
) -> dict[str, Amounts]:
    """Return what pods of other namespaces request on each node: the minimum or maximum of all readings, and at least 0."""
    return {
        node: {of: which(max(one.get(node, {}).get(of, 0.0), 0.0) for one in read) for of in RESOURCES}
        for node in nodes
    }


def _shares(
    pods: Mapping[str, Mapping[str, Any]], room: Mapping[str, Amounts], elsewhere: Mapping[str, Mapping[str, float]]
) -> Iterator[tuple[float, str, str]]:
    """Yield how much of each resource of each node is requested, in percent, with the node and the resource."""
    for node, has in room.items():
        mine = [requests(pod) for pod in pods.values() if node_of(pod) == node and not ended(pod)]
        for resource, most in has.items():
            asked = sum(one[resource] for one in mine) + elsewhere[node][resource]
            if asked and not most:
                raise Inconclusive(f"{node} reports no allocatable {resource}, but its pods request some")
            if most:
                yield 100 * asked / most, node, resource
