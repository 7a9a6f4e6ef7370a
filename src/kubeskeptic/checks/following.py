"""How lookups followed the right answers: which were stale and for how long, which failed, and how long they took.

CoreDNS caches answers and denials, which have no records, each for a time of its own: each has a bound of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kubeskeptic.agent.answered_by import DnsAnswer
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import CACHE_DENIAL, Bound, Interval
from kubeskeptic.checks.failures import answered_in
from kubeskeptic.checks.lanes import asked_at, is_late, never_asked, span
from kubeskeptic.checks.lasting import seen_until
from kubeskeptic.checks.staleness import Answers, Records, RightAnswer, staleness
from kubeskeptic.counting import counted
from kubeskeptic.findings import Finding, Measure, conclude, largest, seconds
from kubeskeptic.timeline import Act, Lane

_NO_LOOKUP = Bound(0, "lookups", "none may fail")
_ANSWERED = (Outcome.OK, Outcome.WRONG, Outcome.NXDOMAIN)
_RCODES = ("NOERROR", "NXDOMAIN")
_TOLD = 4
"""The number of failed lookups that are told one by one."""


class Stalest(NamedTuple):
    """The stalest answer of some lanes: for how long it had been out of date, on which node, and which lookup it was."""

    seconds: Interval = Interval(0.0, 0.0)
    node: str = ""
    lookup: str = ""
    records: Records = frozenset()

    def or_(self, other: Stalest) -> Stalest:
        """Return the staler of the two; each end of its interval is the larger one of both."""
        first = max(self, other, key=lambda one: (one.seconds.high, one.seconds.low))
        return first._replace(seconds=largest((self.seconds, other.seconds)))


@dataclass
class LaneAnswers:
    """The results of some lanes: the numbers of lookups by kind, and the most addresses and the largest TTL of any answer."""

    asked: int = 0
    failed: int = 0
    unknown: int = 0
    late: int = 0
    denials: int = 0
    most: int = 0
    kept: int = 0
    answer: Stalest = field(default_factory=Stalest)
    denial: Stalest = field(default_factory=Stalest)
    failures: list[str] = field(default_factory=list)

    @property
    def stalest(self) -> Stalest:
        """The stalest answer or denial."""
        return self.answer.or_(self.denial)

    def also(self, other: LaneAnswers) -> None:
        """Add the results of other lanes."""
        for count in ("asked", "failed", "unknown", "late", "denials"):
            setattr(self, count, getattr(self, count) + getattr(other, count))
        self.most, self.kept = max(self.most, other.most), max(self.kept, other.kept)
        self.answer, self.denial = self.answer.or_(other.answer), self.denial.or_(other.denial)
        self.failures += other.failures

    def answered(self, records: Records, ttl: int, stale: Stalest) -> None:
        """Count an answer or, if it has no records, a denial."""
        if records:
            self.most, self.kept = max(self.most, len(records)), max(self.kept, ttl)
            self.answer = self.answer.or_(stale)
        else:
            self.denials += 1
            self.denial = self.denial.or_(stale)

    def not_answered(self, outcome: Outcome, lookup: str) -> None:
        """Count a lookup without an answer, which may have failed if its outcome is not known."""
        if outcome is Outcome.UNKNOWN:
            self.unknown += 1
            return
        self.failed += 1
        self.failures += [f"{lookup}: {outcome}"] if self.failed <= _TOLD else []


def _look(act: Act, lane: Lane, right: list[RightAnswer], read: Callable[[str], str]) -> LaneAnswers:
    seen, answers, watched = LaneAnswers(), Answers(), seen_until(act)
    for at in span(lane, act.baseline, act.end):
        sample = lane[at]
        seen.asked += 1
        answer = DnsAnswer.of(sample.by)
        if sample.outcome not in _ANSWERED or answer.rcode not in _RCODES:
            seen.not_answered(sample.outcome, asked_at(act, lane, at))
            continue
        records = frozenset(map(read, answer.records))
        answers.add(records)
        stale = staleness(right, sample, lane.doubt, records, answers.left)
        stale = Interval(0.0, stale.high) if sample.sent + sample.took > watched else stale
        lookup = asked_at(act, lane, at) if stale.high > 0 else ""
        seen.late += is_late(lane, at)
        seen.answered(records, answer.ttl or 0, Stalest(stale, lane.node, lookup, records))
    return seen


def followed(
    act: Act, probes: tuple[str, ...], right: list[RightAnswer], read: Callable[[str], str], most: Bound | None = None
) -> Finding:
    """Return whether the answers to some probes followed the right ones: each within the case's bound of a change, or a denial
    within the time for which denials are cached.

    :param right: the right answers over time
    :param read: returns what is compared of a record
    :param most: the most records that one answer may have; None if that is not limited
    """
    changes = [one for one in right if one.since.high > act.baseline]
    lanes = {probe: act.lanes(probe) for probe in probes}
    by_probe, seen = {probe: LaneAnswers() for probe in probes}, LaneAnswers()
    for probe, ones in lanes.items():
        for lane in ones:
            by_probe[probe].also(_look(act, lane, right, read))
        seen.also(by_probe[probe])
    every = [lane for ones in lanes.values() for lane in ones]
    limits = {"stale": act.bound}
    limits |= {"stale denial": CACHE_DENIAL.at_most(act.settings)} if seen.denials else {}
    ttl = Bound(act.settings["TTL"], "s", "ttl in the Corefile")
    finding = conclude(
        _told(by_probe, seen, len(changes), limits, most, ttl),
        {**_measured(seen, every, act), "changes": Measure(len(changes), "changes")},
        {**limits, "failed": _NO_LOOKUP, "TTL": ttl, **({"most addresses": most} if most else {})},
        nodes=tuple(dict.fromkeys(lane.node for lane in every)),
        window=(act.baseline, act.end),
        probes=probes,
        decisive=tuple(_decisive(act, by_probe, seen, changes))[:8],
    )
    return _lasting(act, finding, changes, max(limits.values(), key=lambda bound: bound.value))


def _lasting(act: Act, finding: Finding, changes: Sequence[RightAnswer], bound: Bound) -> Finding:
    """Return the finding; it is *holds* only if the answers had something to follow, and the time to do so."""
    if finding.verdict != "holds":
        return finding
    if not changes:
        return finding.but(f"The Ready pods did not change in “{act.name}”, so the answers had nothing to follow")
    lasted = act.end - changes[-1].since.high
    early = f"The act ended {lasted:.1f} s after the last change, before the bound had passed"
    return finding.but(early) if bound.admits(lasted) else finding


def _measured(seen: LaneAnswers, lanes: Sequence[Lane], act: Act) -> dict[str, Measure]:
    return {
        "stale": seconds(seen.answer.seconds),
        **({"stale denial": seconds(seen.denial.seconds)} if seen.denials else {}),
        "failed": Measure(seen.failed, "lookups", seen.failed, seen.failed + seen.unknown),
        "most addresses": Measure(seen.most, "addresses"),
        "TTL": Measure(seen.kept, "s"),
        "asked": Measure(seen.asked, "lookups"),
        "late": Measure(seen.late, "lookups"),
        "never asked": Measure(never_asked(lanes, act.baseline, act.end), "lookups"),
        **answered_in(lanes, act.baseline, act.end),
    }


def _decisive(
    act: Act, by_probe: Mapping[str, LaneAnswers], seen: LaneAnswers, changes: Iterable[RightAnswer]
) -> Iterable[str]:
    """Yield the failed lookups, the stalest answer of each probe, and since when other answers were right."""
    yield from seen.failures[:_TOLD]
    for one in (of_probe.stalest for of_probe in by_probe.values()):
        if one.seconds.high > 0:
            yield f"{one.lookup}: {_listed(one.records)}, {one.seconds.high:.2f} s out of date"
    yield from (f"right from {one.since.high - act.start:+.2f} s on: {_listed(one.records)}" for one in changes)


def _told(
    by_probe: Mapping[str, LaneAnswers],
    seen: LaneAnswers,
    changes: int,
    limits: Mapping[str, Bound],
    most: Bound | None,
    ttl: Bound,
) -> str:
    if most and not most.admits(seen.most):
        return f"The name resolved to {seen.most} addresses at once."
    if seen.failed:
        bad = [f"{one.failed} of “{probe}”" for probe, one in by_probe.items() if one.failed]
        which = f" ({', '.join(bad)})" if len(by_probe) > 1 else ""
        return f"{seen.failed} of {seen.asked} lookups failed{which}; none may."
    if not ttl.admits(seen.kept):
        return f"An answer had a TTL of {seen.kept} s; the Corefile allows {ttl.value:g} s."
    told, worst = "none was stale", seen.stalest
    if worst.seconds.high:
        told = f"the stalest was {worst.seconds.high:.2f} s out of date, {_listed(worst.records)} on {worst.node}"
        stale = {probe: one.stalest.seconds.high for probe, one in by_probe.items()}
        if len(by_probe) > 1:
            each = (f"“{probe}”: {f'{long:.2f} s' if long else 'none stale'}" for probe, long in stale.items())
            told += f" ({', '.join(each)})"
    bound, denial = limits["stale"], limits.get("stale denial")
    limit = f"the limit is {bound.value:g} s"
    limit += f", and {denial.value:g} s for an answer without records" if denial and denial.value != bound.value else ""
    return f"{seen.asked} lookups followed {counted(changes, 'change')} of the Ready pods: {told}; {limit}."


def _listed(records: Records) -> str:
    return ", ".join(sorted(records)) or "no record"
