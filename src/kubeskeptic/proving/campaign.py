"""Sabotages to perform: which ones, against which cases, and what the outcome shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kubeskeptic import __version__
from kubeskeptic.findings import Verdict
from kubeskeptic.proving.proofs import Proof
from kubeskeptic.proving.suites import AskedCase
from kubeskeptic.scenarios import Sabotage, Scenario, Stage
from kubeskeptic.scenarios.declaration import ActPlan
from kubeskeptic.timeline import load


@dataclass(eq=False)
class Attempt:
    """One performance of a scenario under sabotages that do not interfere with each other.

    :param wanted: the cases that must turn *violated*, by the sabotage that must break them
    """

    scenario: Scenario
    wanted: dict[str, list[AskedCase]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The ids of the sabotages, for display."""
        return " + ".join(self.wanted)

    @property
    def tests(self) -> list[str]:
        """The pytest node ids of the tests to run: only their acts are played."""
        return list(dict.fromkeys(one.node_id for one in self.cases))

    @property
    def cases(self) -> list[AskedCase]:
        """The cases of all its sabotages; a case that several sabotages must break is repeated."""
        return [one for asked in self.wanted.values() for one in asked]

    @property
    def acts(self) -> list[ActPlan]:
        """The acts that its cases need, in order."""
        return self.scenario.needed(act for one in self.cases for act in one.case.acts)

    @property
    def exclusive(self) -> set[str]:
        """The machine resources that nothing on another cluster may use at the same time."""
        return {act.exclusive for act in self.acts if act.exclusive}

    def takes(self, id_: str, asked: Sequence[AskedCase]) -> bool:
        """Return whether another sabotage fits in: none is in force in an act that a case of a different one reads."""
        return all(
            not _meets(self.scenario.sabotages[id_], others) and not _meets(self.scenario.sabotages[other], asked)
            for other, others in self.wanted.items()
        )


def attempts(asked: Sequence[AskedCase], only: Collection[str] = (), proofs: Iterable[Proof] = ()) -> list[Attempt]:
    """Return the attempts to perform so that every case meets each of its sabotages alone.

    :param only: the sabotages to perform; all when empty
    :param proofs: cases that these prove with the current checks are not performed again
    """
    proven = {(*one.key, one.digest) for one in proofs if one.verdict == Verdict.VIOLATED}
    wanted: dict[tuple[str, str], list[AskedCase]] = {}
    scenarios = {one.scenario.id: one.scenario for one in asked}
    for one in asked:
        for sabotage in one.sabotages:
            known = (one.case.claim, one.case.name, sabotage.id, one.digest) in proven
            if (not only or sabotage.id in only) and not known:
                wanted.setdefault((one.scenario.id, sabotage.id), []).append(one)
    planned: list[Attempt] = []
    for (scenario, id_), cases in wanted.items():
        fits = (one for one in planned if one.scenario.id == scenario and one.takes(id_, cases))
        attempt = next(fits, None)
        if attempt is None:
            planned.append(attempt := Attempt(scenarios[scenario]))
        attempt.wanted[id_] = cases
    return planned


def proofs_of(journal: Path, attempt: Attempt) -> list[Proof]:
    """Return the proofs in a sabotaged run's journal for the attempt's cases; cases not found or skipped are left out."""
    evidence = load(journal)
    found = {(str(one["claim"]), str(one.get("case") or "")): one for one in evidence.findings}
    return [
        Proof(
            claim=one.case.claim,
            case=one.case.name,
            sabotage=id_,
            verdict=finding["verdict"],
            run=str(evidence.run.get("id", "")),
            kubernetes=str(evidence.run.get("kubernetes", "")),
            harness=__version__,
            at=finding["at"],
            why=finding["why"],
            digest=one.digest,
        )
        for id_, asked in attempt.wanted.items()
        for one in asked
        if (finding := found.get((one.case.claim, one.case.name))) and finding["verdict"] != Verdict.SKIPPED
    ]


def unbroken(attempt: Attempt, proofs: Sequence[Proof]) -> list[str]:
    """Return one sentence about each case that one of its sabotages did not turn *violated*."""
    seen = {(one.sabotage, one.claim, one.case): one.verdict for one in proofs}
    return [
        f"{one.case} is {seen.get((id_, one.case.claim, one.case.name), 'not asked')} under {id_}"
        for id_, asked in attempt.wanted.items()
        for one in asked
        if seen.get((id_, one.case.claim, one.case.name)) != Verdict.VIOLATED
    ]


def _meets(sabotage: Sabotage[Stage], asked: Sequence[AskedCase]) -> bool:
    return any(sabotage.breaks_in(one.case.acts) for one in asked)
