"""Evidence of when a pod became Ready or unready, or a slice changed, in addition to the time at which the watch saw it.

A busy API server may deliver a change to a watch seconds late, to each watch at a different time, and the watch cannot tell.
The recorded age of the change is then too small. Three things show this. An EndpointSlice states, to the second, when its
endpoints were last written. The EndpointSlice controller writes slices from the pods that it has read: if a pod's change is
seen after the slice that resulted from it, the change happened before that slice was written. And the Ready condition itself
states, to the second, its last transition time. What else objects say of themselves is in
:mod:`kubeskeptic.timeline.own_times`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kubeskeptic.objects import unix
from kubeskeptic.timeline.foreign_endpoints import MANAGED_BY, SERVICE
from kubeskeptic.timeline.objects import is_ready
from kubeskeptic.timeline.own_times import as_stated
from kubeskeptic.timeline.recording import Change

_CONTROLLER = "endpointslice-controller.k8s.io"


class _Turn(NamedTuple):
    """A change of a slice with which a pod became a ready endpoint in it, or stopped being one."""

    slice: Change
    ready: bool


def aged(changes: Sequence[Change]) -> list[Change]:
    """Return the changes. Those of a slice's endpoints, those with which a pod became Ready or unready, and those of which the
    object says when it changed, get the age, in seconds, that this evidence shows.

    :param changes: changes of all kinds, in the order seen
    """
    changes = _dated(as_stated(changes))
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


def _dated(changes: Sequence[Change]) -> list[Change]:
    """Return the changes. Those of a slice's endpoints are as old as its ``managedFields`` state, but not older than the
    previous change of that slice.

    Every change of the endpoints moves that time: they are an atomic list (discovery.k8s.io/v1). A change of labels need not.
    """
    found, last = [], dict[str, Change]()
    for change in changes:
        if change.kind == "EndpointSlice":
            before = last.get(change.uid)
            changed = before is None or before.object.get("endpoints") != change.object.get("endpoints")
            told_late = change.written > 0 and change.written + 1 <= change.earliest
            if told_late and changed and change.type in ("ADDED", "MODIFIED"):
                since = max(change.written, before.earliest if before else 0.0)
                change = change._replace(age=max(change.age, change.seen - since))
            last[change.uid] = change
        found.append(change)
    return found


def _older(change: Change, ready: bool, turns: Iterable[_Turn], begun: Change | None) -> Change:
    """Return a pod's transition with the age shown by its condition and by the resulting slices that were seen before it.

    :param begun: the pod's transition to the opposite state; turns of slices before that resulted from an earlier transition
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
    """Return when the Ready condition turned at the earliest, in Unix seconds; infinity if something else made the pod Ready or
    unready.

    The kubelet decides the transition and notes its time, to the second. The API server may write it a second later, and only
    then can a watch report it.
    """
    conditions = (change.object.get("status") or {}).get("conditions") or ()
    own: Mapping[str, Any] = next((one for one in conditions if one["type"] == "Ready"), {})
    turned = change.type != "DELETED" and not change.object["metadata"].get("deletionTimestamp")
    is_it = turned and (own.get("status") == "True") is ready and own.get("lastTransitionTime")
    written = change.written if change.written <= change.seen else 0.0
    return max(unix(str(own["lastTransitionTime"])), written) if is_it else float("inf")


def _turns(changes: Iterable[Change]) -> dict[str, list[_Turn]]:
    """Return, by a pod's uid, when it became a ready endpoint of a slice and when it stopped being one."""
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
    """Yield the changes of slices written by the controller, for services that publish only Ready pods."""
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
