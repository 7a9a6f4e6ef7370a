"""Does the number of pods follow the declared number of replicas, and do surplus pods terminate gracefully?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.declarations import require_as_many
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import seen_until, told
from kubeskeptic.checks.replicas import pod_counts, whole_since
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import MARGIN
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.objects import containers
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import is_leaving, is_ready

_IN_ORDER = Bound(0, "pods", "SIGTERM, and time to end")


@check
def scaled(act: Act, app: str, wanted: int) -> Finding:
    """Check that within the case's bound of a Deployment's change it has ``wanted`` pods, all of them Ready, and keeps
    them.
    """
    asked = _asked(act, app, wanted)
    require_as_many(act, app, wanted, asked.high, owner_too=False)  # its ReplicaSet follows
    counts = pod_counts(act.changes("Pod", app=app))
    before = [one.ready for one in counts if one.when.high <= asked.low]
    if not before or before[-1] == wanted:
        there = before[-1] if before else 0
        pods = f"{counted(there, 'pod')} of {app} {agreeing(there, 'was', 'were')}"
        raise Inconclusive(f"{pods} Ready before the scaling to {wanted}")
    after = [one for one in counts if one.when.high > asked.low]
    took, last = whole_since(after, wanted, asked, seen_until(act)), counts[-1]
    shown = told(took, 2) if last.is_whole(wanted) else f"{act.end - asked.high:.2f} s"
    return conclude(
        f"{shown} after {app} was scaled from {before[-1]} to {wanted}, {last.ready} of its pods were Ready"
        f"{last.unless(wanted)}; the limit is {act.bound.value:g} s.",
        {"followed": seconds(took), "from": Measure(before[-1], "pods"), "to": Measure(wanted, "pods")},
        {"followed": act.bound},
        window=(act.start, act.end),
        decisive=tuple(f"{one.when.high - asked.low:+.2f} s: {one}" for one in after[:8]),
    )


@check
def ends_in_order(act: Act, app: str) -> Finding:
    """Check that every pod of an app that is deleted in this act exits by itself with status 0, within its grace period."""
    gone: dict[str, list[Change]] = {}
    for change in act.changes("Pod", app=app):
        if change.seen >= act.start and is_leaving(change):
            gone.setdefault(change.uid, []).append(change)
    if not gone:
        raise Inconclusive(f"no pod of {app} was deleted in “{act.name}”")
    otherwise = [words for changes in gone.values() if (words := _otherwise(changes))]
    longest, grace = _longest(act, list(gone.values()))
    act.reading.doubts += _other_grace(changes[0] for changes in gone.values())
    bound = Bound(grace + MARGIN, "s", f"deletionGracePeriodSeconds {grace:g} + margin {MARGIN:g}")
    why = f"{counted(len(gone), 'pod')} of {app} ended by themselves with status 0, the slowest {longest.high:.2f} s after its "
    why += f"deletion was requested; the limit is {bound.value:g} s."
    if otherwise:
        why = f"{len(otherwise)} of {len(gone)} pods of {app} did not end gracefully: {otherwise[0]}."
    return conclude(
        why,
        {"not in order": Measure(len(otherwise), "pods"), "longest end": seconds(longest)},
        {"not in order": _IN_ORDER, "longest end": bound},
        window=(act.start, act.end),
        decisive=tuple(otherwise[:4]),
    )


def _longest(act: Act, gone: list[list[Change]]) -> tuple[Interval, float]:
    """Return how long the pod that exceeded its own grace period most, or came closest to it, took to end, and that period in
    seconds.
    """
    graces = [_grace(changes[0]) for changes in gone]
    took = [_gone(changes, act.end).since(_in_the_act(act, changes[0])) for changes in gone]
    grace = max(zip(took, graces, strict=True), key=lambda pair: (pair[0].high - pair[1], pair[0].low - pair[1]))[1]
    over = [(one.low - own, one.high - own) for one, own in zip(took, graces, strict=True)]
    return Interval(max(low for low, _ in over) + grace, max(high for _, high in over) + grace), grace


def _other_grace(marked: Iterable[Change]) -> Iterator[str]:
    """Yield the pods that were given another grace period than their own, one sentence each: no controller does that."""
    for pod in marked:
        own, given = pod.object["spec"].get("terminationGracePeriodSeconds"), _grace(pod)
        if own is not None and own != given:
            yield f"{pod.name} was given {given:g} s to end, and its own grace period is {own:g} s"


def _grace(marked: Change) -> float:
    return float(marked.object["metadata"].get("deletionGracePeriodSeconds", 0))


def _asked(act: Act, app: str, wanted: int) -> Interval:
    for change in act.changes("Deployment", app):
        if change.seen >= act.start and change.object["spec"].get("replicas") == wanted:
            return _in_the_act(act, change)
    raise Inconclusive(f"the Deployment {app} was not seen scaled to {wanted}")


def _in_the_act(act: Act, change: Change) -> Interval:
    """Return when a change caused by the act happened: not before the act began, whatever the age of the observation."""
    return Interval(max(change.earliest, act.start), change.seen)


def _gone(changes: list[Change], end: float) -> Interval:
    """Return when a pod was gone. A pod that still existed at the end of the act goes after that if its containers still run,
    or at the earliest when it was last seen if they have ended.
    """
    last = changes[-1]
    if last.type == "DELETED":
        return last.when
    return Interval(last.seen if all(_ends(last)) else end, float("inf"))


def _ends(change: Change) -> list[dict[str, Any]]:
    """Return how each container of a pod ended; empty for a container that has not."""
    return [status.get("state", {}).get("terminated") or {} for status in containers(change.object).values()]


def _otherwise(changes: list[Change]) -> str:
    """Return what was wrong with the end of a pod; empty if it ended in order."""
    name, pod = changes[0].name, changes[-1].object
    if changes[-1].type != "DELETED":
        return ""  # it has not ended yet, which its measured time shows
    own = pod["spec"].get("terminationGracePeriodSeconds")
    ends = _ends(changes[-1])
    if own == 0:
        return f"{name} had no grace period"
    if len(ends) < len(pod["spec"].get("containers") or ()) or not all(ends):
        return f"{name} was gone before its containers were seen to end"
    codes = [end.get("exitCode") for end in ends]
    return f"a container of {name} ended with status {max(codes, key=bool)}" if any(codes) else ""


def never_wanted(pods: Iterable[Change], changes: Sequence[Change], since: float) -> int:
    """Return how often another pod became Ready although a Deployment had never wanted that many.

    :param pods: the changes to its pods
    :param changes: the changes to the Deployment
    :param since: Unix seconds; pods that were there before count, but were wanted
    """
    there: dict[str, bool] = {}
    found = 0
    for pod in pods:
        fresh = pod.uid not in there and pod.seen > since
        if fresh and not is_ready(pod.object):
            continue
        there[pod.uid] = not is_leaving(pod)
        wanted = max(int(one.object["spec"]["replicas"]) for one in changes if one.earliest <= pod.seen)
        found += fresh and sum(there.values()) > wanted
    return found
