"""Was enough seen? What must be true of a recording before anything may be concluded from it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.durations import BRIEF, HOLE
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act, Lane, Recording

FEW = 0.01
"""The share of questions that may have been missed where a single failure decides. What was not asked is counted and shown."""

_OK = OUTCOMES.index(Outcome.OK)
_UNKNOWN = OUTCOMES.index(Outcome.UNKNOWN)


def span(lane: Lane, since: float, until: float) -> range:
    """Positions of a lane's samples that were sent between two times."""
    return range(bisect_left(lane.sent, since), bisect_left(lane.sent, until))


def watched(lanes: Iterable[Lane], since: float, until: float) -> None:
    """Every lane was asked all through a stretch of time, and every outcome is one that has a name.

    A hole of at most :data:`~kubeskeptic.durations.HOLE` is allowed: it is shorter than the margin that every bound has.

    :raises Inconclusive: saying where nobody looked
    """
    for lane in lanes:
        _no_hole(lane, since, until)
        strange = sum(1 for at in span(lane, since, until) if lane.codes[at] == _UNKNOWN)
        if strange:
            raise Inconclusive(f"{strange} outcomes of “{lane.probe}” on {lane.node} are of no known kind")


def watched_unless(violated: bool, lanes: Iterable[Lane], since: float, until: float) -> None:
    """As :func:`watched`, but for what is violated by what *was* seen: no hole can make that undone.

    :raises Inconclusive: saying where nobody looked
    """
    if not violated:
        watched(lanes, since, until)


def clean_baseline(lanes: Iterable[Lane], act: Act, until: float | None = None) -> None:
    """Every lane was watched, and without a single failure, from the baseline's beginning on.

    :param until: when the fault was applied; the beginning of the act when there is none
    :raises Inconclusive: naming the lane that was dirty before anything was done
    """
    lanes = list(lanes)
    since, until = baseline_of(act), max(start_of(act), until or 0.0)
    watched(lanes, since, until)
    for lane in lanes:
        failed = sum(1 for at in span(lane, since, until) if lane.codes[at] != _OK)
        if failed:
            raise Inconclusive(
                f"the baseline of “{act.name}” was dirty: {failed} requests of “{lane.probe}” failed on {lane.node} "
                "before anything was done"
            )


def missed(lanes: Iterable[Lane], since: float, until: float) -> int:
    """How many questions were due and never asked, in sum; for claims of which a single failure decides.

    :raises Inconclusive: when it were more than :data:`FEW` of a lane's questions, or a hole in which one could hide
    """
    total = 0
    for lane in lanes:
        _no_hole(lane, since, until, max(BRIEF, 2.5 * lane.period))
        ticks = [lane.ticks[at] for at in span(lane, since, until)]
        lacking = max(ticks) - min(ticks) + 1 - len(set(ticks)) if ticks else 0
        if lacking > FEW * len(ticks):
            raise Inconclusive(
                f"{lacking} of {lacking + len(ticks)} questions of “{lane.probe}” on {lane.node} were never asked, and one "
                "failure among them would decide"
            )
        total += lacking
    return total


def recorded(recording: Recording, kinds: Sequence[str], since: float, until: float) -> None:
    """The watches of these kinds had no gap between two times.

    :raises Inconclusive: naming the gap
    """
    for gap in recording.gaps:
        if gap.source == "watch" and gap.resource in kinds and gap.touches(since, until):
            raise Inconclusive(f"the watch of {gap.resource} was interrupted where it matters: {gap.reason}")


def alive(recording: Recording, probe: str, *, but: str = "") -> list[Lane]:
    """The lanes of a probe on every node of the cluster, but one that was faulted.

    :raises Inconclusive: when a node was not watched from
    """
    lanes = [lane for lane in recording.lanes_of(probe) if lane.node != but]
    missing = set(recording.nodes) - {lane.node for lane in lanes} - {but}
    if missing:
        raise Inconclusive(f"nobody asked “{probe}” on {', '.join(sorted(missing))}")
    return lanes


def baseline_of(act: Act) -> float:
    """When an act's baseline began.

    :raises Inconclusive: when it did not
    """
    return _reached(act, act.baseline, "did not get to its baseline")


def start_of(act: Act) -> float:
    """When an act began, with its baseline settled.

    :raises Inconclusive: when it did not
    """
    return _reached(act, act.start, "did not begin")


def end_of(act: Act) -> float:
    """When an act ended.

    :raises Inconclusive: when it did not
    """
    return _reached(act, act.end, "did not come to its end")


def _reached(act: Act, when: float | None, otherwise: str) -> float:
    if when is None:
        raise Inconclusive(f"the act “{act.name}” {otherwise}")
    return when


def _no_hole(lane: Lane, since: float, until: float, allowed: float = 0.0) -> None:
    before = since
    allowed = allowed or max(HOLE, 2 * lane.period)
    for at in span(lane, since, until):
        if lane.sent[at] - before > allowed:
            break
        before = lane.sent[at]
    else:
        if until - before <= allowed:
            return
    raise Inconclusive(
        f"“{lane.probe}” on {lane.node} was not asked for more than {allowed:g} s, "
        f"{before - since:.1f} s into the {until - since:.0f} s that matter"
    )
