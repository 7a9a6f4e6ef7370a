"""Grades of sabotages for reports: how long a breakage must last until the bound of a case detects it.

The records come from ``reports/grades.json``, which ``skeptic prove --graded`` writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubeskeptic.bounds import Bound
from kubeskeptic.findings import Measure, Verdict
from kubeskeptic.redaction import redact
from kubeskeptic.reports.wording import NBSP, SYMBOL, limit, quantity


@dataclass(frozen=True)
class GradedStep:
    """One grade: the verdict on a case whose sabotage was lifted some seconds after the act's fault.

    :param measured: the value measured against the case's bound; None when there is none
    :param lifted: the range of seconds after the case's own fault within which it was lifted; empty when unknown
    :param bound: the bound of this grade, where those of the case's grades differ
    """

    seconds: float
    verdict: Verdict
    measured: Measure | None
    lifted: tuple[float, ...]
    why: str
    bound: Bound | None = None

    @property
    def told(self) -> str:
        """The verdict with its sign and the measured value: ``● holds, 1.7 s``; ``> 6.1 s`` if no end was observed. Where
        bounds differ, with its own: ``● holds, 1.7 s, ≤ 3 s``.
        """
        if self.measured is None:
            return f"{SYMBOL[self.verdict]} {self.verdict}"
        open_ = "> " if self.measured.high is None and self.measured.low is not None else ""
        own = f", {limit(self.bound)}" if self.bound else ""
        return f"{SYMBOL[self.verdict]} {self.verdict}, {open_}{quantity(self.measured.value, self.measured.unit)}{own}"

    @property
    def lasted(self) -> str:
        """How long the breakage really lasted, counted from the fault of the case; empty when unknown."""
        return f"lifted after {self.lifted[0]:g} to {self.lifted[-1]:g}{NBSP}s" if self.lifted else ""


@dataclass(frozen=True)
class GradedCase:
    """All grades of one sabotage for one case, the shortest first.

    :param bound: the bound of all its grades; None when they differ, as START does between runs, or when none had any
    :param runs: the runs in which the grades were performed
    """

    claim: str
    case: str
    sabotage: str
    bound: Bound | None
    steps: tuple[GradedStep, ...]
    runs: tuple[str, ...]
    kubernetes: str
    digests: tuple[str, ...]
    """Hashes of the test and of the checks that judged the grades, as they were at that time."""

    @property
    def name(self) -> str:
        """The claim and its case."""
        return f"{self.claim} · {self.case}" if self.case else self.claim

    @property
    def allowed(self) -> str:
        """The bound as text: ``≤ 3 s``."""
        if self.bound:
            return limit(self.bound)
        return "see each grade" if any(step.bound for step in self.steps) else "–"

    @property
    def detected_from(self) -> float | None:
        """The shortest grade that is violated together with all longer ones; None when the longest is not."""
        found = None
        for step in reversed(self.steps):
            if step.verdict is not Verdict.VIOLATED:
                break
            found = step.seconds
        return found

    @property
    def tells(self) -> str:
        """The shortest grade at which the bound detects the sabotage, as text."""
        found = self.detected_from
        return "not detected" if found is None else f"{found:g}{NBSP}s"

    def outdated(self, digest: str) -> bool:
        """Return whether a grade was judged by another version of the test or its checks than the one with this hash."""
        return bool(digest) and any(one != digest for one in self.digests)

    def step(self, seconds: float) -> GradedStep | None:
        """Return the grade with this duration; None when it was not performed."""
        return next((one for one in self.steps if one.seconds == seconds), None)


OUTDATED = "judged by another version of its check"
MEANING = (
    "Each column: the sabotage is to be lifted that many seconds after the act's fault. Each cell has when it was lifted, "
    "counted from the fault of the case. A case must hold when that is shorter than its bound, and "
    "be violated when it is longer."
)
"""What a table of grades shows, as sentences."""


def graded_cases(records: Iterable[Mapping[str, Any]]) -> tuple[GradedCase, ...]:
    """Return the grades in a file's records, grouped by case and sabotage."""
    by_case: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for raw in records:
        one = redact(dict(raw))
        by_case.setdefault((one["claim"], one["case"], one["sabotage"]), []).append(one)
    return tuple(_graded_case(sorted(some, key=lambda one: float(one["seconds"]))) for some in by_case.values())


def grades(found: Iterable[GradedCase]) -> list[float]:
    """Return the seconds of all grades, the shortest first."""
    return sorted({step.seconds for one in found for step in one.steps})


def _graded_case(records: list[dict[str, Any]]) -> GradedCase:
    last = records[-1]
    bounds = [_bound(one["bound"]) for one in records]
    same = bounds[0] if len(set(bounds)) == 1 else None
    return GradedCase(
        claim=last["claim"],
        case=last["case"],
        sabotage=last["sabotage"],
        bound=same,
        steps=tuple(_step(one, None if same else bound) for one, bound in zip(records, bounds, strict=True)),
        runs=tuple(dict.fromkeys(str(one["run"]) for one in records)),
        kubernetes=last["kubernetes"],
        digests=tuple(dict.fromkeys(str(one["digest"]) for one in records)),
    )


def _bound(written: Mapping[str, Any]) -> Bound | None:
    """Return a bound as a record has it; None for an empty one."""
    if not written:
        return None
    return Bound(float(written["value"]), written["unit"], written["from"], bool(written.get("at_least")))


def _step(record: Mapping[str, Any], bound: Bound | None) -> GradedStep:
    value = record["measured"]
    measured = Measure(float(value["value"]), value["unit"], value.get("low"), value.get("high")) if value else None
    return GradedStep(
        seconds=float(record["seconds"]),
        verdict=Verdict(record["verdict"]),
        measured=measured,
        lifted=tuple(record["lifted"]),
        why=str(record["why"]),
        bound=bound,
    )
