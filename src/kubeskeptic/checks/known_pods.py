"""Do a table and the watch of pods agree? A scenario notes what it found in a pod, and which pod that was; the watch shows the
pod on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubeskeptic.objects import containers, restarts
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.objects import living, node_of

Pod = Mapping[str, Any]


def unlike_the_watch(act: Act, table: str, of: Sequence[str], parts: Sequence[str] = ()) -> Iterator[str]:
    """Yield what a table says of an app's pod and the watch does not show, one sentence each.

    The watch may lag behind: what it shows when a cell is noted counts, and what it shows at the end of the act; before the
    act, what it shows when that began, and what had happened by then.

    :param of: the app, and other apps whose pods are to be on the same node
    :param parts: the containers that its pod has to have
    """
    yield from _noted_otherwise(act, table)
    cells, pods = act.table(table), {app: list(act.changes("Pod", app=app)) for app in of}
    late = max([act.start, *(one.seen for one in pods[of[0]] if one.earliest <= act.start)])
    befores = [_newest(living(pods[of[0]], at)) for at in (act.start, late)]
    for cell, value in cells.items():
        noted = act.recording.looked[table][cell]
        moments = [[_newest(living(pods[app], at)) for app in of] for at in (noted, act.end)]
        known = [[pod for pod in several if pod is not None] for several in moments]
        fits = [one for one in known if len(one) == len(of) and parts_of(one[0]) >= set(parts)]
        if not fits:
            yield f"“{table}” is about pods of {' and '.join(of)} that the watch does not show"
            return
        says = _SAYS.get(cell)
        if says and not any(says(before, *one) == value for before in befores for one in fits):
            yield f"“{cell}” in “{table}” is {value}, but the watch shows {says(befores[-1], *fits[-1])}"


def _noted_otherwise(act: Act, table: str) -> Iterator[str]:
    """Yield the cells that were not noted together, or before a fault of the act after which they are to be noted."""
    looked, cells = act.recording.looked[table], act.table(table)
    if len({looked[cell] for cell in cells}) > 1:
        yield f"“{table}” was not noted all at once: some of it may be about another pod"
    for fault in act.recording.faults:
        applied = fault.phases.get("applied", 0.0) if fault.act in act.names else 0.0
        early = [cell for cell in cells if looked[cell] < applied]
        yield from (f"“{cell}” in “{table}” was noted before {fault.fault} was applied" for cell in early[:1])


def parts_of(pod: Pod) -> set[str]:
    """Return the names of the containers of a pod of which its kubelet says something."""
    return set(containers(pod))


def _newest(pods: Mapping[str, Pod]) -> Pod | None:
    """Return the pod that was created last, of those that are not being deleted, or else of all."""
    staying = [pod for pod in pods.values() if not pod["metadata"].get("deletionTimestamp")]
    return next(reversed(staying or [*pods.values()]), None)


def _same_pod(before: Pod | None, pod: Pod, *_: Pod) -> bool:
    return bool(before) and before["metadata"]["uid"] == pod["metadata"]["uid"]  # type: ignore[index]


def _same_node(before: Pod | None, pod: Pod, *others: Pod) -> bool:
    others = others or ((before,) if before else ())
    return bool(others) and all(node_of(one) == node_of(pod) for one in others)


_SAYS: Mapping[str, Callable[..., object]] = {
    "same pod": _same_pod,
    "another pod": lambda *pods: not _same_pod(*pods),
    "on the same node": _same_node,
    "restarts": lambda _, pod: restarts(pod),
    "restarted": lambda _, pod: restarts(pod) > 0,
}
"""By a cell's name, what the watch shows of that: given the app's pod before the act, its pod then, and those of other apps."""
