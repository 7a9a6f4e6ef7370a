"""Evidence of when a pod turned Ready or unready, beside the time at which the watch saw it.

An API server that is busy tells a watch of a change seconds later, each watch at its own time, and the watch cannot know. The
age of a change is then too small, and two things show it. The EndpointSlice controller writes what it has read of a pod: a
pod's change that is seen after the slice which follows from it happened before that slice was written. And the condition Ready
says itself, to the second, since when it has been so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kubeskeptic.objects import unix
from kubeskeptic.timeline.foreign_endpoints import MANAGED_BY, SERVICE
from kubeskeptic.timeline.objects import is_ready
from kubeskeptic.timeline.recording import Change

_CONTROLLER = "endpointslice-controller.k8s.io"


class _Turn(NamedTuple):
    """A slice turned: from this change on a pod is a ready endpoint in it, or is none."""

    slice: Change
    ready: bool


def aged(changes: Sequence[Change]) -> list[Change]:
    """Return the changes, those by which a pod turned Ready or unready with the age, in seconds, that this evidence shows.

    :param changes: of all kinds, in the order seen
    """
    turns = _turns(changes)
    since: dict[str, tuple[bool, Change]] = {}
    found = []
    for change in changes:
        if change.kind == "Pod":
            ready = change.type != "DELETED" and is_ready(change.object)
            before, begun = since.get(change.uid, (None, None))
            if before is not ready:
                change = _older(change, ready, turns[change.uid], begun)
                since[change.uid] = (ready, change)
        found.append(change)
    return found


def _older(change: Change, ready: bool, turns: Iterable[_Turn], begun: Change | None) -> Change:
    """Return a pod's turn with the age that its condition and the slices give it that were seen to follow before it was seen.

    :param begun: since when the pod was the opposite; a slice's turn before that followed from another one
    """
    seen = [one for one in turns if one.slice.seen <= change.seen]
    last = {one.slice.uid: one for one in seen}
    effects = [
        one.slice.earliest
        for one in last.values()
        if one.ready is ready and begun is not None and one.slice.earliest > begun.earliest
    ]
    own = _said(change, ready)
    effects += [own] if own + 1 <= change.earliest and begun is not None and own + 1 > begun.earliest else []
    return change._replace(age=max([change.age, *(change.seen - at for at in effects)]))


def _said(change: Change, ready: bool) -> float:
    """Return since when the condition Ready has been so, as the pod says itself, to the second, in Unix seconds; infinity when
    something else has turned the pod. The kubelet decides it; the API server may write it a second later, and only then can a
    watch report it.
    """
    conditions = (change.object.get("status") or {}).get("conditions") or ()
    own: Mapping[str, Any] = next((one for one in conditions if one["type"] == "Ready"), {})
    turned = change.type != "DELETED" and not change.object["metadata"].get("deletionTimestamp")
    is_it = turned and (own.get("status") == "True") is ready and own.get("lastTransitionTime")
    written = change.written if change.written <= change.seen else 0.0
    return max(unix(str(own["lastTransitionTime"])), written) if is_it else float("inf")


def _turns(changes: Iterable[Change]) -> dict[str, list[_Turn]]:
    """By a pod's uid, when it became a ready endpoint of a slice and when it ceased to be one."""
    found: dict[str, list[_Turn]] = defaultdict(list)
    endpoints: dict[str, frozenset[str]] = {}
    for change in _slices(changes):
        before = endpoints.get(change.uid, frozenset())
        now = frozenset(_ready(change))
        for pod in before ^ now:
            found[pod].append(_Turn(change, pod in now))
        endpoints[change.uid] = now
    return found


def _slices(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes of slices that the controller writes, of services whose endpoints are the pods that are Ready."""
    published: set[str] = set()
    for change in changes:
        if change.kind == "Service" and change.object.get("spec", {}).get("publishNotReadyAddresses"):
            published.add(change.name)
        labels = change.object["metadata"].get("labels") or {}
        theirs = change.kind == "EndpointSlice" and labels.get(MANAGED_BY) == _CONTROLLER
        if theirs and change.type != "DELETED" and labels.get(SERVICE) not in published:
            yield change


def _ready(change: Change) -> Iterator[str]:
    for one in change.object.get("endpoints") or ():
        if (one.get("conditions") or {}).get("ready"):
            yield str((one.get("targetRef") or {}).get("uid") or "")
