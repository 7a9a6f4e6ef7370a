"""Failures on a lane after a fault: how many, with which outcomes, for how long, and their share in each second.

Two causes of failure are distinguished. *Routing*: the node's rules still contain an endpoint that is gone. *Stale conntrack*
(:mod:`kubeskeptic.timeline.stale_conntrack`): the rules are correct, but a connection reuses the source port of one that timed
out before. The second kind is counted separately.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import SYN_SENT, Bound, Interval
from kubeskeptic.checks.lanes import is_late, never_asked, span, surely_late
from kubeskeptic.checks.ports import PORTS_OF_CONNECT, most_by_chance
from kubeskeptic.checks.shares import LaneSecond, worst_of
from kubeskeptic.counting import counted
from kubeskeptic.durations import MARGIN, STRETCH
from kubeskeptic.findings import Measure
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.endpoints import strangers
from kubeskeptic.timeline.stale_conntrack import SILENT, after_silence, stale

_OK = OUTCOMES.index(Outcome.OK)
_UNKNOWN = OUTCOMES.index(Outcome.UNKNOWN)
ENDPOINTS = ("EndpointSlice", "Pod", "Service")
"""Kinds that show which pods may answer. Where their watch had a gap, a stranger may have been an endpoint."""
MANY = 10
"""Requests of a stretch that cannot all have matched a stale conntrack entry by chance."""


@dataclass
class Failures:
    """The failures of one lane after a fault. Times are in Unix seconds, subject to the uncertainty of the agent's clock."""

    lane: Lane
    since: Interval
    asked: int = 0
    failed: int = 0
    """Failed requests, except those that matched a stale conntrack entry."""
    unknown: int = 0
    late: int = 0
    misrouted: int = 0
    """Late answers whose first packet was lost by routing, and matched no stale conntrack entry."""
    last_late: float = 0.0
    """When the last of these that was certainly late was sent; 0.0 if none was."""
    in_time: float | None = None
    """When the first good answer in time after the last failure and the last late answer was sent; None if there was none."""
    wrong: int = 0
    """Answers from pods that were not endpoints of the service then; they are part of ``failed``."""
    stale: int = 0
    last: float = 0.0
    last_stale: float = 0.0
    end: float | None = None
    """When the first good answer after the last failure was sent; None if there was none."""
    outcomes: Counter[str] = field(default_factory=Counter)
    stretches: dict[int, LaneSecond] = field(default_factory=dict)

    @property
    def failing(self) -> Interval:
        """Seconds from the fault to the end of failing; the upper end is infinite if failing did not end."""
        if not self.failed:
            return Interval(0.0, 0.0)
        high = float("inf") if self.end is None else self.end + self.lane.doubt - self.since.low
        return Interval(max(self.last - self.lane.doubt - self.since.high, 0.0), max(high, 0.0))

    @property
    def troubled(self) -> Interval:
        """Seconds from the fault to the end of failures and late answers; late answers show that packets were still lost."""
        if not self.misrouted:
            return self.failing
        least = max(self.last if self.failed else 0.0, self.last_late) - self.lane.doubt - self.since.high
        most = float("inf") if self.in_time is None else self.in_time + self.lane.doubt - self.since.low
        return Interval(max(least, 0.0), max(most, 0.0))

    @property
    def listed(self) -> str:
        """The number of failures by outcome, the most frequent first: ``18 timeout, 4 refused``."""
        return ", ".join(f"{count} {what}" for what, count in self.outcomes.most_common())

    def stretch_of(self, when: float) -> LaneSecond:
        """Return the stretch that contains a moment."""
        return self.stretches.setdefault(int((when - self.since.low) // STRETCH), LaneSecond())

    def in_failing(self) -> list[LaneSecond]:
        """Return the stretches up to the last with a failure or a late answer: good times do not dilute the share."""
        last = max((number for number, one in self.stretches.items() if one.failed or one.late), default=-1)
        return [one for number, one in sorted(self.stretches.items()) if number <= last]


# -- looking -----------------------------------------------------------------------------------------------------------
def look_at(act: Act, lane: Lane, until: float | None = None) -> Failures:
    """Return the failures on a lane since the fault, with stale entries, late answers and strangers counted separately."""
    seen = Failures(lane, act.since)
    syn_sent = SYN_SENT.value(act.settings_on(lane.node))
    leftover, after, wrong = stale(lane, syn_sent), after_silence(lane, syn_sent), _strangers(act, lane)
    sure = act.watched(*ENDPOINTS)
    positions = span(lane, act.since.low, act.end if until is None else until)
    leftover -= _beyond_chance(act, lane, positions, leftover)
    older = leftover.intersection(positions) - stale(lane, syn_sent, act.since.low)
    if len(older) > _older_by_chance(act, lane, positions, syn_sent):
        act.reading.doubts.append(
            f"{counted(len(older), 'failure')} of “{lane.probe}” on {lane.node} matched conntrack entries that are older than "
            "the fault, more than chance explains: it is not known whether they would have failed without them"
        )
    for at in positions:
        _count(seen, at, at in leftover, at in wrong, sure)
        if lane.codes[at] == _OK and at not in wrong and is_late(lane, at) and at not in after:
            seen.misrouted, seen.in_time = seen.misrouted + 1, None
            surely = surely_late(act, lane, at)
            seen.stretch_of(lane.sent[at]).answered_late(surely=surely)
            seen.last_late = lane.sent[at] if surely else seen.last_late
    for before, at in pairwise(positions):
        for number in range(1, lane.ticks[at] - lane.ticks[before]):
            seen.stretch_of(lane.sent[before] + number * lane.period).unasked += 1
    return seen


def _older_by_chance(act: Act, lane: Lane, positions: Sequence[int], syn_sent: float) -> int:
    """Return how many of some requests may meet an entry by chance that was left before the fault. Such a request went where
    the entry leads, whatever the rules say then: it asked nothing about them.
    """
    before = span(lane, act.since.low - syn_sent - MARGIN, act.since.low)
    silent = {lane.ports[at] for at in before if lane.codes[at] in SILENT}
    return most_by_chance(len(positions) * len(silent) / PORTS_OF_CONNECT)


def _beyond_chance(act: Act, lane: Lane, positions: Sequence[int], leftover: Set[int]) -> frozenset[int]:
    """Return the failures that no conntrack entry explains: those of stretches in which all requests met one.

    A new connection meets an entry by chance, if it takes the source port of one that had timed out.
    """
    stretches: dict[int, list[int]] = defaultdict(list)
    for at in positions:
        stretches[int((lane.sent[at] - act.since.low) // STRETCH)].append(at)
    whole = (ones for ones in stretches.values() if len(ones) >= MANY and leftover >= set(ones))
    return frozenset(at for ones in whole for at in ones)


def _count(seen: Failures, at: int, leftover: bool, wrong: bool, sure: bool) -> None:
    lane, sent = seen.lane, seen.lane.sent[at]
    code = lane.codes[at]
    stretch = seen.stretch_of(sent)
    seen.asked += 1
    if leftover:
        seen.stale, seen.last_stale = seen.stale + 1, sent
        return
    stretch.asked += 1
    if code == _OK and not wrong:
        seen.late += is_late(lane, at)
        seen.end = sent if seen.failed and seen.end is None else seen.end
        seen.in_time = sent if seen.in_time is None else seen.in_time
        return
    if code == _UNKNOWN or (code == _OK and not sure):
        seen.unknown, stretch.unknown = seen.unknown + 1, stretch.unknown + 1
        return
    stretch.failed += 1
    seen.failed, seen.wrong = seen.failed + 1, seen.wrong + wrong
    seen.last, seen.end, seen.in_time = sent, None, None
    seen.outcomes["answered by a pod that was not an endpoint" if wrong else str(OUTCOMES[code])] += 1


def _strangers(act: Act, lane: Lane) -> frozenset[int]:
    """Return the positions of answers that came from no possible endpoint: pods on a node that is out cannot answer until it is
    back.
    """
    lag = act.settings_on(lane.node)["SYNC"] + MARGIN
    away = dict.fromkeys(act.taken_away(), (act.since.high, act.lifted))
    return strangers(act.recording, lane, lag, away)


# -- comparing ---------------------------------------------------------------------------------------------------------
def worst_share(seen: Sequence[Failures], share: float, source: str) -> tuple[Measure, Bound]:
    """Return the share of failed requests in the worst stretch of some lanes, and its bound; see :func:`worst_of`."""
    return worst_of([stretch for one in seen for stretch in one.in_failing()], share, source)


def counts(act: Act, probe: str, seen: Sequence[Failures]) -> dict[str, Measure]:
    """Return the numbers of requests that were sent, failed and late, and how long answers took."""
    since, until = act.reading.lanes[probe]
    counts = {
        "failed": sum(one.failed for one in seen),
        "failed by stale conntrack": sum(one.stale for one in seen),
        "late": sum(one.late for one in seen),
        "asked": sum(one.asked for one in seen),
        "never asked": never_asked([one.lane for one in seen], since, until),
    }
    measured = {name: Measure(count, "requests") for name, count in counts.items()}
    return measured | answered_in([one.lane for one in seen], act.since.low, until)


def answered_in(lanes: Sequence[Lane], since: float, until: float) -> dict[str, Measure]:
    """Return how long good answers took: the median, the 99th percentile and the maximum; nothing if there were none."""
    took = sorted(lane.took[at] for lane in lanes for at in span(lane, since, until) if lane.codes[at] == _OK)
    ranks = {"p50": 0.5, "p99": 0.99, "longest": 1.0} if took else {}
    return {
        f"answered in, {name}": Measure(round(took[int(rank * (len(took) - 1))], 3), "s")
        for name, rank in ranks.items()
    }
