"""Is the number of replicas right, and since when?"""

from __future__ import annotations

from collections.abc import Iterable

from kubeskeptic.bounds import Interval
from kubeskeptic.checks.evidence import check
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, conclude, seconds
from kubeskeptic.timeline import Act, Change
from kubeskeptic.timeline.objects import is_ready


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
    since, bound = act.since, act.bound_for(app)
    counts = ready_counts(act.changes("Pod", app=app))
    before = [count for when, count in counts if when.high <= since.low]
    if not before or before[-1] != wanted:
        raise Inconclusive(
            f"before anything was done {before[-1] if before else 0} of {wanted} replicas of {app} were Ready"
        )
    after = [(when, count) for when, count in counts if when.high > since.low]
    if not any(count < wanted for _, count in after):
        raise Inconclusive(f"no replica of {app} was seen missing after the fault")
    last, count = after[-1]
    whole = count == wanted
    took = last.since(since) if whole else Interval(act.end - since.high, float("inf"))
    shown = took.high if whole else took.low
    why = f"{shown:.1f} s after the loss {count} of {wanted} replicas were Ready; the limit is {bound.value:g} s."
    return conclude(
        why,
        {"whole again": seconds(took), "fewest": Measure(min(count for _, count in after), "pods")},
        {"whole again": bound},
        window=(act.start, act.end),
        decisive=tuple(f"{when.high - since.low:+.2f} s: {count} Ready" for when, count in after[:8]),
    )
