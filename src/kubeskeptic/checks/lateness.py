"""Which answers came only after a retransmission: to the client they are as wrong as a failure, however good the answer."""

from __future__ import annotations

from kubeskeptic.durations import LATE
from kubeskeptic.timeline import Act, Lane


def is_late(lane: Lane, at: int) -> bool:
    """Return whether a question of a lane was answered late, as far as its agent can tell."""
    return lane.took[at] > LATE


def surely_late(act: Act, lane: Lane, at: int) -> bool:
    """Return whether an answer came late for sure: one read at the end of a stall of its agent may have come before."""
    sent, read = lane.sent[at], lane.sent[at] + lane.took[at]
    came = read
    for stall in act.recording.stalls:
        doubt = stall.doubt + lane.doubt
        if stall.node == lane.node and stall.since - doubt <= read <= stall.until + doubt + LATE / 10:
            came = min(came, max(stall.since - doubt, sent))
    return came - sent > LATE
