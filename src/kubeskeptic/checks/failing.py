"""For how long do requests fail?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.watching import clean_baseline, end_of, missed, span, start_of, watched, watched_unless
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, Verdict
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.stale_conntrack import stale

_OK = OUTCOMES.index(Outcome.OK)
_UNKNOWN = OUTCOMES.index(Outcome.UNKNOWN)


@dataclass
class _Failing:
    """What failed on one lane after ``since``. Times in Unix seconds. Outcomes of no known kind are for others to judge."""

    node: str
    since: float
    asked: int = 0
    failed: int = 0
    residue: int = 0
    first: float = 0.0
    last: float = 0.0
    end: float | None = None
    """The first good answer after the last failure; None when there was none."""
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    @property
    def seconds(self) -> float:
        """From the fault to the end of failing: at least that long, when failing did not end."""
        return (self.last if self.end is None else self.end) - self.since if self.failed else 0.0

    @property
    def listed(self) -> str:
        """How often it failed in which way, the most frequent first: ``18 timeout, 4 refused``."""
        return ", ".join(f"{count} {outcome}" for outcome, count in self.outcomes.most_common())


def fails_at_most(lanes: Sequence[Lane], act: Act, since: float, bound: Bound, *, syn_sent: float) -> Finding:
    """On every lane, the time from a fault to the end of failing is within a bound.

    Successes in between do not end it: with one of three endpoints gone, two of three requests succeed throughout.
    Residue (:mod:`kubeskeptic.timeline.stale_conntrack`) is counted apart.

    :param since: when the fault was applied
    :param syn_sent: the nodes' SYN_SENT timeout in seconds
    :raises Inconclusive: when too little was seen, as an act that ended before the bound had passed
    """
    clean_baseline(lanes, act, until=since)
    end = end_of(act)
    seen = [_look(lane, since, end, syn_sent) for lane in lanes]
    worst = max(seen, key=lambda one: (one.seconds, one.failed))
    within = bound.admits(worst.seconds)
    if within:
        watched(lanes, since, end)
        _seen_to_its_end(seen, end, since, bound)
    failed, residue = sum(one.failed for one in seen), sum(one.residue for one in seen)
    return Finding(
        Verdict.HOLDS if within else Verdict.VIOLATED,
        _told(worst, failed, residue, bound, len(lanes)),
        measured={
            "failing": Measure(round(worst.seconds, 3), "s"),
            "failed": Measure(failed, "requests"),
            "failed by residue": Measure(residue, "requests"),
        },
        bounds={"failing": bound},
        nodes=tuple(lane.node for lane in lanes),
        window=(start_of(act), end),
        probes=tuple(dict.fromkeys(lane.probe for lane in lanes)),
        decisive=_decisive(worst),
    )


def never_fails(lanes: Sequence[Lane], act: Act, since: float) -> Finding:
    """Not one request fails on any lane from a time to the end of the act.

    :raises Inconclusive: when too little was seen; a few questions that were never asked are counted and said
    """
    clean_baseline(lanes, act, until=since)
    end = end_of(act)
    seen = [_look(lane, since, end) for lane in lanes]
    worst = max(seen, key=lambda one: one.failed)
    watched_unless(bool(worst.failed), lanes, since, end)
    lacking = 0 if worst.failed else missed(lanes, since, end)
    failed, asked = sum(one.failed for one in seen), sum(one.asked for one in seen)
    why = (
        f"{failed} of {asked} requests failed, most on {worst.node} ({worst.listed}); none may."
        if failed
        else f"None of {asked} requests failed, asked from {len(lanes)} nodes."
    )
    return Finding(
        Verdict.VIOLATED if failed else Verdict.HOLDS,
        why,
        measured={
            "failed": Measure(failed, "requests"),
            "asked": Measure(asked, "requests"),
            "never asked": Measure(lacking, "requests"),
        },
        bounds={"failed": Bound(0, "requests", "none may fail")},
        nodes=tuple(lane.node for lane in lanes),
        window=(start_of(act), end),
        probes=tuple(dict.fromkeys(lane.probe for lane in lanes)),
        decisive=_decisive(worst),
    )


def _look(lane: Lane, since: float, until: float, syn_sent: float | None = None) -> _Failing:
    """Everything that failed on a lane; residue apart, where the life of a stale entry is given."""
    seen = _Failing(lane.node, since)
    leftover = stale(lane, syn_sent) if syn_sent is not None else frozenset()
    for at in span(lane, since, until):
        seen.asked += 1
        code, sent = lane.codes[at], lane.sent[at]
        if at in leftover:
            seen.residue += 1
        elif code == _OK:
            seen.end = sent if seen.failed and seen.end is None else seen.end
        elif code != _UNKNOWN:
            seen.first = seen.first if seen.failed else sent
            seen.failed += 1
            seen.last, seen.end = sent, None
            seen.outcomes[OUTCOMES[code]] += 1
    return seen


def _seen_to_its_end(seen: Sequence[_Failing], end: float, since: float, bound: Bound) -> None:
    """Nothing still failed when the act ended, and the act went on for longer than the bound.

    :raises Inconclusive: otherwise; what might still have come was not seen
    """
    for one in seen:
        if one.failed and one.end is None:
            raise Inconclusive(
                f"requests on {one.node} still failed when the act ended, {end - since:.1f} s after the fault"
            )
    if bound.admits(end - since):
        raise Inconclusive(
            f"the act ended {end - since:.1f} s after the fault, before the bound of {bound.value:g} s passed"
        )


def _told(worst: _Failing, failed: int, residue: int, bound: Bound, lanes: int) -> str:
    why = f"No request failed on any of {lanes} nodes."
    if failed:
        still = "were still failing" if worst.end is None else "failed until"
        why = (
            f"Requests {still} {worst.seconds:.2f} s after the fault on {worst.node} ({worst.listed}); "
            f"allowed are {bound.value:g} s."
        )
    if residue:
        why += f" Counted apart: {residue} later ones that reused the source port of one that had timed out."
    return why


def _decisive(worst: _Failing) -> tuple[str, ...]:
    if not worst.failed:
        return ()
    times = f"first failure {worst.first - worst.since:.2f} s and last {worst.last - worst.since:.2f} s after the fault"
    return (f"{worst.node}: {times}, {worst.failed} requests failed ({worst.listed})",)
