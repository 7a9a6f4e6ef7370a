"""For how long do requests fail?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.bounds import Bound
from kubeskeptic.checks.watching import clean_baseline, end_of, span, start_of, watched_unless
from kubeskeptic.findings import Finding, Measure, Verdict
from kubeskeptic.timeline import Act, Lane
from kubeskeptic.timeline.residue import stale

_OK = OUTCOMES.index(Outcome.OK)


@dataclass
class _Failing:
    """What failed on one lane. Times in Unix seconds."""

    node: str
    asked: int = 0
    failed: int = 0
    residue: int = 0
    start: float = 0.0
    last: float = 0.0
    end: float = 0.0
    """The next good answer after the last failure; the last failure when there was none."""
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def listed(self) -> str:
        return ", ".join(f"{count} {outcome}" for outcome, count in self.outcomes.most_common())


def fails_at_most(lanes: Sequence[Lane], act: Act, since: float, bound: Bound, *, syn_sent: float) -> Finding:
    """On every lane, the time from the first failed request to the end of failing is within a bound.

    Successes in between do not end it: with one of three endpoints gone, two of three requests succeed throughout.
    Residue (:mod:`kubeskeptic.timeline.residue`) is counted apart.

    :param since: when the fault was applied
    :param syn_sent: the nodes' SYN_SENT timeout in seconds
    """
    clean_baseline(lanes, act)
    end = end_of(act)
    seen = [_look(lane, since, end, syn_sent) for lane in lanes]
    worst = max(seen, key=lambda one: (one.seconds, one.failed))
    watched_unless(not bound.admits(worst.last - worst.start), lanes, since, end)
    failed, residue = sum(one.failed for one in seen), sum(one.residue for one in seen)
    why = f"No request failed on any of {len(lanes)} nodes."
    if failed:
        still = " and did not stop" if worst.end == worst.last else ""
        how = f"for {worst.seconds:.2f} s{still} at worst, on {worst.node} ({worst.listed})"
        why = f"Requests failed {how}; allowed are {bound.value:g} s."
    if residue:
        why += f" Counted apart: {residue} later ones that reused the source port of one that had timed out."
    return Finding(
        Verdict.HOLDS if bound.admits(worst.seconds) else Verdict.VIOLATED,
        why,
        measured={
            "failing": Measure(round(worst.seconds, 3), "s"),
            "failed": Measure(failed, "requests"),
            "failed by residue": Measure(residue, "requests"),
        },
        bounds={"failing": bound},
        nodes=tuple(lane.node for lane in lanes),
        window=(start_of(act), end),
        probes=tuple(dict.fromkeys(lane.probe for lane in lanes)),
        decisive=_decisive(worst, since),
    )


def never_fails(lanes: Sequence[Lane], act: Act, since: float) -> Finding:
    """Not one request fails on any lane from a time to the end of the act."""
    clean_baseline(lanes, act)
    end = end_of(act)
    seen = [_look(lane, since, end, syn_sent=0.0) for lane in lanes]
    worst = max(seen, key=lambda one: one.failed)
    watched_unless(bool(worst.failed), lanes, since, end)
    failed, asked = sum(one.failed + one.residue for one in seen), sum(one.asked for one in seen)
    why = (
        f"{failed} of {asked} requests failed, most on {worst.node} ({worst.listed}); none may."
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


def _look(lane: Lane, since: float, until: float, syn_sent: float) -> _Failing:
    """Everything that failed on a lane as one stretch, residue apart."""
    seen = _Failing(lane.node, start=since, last=since, end=since)
    leftover = stale(lane, syn_sent)
    for at in span(lane, since, until):
        seen.asked += 1
        code, sent = lane.codes[at], lane.sent[at]
        if at in leftover:
            seen.residue += 1
        elif code != _OK:
            seen.start = seen.start if seen.failed else sent
            seen.failed += 1
            seen.last = seen.end = sent
            seen.outcomes[OUTCOMES[code]] += 1
        elif seen.failed and seen.end == seen.last:
            seen.end = sent
    return seen


def _decisive(worst: _Failing, since: float) -> tuple[str, ...]:
    if not worst.failed:
        return ()
    times = f"first failure {worst.start - since:.2f} s and last {worst.last - since:.2f} s after the fault"
    return (f"{worst.node}: {times}, {worst.failed} requests failed ({worst.listed})",)
