"""Grades: a sabotage lifted after 1, 2, 4 and 8 s, and the grade from which on a bound detects it.

A sabotage that lasts until the act's end shows that a check can fail. It does not show how small a fault the check detects: a
bound that is a duration must hold under a shorter breakage, and must not hold under a longer one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubeskeptic import __version__
from kubeskeptic.errors import Inconclusive, reading
from kubeskeptic.findings import Verdict
from kubeskeptic.proving.campaign import Attempt, attempts
from kubeskeptic.proving.proofs import Proof, judged_now, replace_records
from kubeskeptic.proving.suites import AskedCase
from kubeskeptic.scenarios.sabotage import GRADE
from kubeskeptic.timeline import Recording, RunEvidence, load

GRADES = (1.0, 2.0, 4.0, 8.0)
"""Seconds after the act's first fault at which the sabotage is lifted; the last one only where no other was detected."""

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Grade(Proof):
    """The verdict of one case under one grade of a sabotage: a proof with its measurement.

    :param seconds: the time after the act's first fault at which the sabotage was to be lifted
    :param lifted: the interval in which it was lifted, in seconds after the case's own fault, from the journal; empty when it
        was not
    :param name: the name of what was measured against the case's bound
    :param measured: the measured value, with its unit and the limits between which it is known to lie
    :param bound: the bound, with its unit and how it is computed
    """

    seconds: float
    lifted: tuple[float, ...]
    name: str
    measured: Record
    bound: Record

    @property
    def key(self) -> tuple[str | float, ...]:
        """What the proof is about, including the grade."""
        return *super().key, self.seconds


def graded(asked: Sequence[AskedCase], only: Sequence[str] = ()) -> list[Attempt]:
    """Return the attempts to perform once for each grade: the cases with a bound, by the sabotages that have grades.

    :param only: the sabotages to perform; all that have grades when empty
    """
    bounded = [one for one in asked if one.case.within and any(each.graded for each in one.sabotages)]
    ids = {each.id for one in bounded for each in one.sabotages if each.graded and (not only or each.id in only)}
    return attempts(bounded, ids) if ids else []


def grades_of(journal: Path, attempt: Attempt, seconds: float) -> list[Grade]:
    """Return the results in a journal for the attempt's cases under one grade; a case without a finding is left out.

    :raises BadInput: when the journal cannot be read
    """
    evidence = load(journal)
    found = {(str(one["claim"]), str(one.get("case") or "")): one for one in evidence.findings}
    recording = evidence.scenarios.get(attempt.scenario.id)
    return [
        _grade(evidence.run, recording, found[one.case.claim, one.case.name], one, id_, seconds)
        for id_, asked in attempt.wanted.items()
        for one in asked
        if recording and (one.case.claim, one.case.name) in found
    ]


def grades_again(journal: Path, asked: Sequence[AskedCase]) -> list[Grade]:
    """Return what the current checks find in a recorded run under a grade, for the cases that the sabotage must break.

    :raises BadInput: when the journal cannot be read
    """
    evidence = load(journal)
    return list(_again(evidence, asked))


def _again(evidence: RunEvidence, asked: Sequence[AskedCase]) -> Iterator[Grade]:
    at = max((each["at"] for each in evidence.findings), default=float(evidence.run.get("at", 0.0)))
    for id_, mark, seconds in (str(each).partition(GRADE) for each in evidence.run.get("sabotages") or ()):
        for one in asked if mark else ():
            recording = evidence.scenarios.get(one.scenario.id)
            if recording and one.case.within and id_ in {each.id for each in one.sabotages}:
                finding = judged_now(one, recording) if set(one.case.acts) <= recording.acts.keys() else None
                if finding:
                    yield _grade(evidence.run, recording, finding.as_record() | {"at": at}, one, id_, float(seconds))


def read_grades(path: Path) -> list[Grade]:
    """Return the grades in a file; none when there is no file.

    :raises BadInput: when the file is not a file of grades
    """
    if not path.exists():
        return []
    with reading(path, "a file of grades", "delete it and run `skeptic prove --graded`"):
        records = json.loads(path.read_text(encoding="utf-8"))
        return [Grade(**{**one, "lifted": tuple(one["lifted"])}) for one in records]


def write_grades(path: Path, fresh: Iterable[Grade]) -> None:
    """Write new grades to a file, in place of older ones about the same claim, case, sabotage and seconds."""
    replace_records(path, [*read_grades(path), *fresh])


def undetected(attempt: Attempt, grades: Iterable[Grade]) -> bool:
    """Return whether some case of an attempt was *violated* under none of these grades."""
    told = {(one.claim, one.case, one.sabotage) for one in grades if one.verdict == Verdict.VIOLATED}
    wanted = ((one.case.claim, one.case.name, id_) for id_, asked in attempt.wanted.items() for one in asked)
    return any(one not in told for one in wanted)


def _grade(run: Record, recording: Recording, finding: Record, one: AskedCase, sabotage: str, seconds: float) -> Grade:
    name, measured, bound = _nearest(finding)
    return Grade(
        claim=one.case.claim,
        case=one.case.name,
        sabotage=sabotage,
        seconds=seconds,
        lifted=_lifted(recording, one),
        name=name,
        measured=measured,
        bound=bound,
        verdict=str(finding["verdict"]),
        run=str(run.get("id", "")),
        kubernetes=str(run.get("kubernetes", "")),
        harness=__version__,
        at=finding["at"],
        why=str(finding["why"]),
        digest=one.digest,
    )


def _nearest(finding: Record) -> tuple[str, Record, Record]:
    """Return the name, value and bound of the measured duration that used up most of its bound; all empty if none was."""
    bounds, measured = finding.get("bounds") or {}, finding.get("measured") or {}
    pairs = [
        (name, measured[name], bound) for name, bound in bounds.items() if name in measured and bound["unit"] == "s"
    ]
    return max(pairs, key=lambda pair: pair[1]["value"] / (pair[2]["value"] or 1), default=("", {}, {}))


def _lifted(recording: Recording, one: AskedCase) -> tuple[float, ...]:
    """Return the interval in which a case's sabotage was lifted, in seconds after its fault; empty when it was not."""
    case = one.case
    try:
        since = one.scenario.read(recording, case).since
    except Inconclusive:
        return ()
    return next(_moments(recording, f"sabotage: {case.acts[0]}", since.low, since.high), ())


def _moments(recording: Recording, act: str, low: float, high: float) -> Iterator[tuple[float, float]]:
    for fault in recording.faults:
        if fault.act == act and {"undoing", "undone"} <= fault.phases.keys():
            yield round(fault.phases["undoing"] - high, 2), round(fault.phases["undone"] - low, 2)
