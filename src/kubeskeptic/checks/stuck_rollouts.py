"""Does a StatefulSet whose rollout is stuck at a pod that never becomes Ready continue once its template is corrected?"""

from __future__ import annotations

from kubeskeptic.bounds import START, Bound, Interval
from kubeskeptic.checks.declarations import not_in_order
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import seen_until
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import is_ready, living

_STOPPED = Bound(0, "pods", "a rollout stops at a pod that is not Ready")
_BLOCKED = Bound(0, "pods", "OrderedReady replaces no pod while one is not Ready")


@check
def blocked_until_deleted(act: Act, app: str, replicas: int, label: str, value: str) -> Finding:
    """Check that after a StatefulSet's template was corrected no pod is created or deleted for longer than START, until the
    act's fault deletes the one pod that is not Ready, and that all pods are of the right template within the case's bound of
    that deletion.

    :param label: a label of the template, which has ``value`` in the correct template
    """
    righted, deleted = _last_declared(act, app), act.since
    act.reading.doubts += not_in_order(act, app)
    changes = list(act.changes("Pod", app=app))
    before = living(changes, righted.low)
    stuck = [pod for pod in before.values() if pod["metadata"]["name"] == act.victim]
    if not stuck or is_ready(stuck[0]):
        raise Inconclusive(f"{act.victim} was not waiting to be Ready when the template was corrected")
    broken = stuck[0]["metadata"].get("labels", {}).get(label)
    further = sum(pod["metadata"].get("labels", {}).get(label) == broken for pod in before.values()) - 1
    moved = [c for c in changes if righted.low < c.seen < deleted.low and _comes_or_goes(c, set(before))]
    blocked = (moved[0].when if moved else Interval(deleted.low, float("inf"))).since(righted)
    whole = _whole(changes, replicas, label, value)
    took = whole.since(deleted) if whole else Interval(seen_until(act) - deleted.high, float("inf"))
    least = START.at_most(act.settings)
    return conclude(
        _told(act, moved, blocked, took),
        {
            "came or went by themselves": Measure(len({change.uid for change in moved}), "pods"),
            "replaced beyond the first": Measure(further, "pods"),
            "blocked": Measure(round(max(blocked.low, 0.0), 3), "s", max(blocked.low, 0.0), blocked.high),
            "went on": seconds(took.clipped()),
        },
        {
            "came or went by themselves": _BLOCKED,
            "replaced beyond the first": _STOPPED,
            "blocked": Bound(least.value, "s", least.source, at_least=True),
            "went on": act.bound,
        },
        window=(act.start, act.end),
        decisive=tuple(f"{one.seen - righted.low:+.2f} s: {one.type} {one.name}" for one in moved[:8]),
    )


def _last_declared(act: Act, app: str) -> Interval:
    """Return when the StatefulSet's declaration was last changed in this act before the fault.

    :raises Inconclusive: if it was not changed
    """
    known, last = None, None
    for change in act.changes("StatefulSet", app):
        generation = change.object["metadata"].get("generation")
        if known is not None and generation != known and act.start <= change.seen <= act.since.low:
            last = change.when
        known = generation
    if last is None:
        raise Inconclusive(f"the template of {app} was not seen to change before the fault")
    return last


def _comes_or_goes(change: Change, known: set[str]) -> bool:
    gone = change.type == "DELETED" or change.object["metadata"].get("deletionTimestamp")
    return bool(gone or change.uid not in known)


def _whole(changes: list[Change], replicas: int, label: str, value: str) -> Interval | None:
    """Return since when all replicas were Ready and of the right template for good; None if they were not at the end."""
    pods: dict[str, Change] = {}
    whole: Interval | None = None
    for change in changes:
        pods[change.uid] = change
        if change.type == "DELETED":
            del pods[change.uid]
        right = [one for one in pods.values() if one.object["metadata"].get("labels", {}).get(label) == value]
        done = len(pods) == replicas == sum(is_ready(one.object) for one in right)
        whole = (whole or change.when) if done else None
    return whole


def _told(act: Act, moved: list[Change], blocked: Interval, took: Interval) -> str:
    if moved:
        return (
            f"{moved[0].name} was created or deleted {max(blocked.high, 0.0):.2f} s after the template was corrected, before "
            f"{act.victim} was deleted."
        )
    why = (
        f"For {blocked.low:.1f} s after the template was corrected, {act.victim} stayed not Ready and no other pod was "
    )
    why += "replaced. "
    if took.high == float("inf"):
        return f"{why}In the {took.low:.1f} s after it was deleted, the rollout did not complete."
    return (
        f"{why}Once it was deleted, all pods were Ready and from the corrected template {took.high:.1f} s later; "
        + (f"the limit is {act.bound.value:g} s.")
    )
