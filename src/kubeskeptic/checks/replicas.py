"""Is the number of replicas right, and since when?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kubeskeptic.bounds import Bound, Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import is_ready

SURPLUS = "surplus"
"""The table of when one more pod was given the labels of each app's pods: the times just before and after, in Unix seconds."""
_ONE = "the surplus alone is removed"


def ready_counts(changes: Iterable[Change]) -> list[tuple[Interval, int]]:
    """Return the number of pods that were Ready and not marked for deletion, with each moment at which it changed."""
    ready: set[str] = set()
    counts: list[tuple[Interval, int]] = []
    for change in changes:
        if change.type != "DELETED" and is_ready(change.object):
            ready.add(change.uid)
        else:
            ready.discard(change.uid)
        if not counts or counts[-1][1] != len(ready):
            counts.append((change.when, len(ready)))
    return counts


@check
def whole_again(act: Act, app: str, wanted: int) -> Finding:
    """Check that after a loss the Ready count of an app is ``wanted`` again within the case's bound, and stays there."""
    since = act.since
    after = _counts_since(act, app, wanted, since)
    fewest = min([wanted, *(count for _, count in after)])
    if fewest == wanted:
        raise Inconclusive(f"no replica of {app} was seen missing after the fault")
    return _again(act, "the loss", wanted, since, after, {"fewest": Measure(fewest, "pods")}, {})


@check
def surplus_removed(act: Act, app: str, wanted: int) -> Finding:
    """Check that after one more Ready pod was given the labels that select an app's pods, the Ready count of the app is
    ``wanted`` again within the case's bound, stays there, and was never less.

    :raises Inconclusive: if no surplus was seen
    """
    moments = act.table(SURPLUS).get(app)
    if not moments:
        raise Inconclusive(f"the scenario did not get as far as a surplus pod of {app}")
    since = Interval(*moments)
    after = _counts_since(act, app, wanted, since)
    if not any(count > wanted for _, count in after):
        raise Inconclusive(f"no surplus pod of {app} was seen Ready")
    act.lasts_since(since, act.bound)
    fewest = {"fewest": Measure(min(count for _, count in after), "pods")}
    return _again(
        act, "one was too many", wanted, since, after, fewest, {"fewest": Bound(wanted, "pods", _ONE, at_least=True)}
    )


def _counts_since(act: Act, app: str, wanted: int, since: Interval) -> list[tuple[Interval, int]]:
    """Return the Ready counts of an app after a moment, with each moment at which they changed.

    :raises Inconclusive: if the count was not ``wanted`` before
    """
    counts = ready_counts(act.changes("Pod", app=app))
    before = [count for when, count in counts if when.high <= since.low]
    if not before or before[-1] != wanted:
        raise Inconclusive(
            f"before anything was done {before[-1] if before else 0} of {wanted} replicas of {app} were Ready"
        )
    return [(when, count) for when, count in counts if when.high > since.low]


def _again(
    act: Act, what: str, wanted: int, since: Interval, after: Sequence[tuple[Interval, int]],
    measured: Mapping[str, Measure], bounds: Mapping[str, Bound],
) -> Finding:  # fmt: skip
    """Conclude how long after a moment the Ready count was ``wanted`` for good.

    :param what: what happened at that moment, in words
    """
    last, count = after[-1]
    whole = count == wanted
    took = last.since(since) if whole else Interval(act.end - since.high, float("inf"))
    shown = took.high if whole else took.low
    why = f"{shown:.1f} s after {what} {count} of {wanted} replicas were Ready; the limit is {act.bound.value:g} s."
    return conclude(
        why,
        {"whole again": seconds(took), **measured},
        {"whole again": act.bound, **bounds},
        window=(act.start, act.end),
        decisive=tuple(f"{when.high - since.low:+.2f} s: {count} Ready" for when, count in after[:8]),
    )
