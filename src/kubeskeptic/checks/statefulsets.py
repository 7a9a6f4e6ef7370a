"""Are a StatefulSet's pods started in order, and are there never two pods of the same name?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from kubeskeptic.bounds import START, UNTIL_EVICTED, Bound, Interval
from kubeskeptic.checks.declarations import not_in_order
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import NEVER, reached
from kubeskeptic.checks.node_return import returned
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import is_ready, living, node_of

_REMOVED, _AGAIN = "removed", "Ready again under its name"
_IN_ORDER = Bound(0, "pods", "podManagementPolicy OrderedReady, the default")
_ONE_OF_A_NAME = {
    "replaced while its node was down": Bound(0, "pods", "at most one pod of a name"),
    "not marked for deletion": Bound(0, "pods", "a dead node's pods are evicted"),
}


@check
def started_in_order(act: Act, app: str, replicas: int) -> Finding:
    """Check that each pod of a StatefulSet is created only once its predecessor is Ready, as observed from the first pod on,
    and that the last is Ready within START for each pod.
    """
    act.reading.doubts += not_in_order(act, app)
    made: dict[str, Interval] = {}
    ready: dict[str, Interval] = {}
    for change in act.changes("Pod", app=app, since=act.recording.started):
        if change.type == "LISTED":
            raise Inconclusive(f"the pods of {app} existed before the recorder first looked")
        made.setdefault(change.name, change.when)
        if is_ready(change.object):
            ready.setdefault(change.name, change.when)
    names = [f"{app}-{ordinal}" for ordinal in range(replicas)]
    missing = [name for name in names if name not in ready]
    there = [(a, b) for a, b in pairwise(names) if a in made and b in made]
    early = [(a, b) for a, b in there if a not in ready or made[b].high < ready[a].high]
    if missing and not early:
        raise Inconclusive(f"{missing[0]} never became Ready")
    pods = list(act.changes("Pod", app=app, since=act.recording.started))
    act.reading.doubts += (one for a, b in there for one in _lost(pods, a, b, made[b]))
    last, limit = ready.get(names[-1], Interval(act.end, NEVER)), (replicas * START).at_most(act.settings)
    took = last.since(next(made[name] for name in names if name in made)).not_negative()
    why = (
        f"{', '.join(names)} were started one after another, each once the one before was Ready, in {took.high:.1f} s."
    )
    why = _too_soon(*early[0], made, ready) if early else why
    return conclude(
        why,
        {"started early": Measure(len(early), "pods"), "all Ready": seconds(took)},
        {"started early": _IN_ORDER, "all Ready": limit},
    )


def _too_soon(first: str, second: str, made: Mapping[str, Interval], ready: Mapping[str, Interval]) -> str:
    """Return how much too soon a pod was created, in words."""
    if first not in ready:
        return f"{second} was created, and {first} never became Ready."
    return f"{second} was created {ready[first].high - made[second].high:.2f} s before {first} was Ready."


def _lost(pods: Sequence[Change], first: str, second: str, made: Interval) -> Iterator[str]:
    """Yield a sentence if a pod had been Ready, but was not when the next one was created."""
    # One watch delivers changes in order, however late.
    before = [one for one in pods if one.name == first and one.seen < made.high]
    was = [one.type != "DELETED" and is_ready(one.object) for one in before]
    if any(was) and not was[-1]:
        yield f"{first} was not Ready any more when {second} was created"


def _missing(act: Act, pod: str, missing: bool) -> Measure:
    """Return whether a pod of a dead node was not marked for deletion, as a measure; until UNTIL_EVICTED it still may be."""
    early = UNTIL_EVICTED.at_most(act.settings_of(pod, act.node)).admits(act.lifted - act.since.high)
    return Measure(int(missing), "pods", 0 if early else int(missing), int(missing))


@check
def waits_for_its_node(act: Act, app: str) -> Finding:
    """Check that a pod on a crashed node is marked for deletion and stays so, without a second pod of its name, until its node
    is brought back. Then, within START of the kubelet's first report it is removed, and within START of that replaced under
    its name.
    """
    since, back = act.since.low, act.lifted
    pods = list(act.changes("Pod", app=app))
    there = [one["metadata"] for one in living(pods, since).values() if node_of(one) == act.node]
    known = [one for one in there if not one.get("deletionTimestamp")]
    if not known:
        raise Inconclusive(f"no pod of {app} that was not already terminating was on {act.node} before the crash")
    pod, uid = known[-1]["name"], known[-1]["uid"]
    changes = [change for change in pods if change.name == pod and change.seen > since]
    marked = next((c.seen for c in changes if c.object["metadata"].get("deletionTimestamp") and c.seen <= back), None)
    early = next((c for c in changes if c.seen < back and (c.type == "DELETED" or c.uid != uid)), None)
    measured = {
        "replaced while its node was down": Measure(int(early is not None), "pods"),
        "not marked for deletion": _missing(act, pod, marked is None),
    }
    if early is not None:
        why = (
            f"{pod} was removed {early.seen - since:.1f} s after the crash, while it was unknown whether it still ran."
        )
        return conclude(why, measured, _ONE_OF_A_NAME)
    if marked is None:
        why = f"{pod} was not marked for deletion in the {back - act.since.high:.0f} s in which its node was down."
        return conclude(why, measured, _ONE_OF_A_NAME)
    took = _replaced(act, changes, uid)
    limit = START.at_most(act.settings)
    return conclude(
        f"{pod} stayed Terminating for {back - marked:.0f} s, until its node was back; it was {_told(took)}; the limit of each "
        f"is {limit.value:g} s.",
        {
            **measured,
            "Terminating": Measure(round(back - marked, 1), "s"),
            **{what: seconds(one) for what, one in took.items()},
        },
        {**_ONE_OF_A_NAME, **dict.fromkeys(took, limit)},
        window=(act.start, act.end),
    )


def _replaced(act: Act, changes: Sequence[Change], uid: str) -> dict[str, Interval]:
    """Return how long after the kubelet's first report a pod was removed, and how long after that another one of its name was
    Ready for good; the upper end is infinite if that was not seen.

    :param changes: the changes to pods of its name since the crash
    """
    back, never = returned(act), Interval(act.end, NEVER)
    later = [change for change in changes if change.seen >= act.lifted]
    gone = next((c.when for c in later if c.type == "DELETED" or c.uid != uid), never)
    again = reached((c for c in later if c.uid != uid), lambda change: is_ready(change.object)) or never
    took = {_REMOVED: gone.since(back).clipped()}
    return took | ({_AGAIN: again.since(gone).not_negative()} if gone is not never else {})


def _told(took: Mapping[str, Interval]) -> str:
    """Return, in words, when it was removed and replaced."""
    known = {what: one.high < NEVER for what, one in took.items()}
    return ", ".join(
        f"{what} {one.high:.1f} s later" if known[what] else f"not {what} in {one.low:.1f} s"
        for what, one in took.items()
    )
