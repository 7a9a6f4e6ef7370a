"""Verdicts and findings: the conclusions of checks, and the one place where a verdict is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

from kubeskeptic.bounds import Bound, Interval

T = TypeVar("T")


class Verdict(StrEnum):
    """The verdict on a claim on this cluster. Later members are worse."""

    HOLDS = "holds"
    SKIPPED = "skipped"
    INCONCLUSIVE = "inconclusive"
    VIOLATED = "violated"


class Post(StrEnum):
    """How a finding relates to the post's sentence, in addition to the verdict."""

    AGREES = "agrees"
    QUALIFIED = "qualified"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True)
class Measure:
    """A measured number with its unit ("s", "%", "requests", "pods", …).

    :param low: the lowest possible value, given the uncertainty of clocks and observations; by default ``value``
    :param high: the highest possible value; by default ``value``
    """

    value: float
    unit: str
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> Interval:
        """The interval in which the value is known to lie."""
        return Interval(self.value if self.low is None else self.low, self.value if self.high is None else self.high)

    @property
    def doubt(self) -> float:
        """The width of that interval."""
        return self.interval.high - self.interval.low

    def as_record(self) -> dict[str, Any]:
        """Return the measure as it appears in the journal; infinite ends are left out."""
        ends = {"low": self.low, "high": self.high}
        known = {name: round(end, 4) for name, end in ends.items() if end is not None and abs(end) != float("inf")}
        return {"value": self.value, "unit": self.unit} | known

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}"


def seconds(known: Interval) -> Measure:
    """Return a length of time as a measure. Its value is the upper end of the interval, or the lower end if the upper is
    infinite.
    """
    value = known.low if known.high == float("inf") else known.high
    return Measure(round(value, 3), "s", known.low, known.high)


def within(measured: Measure, bound: Bound) -> Verdict:
    """Return the verdict of one measured value on one bound.

    *Violated* if even the most favourable end of its interval is outside the bound, *holds* if even the least favourable end is
    inside; otherwise *inconclusive*.
    """
    kindest, harshest = measured.interval if not bound.at_least else reversed(measured.interval)
    if not bound.admits(kindest):
        return Verdict.VIOLATED
    return Verdict.HOLDS if bound.admits(harshest) else Verdict.INCONCLUSIVE


def gravest(several: Iterable[T], known: Callable[[T], tuple[Interval, Bound]]) -> T:
    """Return the node, pod or fault that decides the verdict: one that is certainly outside its bound, else one that may be
    outside, else the one closest to its bound. Both ends of each interval count: one end alone could hide a violation.

    :param known: returns the value measured for an item, in the bound's unit, and its bound
    :raises ValueError: if there are no items
    """

    def gravity(one: T) -> tuple[int, float, float]:
        """Return the severity of an item; greater is worse."""
        interval, bound = known(one)
        verdict = list(Verdict).index(within(Measure(interval.high, bound.unit, *interval), bound))
        least, most = sorted(bound.ratio(end) for end in interval)
        return (verdict, least, most) if verdict == list(Verdict).index(Verdict.VIOLATED) else (verdict, most, least)

    return max(several, key=gravity)


def largest(several: Iterable[Interval]) -> Interval:
    """Return the interval of the largest of several values: from the largest lower end to the largest upper end.

    :raises ValueError: if there are no values
    """
    lows, highs = zip(*several, strict=True)
    return Interval(max(lows), max(highs))


@dataclass(frozen=True)
class Finding:
    """The conclusion of one check.

    :param verdict: *holds*, *violated*, *inconclusive* or *skipped*
    :param why: one sentence with the numbers
    :param measured: the measured values, by name; a value whose name is also in ``bounds`` is compared with that bound
    :param bounds: the bounds that were applied, by name
    :param nodes: the nodes that observed, or that decided
    :param window: the start and end of the observed stretch, in Unix seconds
    :param probes: the probes whose lanes are shown with the finding in the report
    :param decisive: the samples or changes that decided, one sentence each, a handful at most
    :raises ValueError: if the verdict is *holds* but no measured value has a bound, or a value is not within its bound
    """

    verdict: Verdict
    why: str
    measured: Mapping[str, Measure] = field(default_factory=dict)
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    window: tuple[float, float] | None = None
    probes: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.verdict is not Verdict.HOLDS:
            return
        outside = [f"{name} {m} ({b})" for name, m, b, verdict in self.compared if verdict is not Verdict.HOLDS]
        if outside:
            raise ValueError(f"a finding that holds has values outside their bounds: {', '.join(outside)}")
        if not self.compared:
            raise ValueError("a finding that holds has no measured value with a bound: nothing was measured")

    @property
    def compared(self) -> list[tuple[str, Measure, Bound, Verdict]]:
        """Each measured value that has a bound, with its bound and verdict; the worst first."""
        pairs = ((name, m, self.bounds[name]) for name, m in self.measured.items() if name in self.bounds)
        judged = [(name, m, b, within(m, b)) for name, m, b in pairs]
        return sorted(judged, key=lambda one: -list(Verdict).index(one[3]))

    def but(self, why: str) -> Finding:
        """Return this finding as *inconclusive*, with the reason before its own sentence."""
        return replace(self, verdict=Verdict.INCONCLUSIVE, why=f"{why}. As far as observed: {self.why}")

    def as_record(self) -> dict[str, Any]:
        """Return the fields of a ``finding`` record of the journal."""
        return {
            "verdict": str(self.verdict),
            "why": self.why,
            "measured": {name: m.as_record() for name, m in self.measured.items()},
            "bounds": {name: bound.as_record() for name, bound in self.bounds.items()},
            "nodes": list(self.nodes),
            "window": list(self.window) if self.window else None,
            "probes": list(self.probes),
            "decisive": list(self.decisive),
        }


def conclude(why: str, measured: Mapping[str, Measure], bounds: Mapping[str, Bound], **more: Any) -> Finding:
    """Return the finding that follows from measured values and their bounds: no check chooses its own verdict.

    A value whose interval contains the bound makes the finding *inconclusive*, with the interval in its sentence. So does a
    length of time that is negative for sure: an effect cannot precede its cause, so a clock or a record is wrong.
    """
    verdicts = [(within(measured[name], bound), name) for name, bound in bounds.items() if name in measured]
    worst = max((verdict for verdict, _ in verdicts), key=list(Verdict).index, default=Verdict.INCONCLUSIVE)
    if worst is Verdict.INCONCLUSIVE:
        unsure = [name for verdict, name in verdicts if verdict is worst]
        why = f"{_unsure(unsure, measured, bounds)} {why}"
    finding = Finding(worst, why, measured, bounds, **more)
    negative = [name for name, one in measured.items() if one.unit == "s" and one.interval.high < 0]
    if negative and worst is Verdict.HOLDS:
        return finding.but(
            f"“{negative[0]}” is negative, {measured[negative[0]].value:g} s: a clock or a record is wrong"
        )
    return finding


def _unsure(names: Iterable[str], measured: Mapping[str, Measure], bounds: Mapping[str, Bound]) -> str:
    said = []
    for name in names:
        low, high = measured[name].interval
        most = "at least" if high == float("inf") else f"between {low:g} and"
        value = f"{low:g}" if high == float("inf") else f"{high:g}"
        said.append(f"“{name}” is {most} {value} {measured[name].unit}, against a bound of {bounds[name]}")
    return f"Not known precisely enough: {'; '.join(said)}." if said else "Nothing was compared with a bound."


def inconclusive(why: str, **more: Any) -> Finding:
    """Return an *inconclusive* finding."""
    return Finding(Verdict.INCONCLUSIVE, why, **more)


def skipped(why: str, **more: Any) -> Finding:
    """Return a *skipped* finding, for a claim that cannot be tested on this cluster."""
    return Finding(Verdict.SKIPPED, why, **more)


def all_of(findings: Iterable[Finding]) -> Finding:
    """Return one finding from several: the worst verdict wins and supplies the sentences; measures and bounds are merged.

    :raises ValueError: if there are no findings: a claim without measurements does not pass
    """
    parts = sorted(findings, key=lambda part: -list(Verdict).index(part.verdict))
    if not parts:
        raise ValueError("no finding to join")
    worst = parts[0].verdict
    said = [part.why for part in parts if part.verdict is worst or worst is Verdict.HOLDS]
    windows = [part.window for part in parts if part.window]
    return replace(
        parts[0],
        why=" ".join(dict.fromkeys(said)),
        measured={name: m for part in reversed(parts) for name, m in part.measured.items()},
        bounds={name: b for part in reversed(parts) for name, b in part.bounds.items()},
        nodes=tuple(dict.fromkeys(node for part in parts for node in part.nodes)),
        window=(min(w[0] for w in windows), max(w[1] for w in windows)) if windows else None,
        probes=tuple(dict.fromkeys(probe for part in parts for probe in part.probes)),
        decisive=tuple(line for part in parts for line in part.decisive),
    )
