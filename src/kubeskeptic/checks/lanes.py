"""What a lane's samples say by themselves: which lie in a stretch of time, where none was sent, which were answered late.

An answer that came only after a retransmission is to the client as wrong as a failure, however good it is.
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
    """Return until when a lane was asked from a moment on without a hole and with known outcomes: what is said not to have
    happened is known until then.
    """
    hole = _first_hole(lane, since, until, max(HOLE, 2 * lane.period))
    unknown = next((lane.sent[at] for at in span(lane, since, until) if lane.codes[at] == _UNKNOWN), until)
    return min(until if hole is None else hole, unknown)


def never_asked(lanes: Iterable[Lane], since: float, until: float) -> int:
    """Return how many questions were due between two times and never asked, in sum over the lanes."""
    return sum(missing(lane, since, until) for lane in lanes)


def _first_hole(lane: Lane, since: float, until: float, allowed: float) -> float | None:
    """When a stretch longer than ``allowed`` begins in which a lane was not asked; None when there is none."""
    before = since
    for at in span(lane, since, until):
        if lane.sent[at] - before > allowed:
            return before
        before = lane.sent[at]
    return before if until - before > allowed else None


def missing(lane: Lane, since: float, until: float) -> int:
    """Return how many ticks between a lane's first and last sample in a stretch have no sample."""
    ticks = {lane.ticks[at] for at in span(lane, since, until)}
    return max(ticks) - min(ticks) + 1 - len(ticks) if ticks else 0


def is_late(lane: Lane, at: int) -> bool:
    """Return whether a question of a lane was answered late, as far as its agent can tell."""
    return lane.took[at] > LATE


def surely_late(act: Act, lane: Lane, at: int) -> bool:
    """Return whether an answer came late for sure: one read at the end of a stall of its agent may have come before."""
    sent, took = lane.sent[at], lane.took[at]
    for stall in act.recording.stalls:
        doubt = stall.doubt + lane.doubt
        if stall.node == lane.node and stall.since - doubt <= sent + lane.took[at] <= stall.until + doubt + LATE / 10:
            took = min(took, max(stall.since - doubt - sent, 0.0))
    return took > LATE
