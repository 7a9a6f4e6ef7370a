"""What did clients see during a stretch of time in which anything may have happened?"""

from __future__ import annotations

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.lanes import never_asked, span
from kubeskeptic.counting import counted
from kubeskeptic.durations import LATE
from kubeskeptic.findings import Finding, Measure, conclude
from kubeskeptic.timeline import Act
from kubeskeptic.timeline.outages import Outage, outages

_NONE = Bound(0, "requests", "none may fail")


@check
def available(act: Act, probe: str) -> Finding:
    """Check that no request failed in the whole act, and measure the outages of the node with the longest total outage.

    An outage is a stretch of failures at most a second apart; its length is the time that a client would have had to wait.
    """
    act.reading.anybody = True
    lanes = act.lanes(probe)
    seen = {lane.node: outages(lane, act.start, act.end) for lane in lanes}
    asked = {lane.node: len(span(lane, act.start, act.end)) for lane in lanes}
    failed = sum(outage.failed for found in seen.values() for outage in found)
    unknown = sum(outage.outcomes[Outcome.UNKNOWN] for found in seen.values() for outage in found)
    late = sum(1 for lane in lanes for at in span(lane, act.start, act.end) if lane.took[at] > LATE)
    worst = max(seen, key=lambda node: _seconds(seen[node]))
    longest = max((one.seconds for found in seen.values() for one in found), default=0.0)
    why = f"None of {sum(asked.values())} requests failed in {act.end - act.start:.0f} s, "
    why += f"sent from {counted(len(lanes), 'node')}."
    if failed:
        times = counted(len(seen[worst]), "outage")
        why = (
            f"{failed} of {sum(asked.values())} requests failed in {act.end - act.start:.0f} s; {worst} was affected most, for "
            f"{_seconds(seen[worst]):.2f} s in {times}; the longest on any node was {longest:.2f} s."
            + (f" The outcome of {unknown} of them is not known." if unknown else "")
        )
    return conclude(
        why,
        {
            "failed": Measure(failed, "requests", failed - unknown, failed),
            "unavailable in sum, worst node": Measure(round(_seconds(seen[worst]), 3), "s"),
            "longest outage": Measure(round(longest, 3), "s"),
            "late": Measure(late, "requests"),
            "asked": Measure(sum(asked.values()), "requests"),
            "never asked": Measure(never_asked(lanes, act.start, act.end), "requests"),
        },
        {"failed": _NONE},
        nodes=tuple(seen),
        window=(act.start, act.end),
        probes=(probe,),
        decisive=tuple(_told(one, act.start) for one in _worst_first(seen)[:8]),
    )


def _seconds(found: list[Outage]) -> float:
    return sum(outage.seconds for outage in found)


def _worst_first(seen: dict[str, list[Outage]]) -> list[Outage]:
    return sorted((one for found in seen.values() for one in found), key=lambda one: -one.seconds)


def _told(one: Outage, start: float) -> str:
    how = ", ".join(f"{many} {outcome}" for outcome, many in one.outcomes.most_common(3))
    still = ", and still at the end" if one.open else ""
    return f"{one.node}: {one.seconds:.2f} s from +{one.start - start:.2f} s, {one.failed} of {one.asked} failed ({how}){still}"
