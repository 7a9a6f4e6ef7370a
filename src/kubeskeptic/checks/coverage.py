"""What keeps *holds* from being said: what was not asked, not watched, not known, or not watched for long enough.

Nothing here is looked at where a violation was seen, which stays one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.checks import played
from kubeskeptic.checks.lanes import missing, span
from kubeskeptic.durations import BRIEF, HOLE
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.stalls import stood_still

FEW = 0.01
"""The share of a lane's questions that may never have been asked, where that is more than one tolerated hole has: what is no
gap in one piece is none in several, however short the stretch. They are counted and shown, and where a share of failures is
limited they count as failed."""
_OK = OUTCOMES.index(Outcome.OK)
_UNKNOWN = OUTCOMES.index(Outcome.UNKNOWN)


def lacking(act: Act) -> Iterator[str]:
    """What keeps *holds* from being said, one sentence each."""
    reading = act.reading
    if not reading.lanes and not reading.kinds and not reading.tables:
        yield "The check read no lane, no API object and no table"
    yield from (f"Not all of it was played: {why}" for why in reading.unfinished)
    yield from played.lacking(act)
    for probe, (since, until) in reading.lanes.items():
        lanes = act.lanes(probe, until=until)
        yield from _not_asked(act, probe, lanes, since, until)
        yield from _unknown_pods(act, probe, lanes, since, until)
        yield from _shared_hole(act, lanes, since, until)
    for kind, (since, until) in reading.kinds.items():
        for gap in act.recording.gaps:
            if gap.source == "watch" and gap.resource == kind and gap.touches(since, until):
                yield f"The watch of {kind} was interrupted where it matters: {gap.reason}"
    for lasted, bound in reading.lasting:
        if bound.admits(lasted.low):
            yield f"The act ended {lasted.low:.1f} s after the fault, before the bound of {bound.value:g} s had passed"


def _not_asked(act: Act, probe: str, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    unasked = _nodes(act, since, until) - {lane.node for lane in lanes} - act.taken_away()
    if unasked:
        yield f"“{probe}” was not asked from {', '.join(sorted(unasked))}"
    for lane in lanes:
        strict = probe in act.reading.unbroken
        allowed = max(BRIEF, 2.5 * lane.period) if strict else max(HOLE, 2 * lane.period)
        hole = _hole(act, [lane], since, until, allowed)
        if hole:
            yield (
                f"“{probe}” on {lane.node} was not asked for more than {allowed:g} s, {hole[0] - since:.1f} s into the "
                f"{until - since:.0f} s that matter"
            )
        asked, absent = len(span(lane, since, until)), missing(lane, since, until)
        if absent - _not_due(act, lane, since, until) > max(FEW * asked, allowed / lane.period):
            yield f"{absent} of {absent + asked} questions of “{probe}” on {lane.node} were never asked"
        unknown = sum(1 for i in span(lane, since, until) if lane.codes[i] == _UNKNOWN)
        if unknown:
            yield f"{unknown} outcomes of “{probe}” on {lane.node} are not known"


def _unknown_pods(act: Act, probe: str, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    """Yield good answers from no recorded pod: a pod is identified by its name and uid, not by its name alone."""
    if act.recording.specs.get(probe, {}).get("qname"):
        return  # it is DNS that answers, with records
    known = {(change.name, change.uid) for change in act.recording.of_kind("Pod")}
    names = {change.name for change in act.recording.of_kind("Pod")}
    for lane in lanes:
        pods = [AnsweringPod.of(by) for by in lane.names]
        strange = {
            at for at, pod in enumerate(pods) if pod.name in names and pod.uid and (pod.name, pod.uid) not in known
        }
        answered = {lane.bys[at] for at in span(lane, since, until) if lane.codes[at] == _OK} if strange else set()
        for by in sorted(strange & answered):
            yield f"{pods[by].name} answered “{probe}” on {lane.node} under a uid that no pod of this name had"


def _nodes(act: Act, since: float, until: float) -> set[str]:
    """The nodes of the cluster in a stretch of time, with those that joined in it."""
    joined = {c.name for c in act.recording.of_kind("Node") if c.type == "ADDED" and since <= c.seen <= until}
    joined |= {node for node, at in act.recording.joined.items() if at <= until}
    return set(act.recording.nodes) | joined


def _shared_hole(act: Act, lanes: list[Lane], since: float, until: float) -> Iterator[str]:
    """A stretch in which no lane at all was asked: however short, an event that all clients felt would hide in it."""
    hole = _hole(act, lanes, since, until, 2.5 * min(lane.period for lane in lanes)) if len(lanes) > 1 else None
    if hole:
        yield (
            f"“{lanes[0].probe}” was asked from no node at all for {hole[1] - hole[0]:.3f} s, {hole[0] - since:.1f} s into "
            f"the {until - since:.0f} s that matter"
        )


def _hole(act: Act, lanes: list[Lane], since: float, until: float, allowed: float) -> tuple[float, float] | None:
    """The first stretch in which none of some lanes was asked for longer than is allowed, although their machine ran.

    A standstill is no excuse for more than HOLE: the cluster's leases and time limits go by the clock, which went on.
    """
    nodes, doubt = {lane.node for lane in lanes}, max(lane.doubt for lane in lanes)
    sent = sorted(lane.sent[at] for lane in lanes for at in span(lane, since, until))
    for before, after in zip([since, *sent], [*sent, until], strict=True):
        lasted = after - before
        if lasted > allowed:
            still = stood_still(act.recording.standstills, nodes, before + doubt, after - doubt)
            if lasted - min(still, HOLE) > allowed:
                return before, after
    return None


def _not_due(act: Act, lane: Lane, since: float, until: float) -> int:
    """How many of a lane's missing questions would have been asked while its machine stood still."""
    found, seen = 0, span(lane, since, until)
    for before, after in pairwise(seen) if act.recording.standstills else ():
        skipped = lane.ticks[after] - lane.ticks[before] - 1
        if skipped > 0:
            stretch = lane.sent[before] + lane.doubt, lane.sent[after] - lane.doubt
            still = stood_still(act.recording.standstills, {lane.node}, *stretch)
            found += min(skipped, int(min(still, HOLE) / lane.period))
    return found
