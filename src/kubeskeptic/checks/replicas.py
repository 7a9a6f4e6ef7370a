"""Is the number of replicas right, and since when?"""

from __future__ import annotations

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.objects import is_ready, labelled
from kubeskeptic.checks.watching import baseline_of, end_of, recorded, start_of
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, Verdict
from kubeskeptic.timeline import Act, Recording


def ready_counts(recording: Recording, app: str) -> list[tuple[float, int]]:
    """How many pods with the label ``app`` were Ready and not on their way out, from each moment this changed."""
    ready: set[str] = set()
    counts: list[tuple[float, int]] = []
    for change in labelled(recording.of_kind("Pod"), app):
        if change.type != "DELETED" and is_ready(change.object):
            ready.add(change.uid)
        else:
            ready.discard(change.uid)
        if not counts or counts[-1][1] != len(ready):
            counts.append((change.seen, len(ready)))
    return counts


def whole_again(recording: Recording, act: Act, app: str, wanted: int, since: float, bound: Bound) -> Finding:
    """After a loss at ``since`` the Ready count of an app falls, and is ``wanted`` again within a bound, and stays.

    :raises Inconclusive: when the count was not right before, or the loss was never seen
    """
    end = end_of(act)
    recorded(recording, ["Pod"], baseline_of(act), end)
    counts = ready_counts(recording, app)
    before = [count for seen, count in counts if seen <= since]
    if not before or before[-1] != wanted:
        raise Inconclusive(
            f"before anything was done {before[-1] if before else 0} of {wanted} replicas of {app} were Ready"
        )
    after = [(seen, count) for seen, count in counts if since < seen <= end]
    lost = next((seen for seen, count in after if count < wanted), None)
    if lost is None:
        raise Inconclusive(f"no replica of {app} was seen missing after the fault")
    least = min(count for _, count in after)
    whole = after[-1][1] == wanted
    took = (after[-1][0] if whole else end) - since
    in_time = whole and bound.admits(took)
    why = f"{wanted} of {wanted} replicas were Ready again {took:.1f} s after the loss; allowed are {bound.value:g} s."
    if not whole:
        count = after[-1][1]
        why = f"{took:.0f} s after the loss {count} of {wanted} replicas were Ready; allowed are {bound.value:g} s."
    return Finding(
        # Not whole before the bound has passed says nothing yet.
        Verdict.HOLDS if in_time else Verdict.INCONCLUSIVE if not whole and bound.admits(took) else Verdict.VIOLATED,
        why,
        measured={"whole again": Measure(round(took, 2), "s"), "fewest": Measure(least, "pods")},
        bounds={"whole again": bound},
        window=(start_of(act), end),
        decisive=tuple(f"{seen - since:+.2f} s: {count} Ready" for seen, count in after[:8]),
    )
