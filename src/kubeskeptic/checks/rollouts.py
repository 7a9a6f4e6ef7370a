"""Does a Deployment roll out another template, and how many pods does it have meanwhile?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.declarations import not_rolling, require_as_many
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import NEVER, reached, seen_until
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import is_ready, living

HASH = "pod-template-hash"
"""The label by which a Deployment distinguishes the pods of its templates."""
_NO_OTHER = Bound(0, "pods", "all pods are from the requested template")


class Count(NamedTuple):
    """The pods of an app at one moment."""

    ready: int
    going_on: int
    """Not marked for deletion, Ready or not."""
    there: int
    """Including pods that are marked for deletion and have not ended yet."""


@check
def rolled_over(act: Act, app: str, wanted: int, *, surge: int, unavailable: int, back: bool = False) -> Finding:
    """Check that a Deployment's pods are replaced by pods of its new template within the case's bound, for good.

    At every recorded moment from the change on, at least ``wanted`` − ``unavailable`` pods must be Ready and at most ``wanted``
    + ``surge`` not marked for deletion. Pods that are marked and still exist are counted separately.

    :param back: whether the new template is the Deployment's first one again
    """
    require_as_many(act, app, wanted)
    begun, done = _rollout(act, app, wanted)
    pods = list(act.changes("Pod", app=app))
    counts = counts_from(pods, begun.earliest)
    other = _other_template(pods, begun, act.end, first=back)
    took = done.since(begun.when) if done else Interval(seen_until(act) - begun.seen, NEVER)
    ready, most = min(one.ready for one in counts), max(one.going_on for one in counts)
    there = max(one.there for one in counts)
    act.reading.doubts += not_rolling(act, app, surge, unavailable)
    measured = {
        "rolled out": seconds(took),
        "fewest Ready": Measure(ready, "pods"),
        "most not ending": Measure(most, "pods"),
        "most with those ending": Measure(there, "pods"),
        # While the rollout may still be going on, some pods may be.
        "of another template": Measure(other, "pods", other if done or not act.bound.admits(took.low) else 0, other),
    }
    bounds = {
        "rolled out": act.bound,
        "fewest Ready": Bound(
            wanted - unavailable, "pods", f"replicas {wanted} − maxUnavailable {unavailable}", at_least=True
        ),
        "most not ending": Bound(wanted + surge, "pods", f"replicas {wanted} + maxSurge {surge}"),
        "of another template": _NO_OTHER,
    }
    done_when = _done(act.end - begun.seen, took, other, wanted, "first" if back else "new")
    why = f"{done_when}; the limit is {act.bound.value:g} s. Meanwhile at least {ready} were Ready and at most {most} not "
    why += f"marked for deletion, {there} including those that had not ended yet."
    return conclude(why, measured, bounds, window=(act.start, act.end))


def _done(watched: float, took: Interval, other: int, wanted: int, which: str) -> str:
    """Return, in words, when the rollout was complete, or that it was not."""
    if took.high < NEVER and not other:
        return f"{took.high:.1f} s after the change all {wanted} pods were from the {which} template"
    state = "not complete" if took.high == NEVER else "complete"
    pods = f"{counted(other, 'Ready pod')} {agreeing(other, 'was', 'were')}"
    return f"{watched:.1f} s after the change the rollout was {state}: {pods} not from the {which} template"


def counts_from(pods: Iterable[Change], since: float) -> list[Count]:
    """Return the numbers of pods at ``since`` and after each change from then on.

    :raises Inconclusive: if there was no pod at ``since``
    """
    there: dict[str, Mapping[str, Any]] = {}
    counts: list[Count] = []
    for change in pods:
        if change.seen >= since and not counts:
            counts.append(_count(there))
        there[change.uid] = change.object
        if change.type == "DELETED":
            del there[change.uid]
        if change.seen >= since:
            counts.append(_count(there))
    counts = counts or [_count(there)]
    if not counts[0].there:
        raise Inconclusive("there was no pod before anything was done")
    return counts


def _count(pods: Mapping[str, Mapping[str, Any]]) -> Count:
    going_on = sum(1 for pod in pods.values() if not pod["metadata"].get("deletionTimestamp"))
    return Count(sum(1 for pod in pods.values() if is_ready(pod)), going_on, len(pods))


def _rollout(act: Act, app: str, wanted: int) -> tuple[Change, Interval | None]:
    """Return when the Deployment was changed, and when its controller reported the rollout complete; None if it did not.

    :raises Inconclusive: if it was not changed
    """
    changes = list(act.changes("Deployment", app))
    before = max((_generation(one) for one in changes if one.seen <= act.start), default=0)
    after = [one for one in changes if one.seen > act.start and _generation(one) > before]
    if not before or not after:
        raise Inconclusive(f"no change of the Deployment {app} was recorded in “{act.name}”")
    return after[0], reached(after, lambda change: _complete(change, wanted))


def _generation(change: Change) -> int:
    return int(change.object["metadata"].get("generation", 0))


def _complete(change: Change, wanted: int) -> bool:
    """Return whether a rollout is complete by the rule of ``kubectl rollout status``: the controller has observed the change,
    and all replicas are updated and available.
    """
    status = change.object.get("status", {})
    counted = {status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")}
    return int(status.get("observedGeneration", 0)) >= _generation(change) and counted == {wanted}


def _other_template(pods: list[Change], begun: Change, end: float, *, first: bool) -> int:
    """Return how many of the pods that are Ready at the end are not of the desired template."""
    before = {
        _hash(pod) for pod in living(pods, begun.earliest).values() if not pod["metadata"].get("deletionTimestamp")
    }
    known = _hash(pods[0].object)
    at_end = [_hash(pod) for pod in living(pods, end).values() if is_ready(pod)]
    return sum(1 for one in at_end if (one != known if first else one in before))


def _hash(pod: Mapping[str, Any]) -> str:
    return str(pod["metadata"].get("labels", {}).get(HASH, ""))
