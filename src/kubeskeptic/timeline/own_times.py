"""What objects say themselves of when they changed, in addition to the time at which the watch saw it.

A busy API server may deliver a change to a watch seconds late, and the watch cannot tell: the recorded age of the change is
then too small. Objects state, to the second, when they were created, when their deletion was requested, since when a node's
condition has held, and when a taint was added to it (Kubernetes API, ObjectMeta, NodeCondition, Taint). They state it by the
clock of the control plane, so a time that is later than the one seen says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kubeskeptic.objects import unix
from kubeskeptic.timeline.recording import Change

Object = Mapping[str, Any]


def as_stated(changes: Iterable[Change]) -> list[Change]:
    """Return the changes, each at least as old as its object says, but not older than the previous change of that object.

    :param changes: changes of all kinds, in the order seen
    """
    last: dict[str, Change] = {}
    found = []
    for change in changes:
        before = last.get(change.uid)
        # Of several things that changed at once, the last decides. A second that is not past may be the one seen.
        stated = max(_stated(change, before), before.earliest if before else 0.0)
        if stated > 0 and stated + 1 <= change.earliest:
            change = change._replace(age=change.seen - stated)
        last[change.uid] = change
        found.append(change)
    return found


def _stated(change: Change, before: Change | None) -> float:
    """Return when an object changed at the earliest by what it says of that, in Unix seconds; infinity if it says nothing."""
    times = [*_created(change), *_marked(change, before), *(_turned(change, before) if before else ())]
    return max(times, default=float("inf"))


def _created(change: Change) -> Iterator[float]:
    if change.type == "ADDED":
        yield unix(change.object["metadata"].get("creationTimestamp") or "") or float("inf")


def _marked(change: Change, before: Change | None) -> Iterator[float]:
    """Yield when the deletion of an object was requested: the grace period before the time at which it is to be gone."""
    metadata = change.object["metadata"]
    known = before and before.object["metadata"].get("deletionTimestamp")
    if change.type != "DELETED" and metadata.get("deletionTimestamp") and not known:
        yield unix(metadata["deletionTimestamp"]) - float(metadata.get("deletionGracePeriodSeconds") or 0)


def _turned(change: Change, before: Change) -> Iterator[float]:
    """Yield since when the changed conditions of a node have held, and when its new taints were added."""
    if change.kind != "Node" or change.type == "DELETED":
        return
    known = {one["type"]: one["status"] for one in _conditions(before)}
    for one in _conditions(change):
        if one["status"] != known.get(one["type"]):
            yield unix(one.get("lastTransitionTime") or "") or float("inf")
    keys = [(one.get("key"), one.get("effect")) for one in _taints(before)]
    for taint in _taints(change):
        if (taint.get("key"), taint.get("effect")) not in keys:
            yield unix(taint.get("timeAdded") or "") or float("inf")


def _conditions(node: Change) -> Iterable[Object]:
    return (node.object.get("status") or {}).get("conditions") or ()


def _taints(node: Change) -> Iterable[Object]:
    return (node.object.get("spec") or {}).get("taints") or ()
