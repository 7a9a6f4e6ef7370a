"""Is the number of replicas right, and since when?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import dropwhile
from typing import NamedTuple

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.declarations import require_as_many
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lasting import NEVER, seen_until, since_when, told
from kubeskeptic.checks.moments import moment
from kubeskeptic.counting import counted
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import is_leaving, is_ready
from kubeskeptic.timeline.pod_counts import is_active

SURPLUS = "surplus"
"""The table of when one more pod was given the labels of each app's pods: the times just before and after, in Unix seconds."""
_WHOLE, _ONE = "whole again", "the surplus alone is removed"


class Count(NamedTuple):
    """The pods of an app from a moment on."""

    when: Interval
    ready: int
    there: int
    """Neither marked for deletion nor ended, Ready or not: those that a controller counts as its replicas."""

    def __str__(self) -> str:
        return f"{self.ready} Ready" + ("" if self.there == self.ready else f" of {self.there}")

    def is_whole(self, wanted: int) -> bool:
        """Return whether there were as many pods as wanted, all of them Ready."""
        return self.ready == self.there == wanted

    def unless(self, wanted: int) -> str:
        """Return, as the end of a clause, how many pods there were if not as many as wanted."""
        return "" if self.there == wanted else f" and {counted(self.there, 'pod')} existed"


def pod_counts(changes: Iterable[Change]) -> list[Count]:
    """Return the numbers of an app's pods, with each moment at which one of them changed."""
    there: dict[str, bool] = {}
    counts: list[Count] = []
    for change in changes:
        there.pop(change.uid, None)
        if not is_leaving(change) and is_active(change.object):
            there[change.uid] = is_ready(change.object)
        now = sum(there.values()), len(there)
        if not counts or counts[-1][1:] != now:
            counts.append(Count(change.when, *now))
    return counts


def whole_since(counts: Sequence[Count], wanted: int, since: Interval, end: float) -> Interval:
    """Return how long after a moment an app had ``wanted`` pods and no more, all of them Ready.

    The upper end is infinite if that did not last until the end: a pod that turns unready once the number was right may be a
    matter of the pod. A later time with too many or too few pods is one of their controller, and counts like the first.

    :param counts: the numbers of pods after that moment
    """
    whole = since_when((one.when, one.is_whole(wanted)) for one in counts)
    if whole is None:
        return Interval(end - since.high, NEVER)
    took = whole.since(since)
    return Interval(max(took.low, _longest_wrong(counts, wanted, end)), took.high)


def _longest_wrong(counts: Sequence[Count], wanted: int, end: float) -> float:
    """Return for how many seconds at least the number of pods was wrong at a stretch, once all was as wanted."""
    longest, begun = 0.0, NEVER
    for one in dropwhile(lambda one: not one.is_whole(wanted), counts):
        longest = max(longest, one.when.low - begun)
        begun = NEVER if one.there == wanted else min(begun, one.when.high)
    return max(longest, end - begun)


@check
def whole_again(act: Act, app: str, wanted: int) -> Finding:
    """Check that after a loss an app has ``wanted`` pods again within the case's bound, all of them Ready, and keeps them.

    :raises Inconclusive: if no replica was seen missing
    """
    since = act.since
    after = _counts_since(act, app, wanted, since)
    fewest = min([wanted, *(one.ready for one in after)])
    if fewest == wanted:
        raise Inconclusive(f"no replica of {app} was seen missing after the fault")
    if not _left(act, app, since):
        act.reading.doubts.append(f"No replica of {app} was deleted after the fault, so none was replaced")
    bound = act.bound_for(app)
    return _again(act, "the loss", wanted, since, after, {"fewest": Measure(fewest, "pods")}, {_WHOLE: bound})


@check
def surplus_removed(act: Act, app: str, wanted: int) -> Finding:
    """Check that after one more Ready pod was given the labels that select an app's pods, one pod is removed and no more, and
    that the app has ``wanted`` pods again within the case's bound, all of them Ready, and keeps them.

    :raises Inconclusive: if no surplus was seen
    """
    moments = act.table(SURPLUS).get(app)
    if not moments:
        raise Inconclusive(f"the scenario did not get as far as a surplus pod of {app}")
    since = moment(act, *moments)
    after = _counts_since(act, app, wanted, since)
    if not any(one.ready > wanted for one in after):
        raise Inconclusive(f"no surplus pod of {app} was seen Ready")
    act.lasts_since(since, act.bound)
    fewest = min(one.ready for one in after)
    if fewest < wanted:
        act.reading.doubts.append(f"Only {fewest} of {wanted} replicas of {app} were Ready in the meantime")
    removed = {"removed": Measure(len(_left(act, app, since)), "pods")}
    bounds = {_WHOLE: act.bound, "removed": Bound(1, "pods", _ONE)}
    return _again(act, "one was too many", wanted, since, after, removed, bounds)


def _left(act: Act, app: str, since: Interval) -> set[str]:
    """Return the uids of the pods of an app that were marked for deletion, or ended, after a moment."""
    left = (one for one in act.changes("Pod", app=app) if is_leaving(one) or not is_active(one.object))
    first = {one.uid: one.seen for one in reversed([*left])}
    return {uid for uid, seen in first.items() if seen > since.low}


def _counts_since(act: Act, app: str, wanted: int, since: Interval) -> list[Count]:
    """Return the numbers of an app's pods after a moment, with each moment at which they changed.

    :raises Inconclusive: if ``wanted`` were not Ready before, or another number was declared
    """
    require_as_many(act, app, wanted)
    counts = pod_counts(act.changes("Pod", app=app))
    before = [one.ready for one in counts if one.when.high <= since.low]
    if not before or before[-1] != wanted:
        raise Inconclusive(
            f"before anything was done {before[-1] if before else 0} of {wanted} replicas of {app} were Ready"
        )
    return [one for one in counts if one.when.high > since.low]


def _again(
    act: Act, what: str, wanted: int, since: Interval, after: Sequence[Count], measured: Mapping[str, Measure],
    bounds: Mapping[str, Bound],
) -> Finding:  # fmt: skip
    """Conclude how long after a moment an app had ``wanted`` pods, all of them Ready.

    :param what: what happened at that moment, in words
    """
    took, last = whole_since(after, wanted, since, seen_until(act)), after[-1]
    shown = told(took) if last.is_whole(wanted) else f"{act.end - since.high:.1f} s"
    why = f"{shown} after {what} {last.ready} of {wanted} replicas were Ready{last.unless(wanted)}; "
    return conclude(
        f"{why}the limit is {bounds[_WHOLE].value:g} s.",
        {_WHOLE: seconds(took), **measured},
        bounds,
        window=(act.start, act.end),
        decisive=tuple(f"{one.when.high - since.low:+.2f} s: {one}" for one in after[:8]),
    )
