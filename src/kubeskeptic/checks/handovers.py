"""When does a node's lane switch from the old pods of a service to the new ones?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import SYN_SENT, Interval
from kubeskeptic.checks.lanes import asked_until, is_late, span, surely_late
from kubeskeptic.checks.lasting import NEVER
from kubeskeptic.checks.ports import asked_by_new
from kubeskeptic.durations import LATE
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import identity
from kubeskeptic.timeline.stale_conntrack import after_silence, stale


@dataclass(frozen=True)
class Handover:
    """One lane after a change: seconds from the change to the last answer from the old pods, to the first from the new pods,
    and to the last request that failed or was answered late, except those that matched a stale conntrack entry.
    """

    node: str
    old: Interval
    new: Interval
    failing: Interval
    answers_of_new: int
    failed: int


def handover(
    act: Act, lane: Lane, since: Interval, until: float, before: Collection[str], after: Collection[str]
) -> Handover:
    """Return when a lane switched from the old pods to the new ones, as observed up to ``until``. The times of the answers
    count, because a request that was sent early may be answered late.

    An answer from the new pods that came before the change for sure rules out *holds*.
    """
    old = Interval(0.0, 0.0)
    new = Interval(max(asked_until(lane, since.high, until) - since.high, 0.0), NEVER)
    failed = answers = 0
    for at in span(lane, since.low, until):
        by, known = _answer(lane, at, since)
        failed += not by and lane[at].outcome is not Outcome.UNKNOWN
        if by in before:
            old = max(old, known, key=lambda one: one.high)
        elif by in after:
            new, answers = min(new, known, key=lambda one: one.high), answers + 1
        elif by:
            raise Inconclusive(f"{lane.node} got an answer from {by}, which is neither the old nor the new pod")
    act.watched("EndpointSlice", "Pod")
    asked_by_new(act, lane.probe)
    act.reading.doubts += _too_early(act, lane, since, after)
    return Handover(lane.node, old, new, failing_since(act, lane, since, until), answers, failed)


def _answer(lane: Lane, at: int, since: Interval) -> tuple[str, Interval]:
    """Return the pod that answered a request, and how long after a change; an empty name if the request failed."""
    sample = lane[at]
    by = identity(sample.by)[0] if sample.outcome is Outcome.OK else ""
    came = sample.sent + sample.took
    # An answer that took longer is to a retransmitted packet, and nothing arrived before that.
    return by, Interval(came - min(sample.took, LATE) - lane.doubt, came + lane.doubt).since(since).not_negative()


def _too_early(act: Act, lane: Lane, since: Interval, after: Collection[str]) -> Iterator[str]:
    """Yield, at most once, that the new pods had answered before the change: a clock or a record is wrong."""
    answers = (_answer(lane, at, since) for at in span(lane, act.baseline, since.low))
    early = [known.high for by, known in answers if by in after and known.high < 0]
    if early:
        yield (
            f"{lane.node} got an answer from {', '.join(sorted(after))} {-min(early):.1f} s before that can be: "
            "a clock or a record is wrong"
        )


def failing_since(act: Act, lane: Lane, since: Interval, until: float) -> Interval:
    """Return how long after a change the last troubled request was sent: one that failed, or was certainly (lower end) or
    possibly (upper end) answered only after a retransmission, and matched no stale conntrack entry.
    """
    syn_sent = SYN_SENT.value(act.settings_on(lane.node))
    apart = stale(lane, syn_sent) | after_silence(lane, syn_sent)
    known = [at for at in span(lane, since.low, until) if at not in apart and lane[at].outcome is not Outcome.UNKNOWN]
    surely, perhaps = (
        max((lane.sent[at] for at in known if lane[at].failed or late(at)), default=-NEVER)
        for late in (partial(surely_late, act, lane), partial(is_late, lane))
    )
    if perhaps == -NEVER:
        return Interval(0.0, 0.0)
    return Interval(surely - lane.doubt, perhaps + lane.doubt).since(since).not_negative()
