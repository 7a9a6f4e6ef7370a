"""Basic facts about a lane's samples: which lie in a stretch of time, where requests are missing, which answers were late.

For the client, an answer that came only after a retransmission is as bad as a failure, even if its content is right.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.durations import HOLE, LATE
from kubeskeptic.timeline import Act, Lane

_UNKNOWN = OUTCOMES.index(Outcome.UNKNOWN)


def span(lane: Lane, since: float, until: float) -> range:
    """Return the positions of a lane's samples that were sent between two times."""
    return range(bisect_left(lane.sent, since), bisect_left(lane.sent, until))


def asked_until(lane: Lane, since: float, until: float) -> float:
    """Return the time up to which, from ``since`` on, a lane's requests were sent without a hole and have known outcomes. Only
    up to then is it certain that something did not happen.
    """
    hole = _first_hole(lane, since, until, max(HOLE, 2 * lane.period))
    unknown = next((lane.sent[at] for at in span(lane, since, until) if lane.codes[at] == _UNKNOWN), until)
    return min(until if hole is None else hole, unknown)


def never_asked(lanes: Iterable[Lane], since: float, until: float) -> int:
    """Return how many requests were due between two times but never sent, as the sum over the lanes."""
    return sum(missing(lane, since, until) for lane in lanes)


def _first_hole(lane: Lane, since: float, until: float, allowed: float) -> float | None:
    """Return the start of the first stretch longer than ``allowed`` without requests on a lane; None if there is none."""
    before = since
    for at in span(lane, since, until):
        if lane.sent[at] - before > allowed:
            return before
        before = lane.sent[at]
    return before if until - before > allowed else None


def missing(lane: Lane, since: float, until: float) -> int:
    """Return the number of ticks without a sample between a lane's first and last sample in a stretch."""
    ticks = {lane.ticks[at] for at in span(lane, since, until)}
    return max(ticks) - min(ticks) + 1 - len(ticks) if ticks else 0


def is_late(lane: Lane, at: int) -> bool:
    """Return whether a request of a lane was answered late, as far as its agent can tell."""
    return lane.took[at] > LATE


def surely_late(act: Act, lane: Lane, at: int) -> bool:
    """Return whether an answer was certainly late: one read at the end of a stall of its agent may have arrived earlier."""
    sent, took = lane.sent[at], lane.took[at]
    for stall in act.recording.stalls:
        doubt = stall.doubt + lane.doubt
        if stall.node == lane.node and stall.since - doubt <= sent + lane.took[at] <= stall.until + doubt + LATE / 10:
            took = min(took, max(stall.since - doubt - sent, 0.0))
    return took > LATE


def asked_at(act: Act, lane: Lane, at: int) -> str:
    """Return, in words, which request of a lane this is: its node, its probe, and when it was sent in the act."""
    return f"{lane.node} asked “{lane.probe}” at {lane.sent[at] - act.start:+.2f} s"
