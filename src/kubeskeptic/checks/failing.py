"""For how long do requests fail?"""

from __future__ import annotations

from collections.abc import Sequence

from kubeskeptic.bounds import Bound
from kubeskeptic.checks.watching import clean_baseline, end_of, start_of, watched
from kubeskeptic.findings import Finding, Measure, Verdict
from kubeskeptic.timeline import Act, Lane, Outage, outages


def fails_at_most(lanes: Sequence[Lane], act: Act, since: float, bound: Bound, *, name: str = "failing") -> Finding:
    """On every lane, the time from the first failed request to the end of failing is within a bound.

    Successes in between do not end it: with one of three endpoints gone, two of three requests succeed throughout.

    :param since: when the fault was applied
    :param name: what the measure is called in the report
    """
    clean_baseline(lanes, act)
    end = end_of(act)
    watched(lanes, since, end)
    worst = max((_whole(lane, since, end) for lane in lanes), key=lambda one: (one.seconds, one.failed))
    failed = sum(_whole(lane, since, end).failed for lane in lanes)
    measured = {name: Measure(round(worst.seconds, 3), "s"), "failed": Measure(failed, "requests")}
    verdict = Verdict.HOLDS if bound.admits(worst.seconds) else Verdict.VIOLATED
    if not failed:
        why = f"No request failed on any of {len(lanes)} nodes."
    else:
        still = " and did not stop" if worst.open else ""
        how = f"for {worst.seconds:.2f} s{still} at worst, on {worst.node} ({_listed(worst)})"
        why = f"Requests failed {how}; allowed are {bound.value:g} s."
    return Finding(
        verdict,
        why,
        measured=measured,
        bounds={name: bound},
        nodes=tuple(lane.node for lane in lanes),
        window=(start_of(act), end),
        probes=tuple(dict.fromkeys(lane.probe for lane in lanes)),
        decisive=_decisive(worst, since),
    )


def never_fails(lanes: Sequence[Lane], act: Act, since: float) -> Finding:
    """Not one request fails on any lane from a time to the end of the act."""
    clean_baseline(lanes, act)
    end = end_of(act)
    watched(lanes, since, end)
    whole = [_whole(lane, since, end) for lane in lanes]
    worst = max(whole, key=lambda one: one.failed)
    failed, asked = sum(one.failed for one in whole), sum(_asked(lane, since, end) for lane in lanes)
    why = (
        f"{failed} of {asked} requests failed, most on {worst.node} ({_listed(worst)}); none may."
        if failed
        else f"None of {asked} requests failed, asked from {len(lanes)} nodes."
    )
    return Finding(
        Verdict.VIOLATED if failed else Verdict.HOLDS,
        why,
        measured={"failed": Measure(failed, "requests"), "asked": Measure(asked, "requests")},
        bounds={"failed": Bound(0, "requests", "none may fail")},
        nodes=tuple(lane.node for lane in lanes),
        window=(start_of(act), end),
        probes=tuple(dict.fromkeys(lane.probe for lane in lanes)),
        decisive=_decisive(worst, since),
    )


def _whole(lane: Lane, since: float, until: float) -> Outage:
    """Everything that failed on a lane as one outage; one of no length when nothing did."""
    found = outages(lane, since, until, join=float("inf"))
    return found[0] if found else Outage(lane.node, lane.probe, since, since, since)


def _asked(lane: Lane, since: float, until: float) -> int:
    return sum(1 for sent in lane.sent if since <= sent < until)


def _listed(outage: Outage) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in outage.outcomes.most_common())


def _decisive(outage: Outage, since: float) -> tuple[str, ...]:
    if not outage.failed:
        return ()
    return (
        f"{outage.node}: first failure {outage.start - since:.2f} s and last {outage.last - since:.2f} s after the fault, "
        f"{outage.failed} of {outage.asked} requests failed in between",
    )
