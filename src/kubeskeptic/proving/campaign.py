"""Performing sabotages: which, in what order, and what to make of the outcome."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubeskeptic import __version__
from kubeskeptic.claims import Claim, claim
from kubeskeptic.errors import SkepticError
from kubeskeptic.paths import checkout
from kubeskeptic.proving.proofs import Proof
from kubeskeptic.sabotages import SABOTAGES, sabotage
from kubeskeptic.timeline import load

Performer = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class Attempt:
    """One scenario under sabotages that do not get in each other's way.

    :param claims: the claims that have to turn violated, by the sabotage that must do it
    """

    scenario: str
    claims: dict[str, tuple[str, ...]]

    @property
    def suite(self) -> str:
        """The suite file of the scenario."""
        chapter, name = self.scenario.split("/")
        return f"suites/{chapter}/test_{name}.py"

    @property
    def name(self) -> str:
        """The sabotages, for people."""
        return " + ".join(self.claims)

    def takes(self, sabotage: str, claims: Sequence[str]) -> bool:
        """Whether one more sabotage fits in: it shares no claim with those that are in, and spoils nothing they need."""
        for other, theirs in self.claims.items():
            if set(theirs) & set(claims) or SABOTAGES[other].spoils & SABOTAGES[sabotage].spoils:
                return False
        return True


def attempts(claims: Sequence[Claim], asked_by: dict[str, set[str]], only: Sequence[str] = ()) -> list[Attempt]:
    """What has to be performed so that every claim meets each of its sabotages wherever it is asked.

    :param asked_by: the scenarios that ask each claim, by its id
    :param only: these sabotages, all when empty
    :raises BadInput: when a claim names a sabotage that there is not
    """
    wanted: dict[tuple[str, str], list[str]] = {}
    for one in claims:
        for id_ in one.broken_by:
            for scenario in sabotage(id_).scenarios:
                if scenario in asked_by.get(one.id, set()) and (not only or id_ in only):
                    wanted.setdefault((scenario, id_), []).append(one.id)
    planned: list[Attempt] = []
    for (scenario, id_), ids in sorted(wanted.items(), key=lambda item: -len(SABOTAGES[item[0][1]].spoils)):
        fits = (one for one in planned if one.scenario == scenario and one.takes(id_, ids))
        attempt = next(fits, None)
        if attempt is None:
            planned.append(attempt := Attempt(scenario, {}))
        attempt.claims[id_] = tuple(ids)
    return sorted(planned, key=lambda one: one.scenario, reverse=True)


def asked_by_suites(suites: Path) -> dict[str, set[str]]:
    """Which scenarios ask each claim."""
    found: dict[str, set[str]] = {}
    for claim_, _, scenario in _markers(suites):
        found.setdefault(claim_, set()).add(scenario)
    return found


def cases_in_suites(suites: Path) -> set[tuple[str, str]]:
    """Every claim with each case in which it is asked; an empty text where there is but one."""
    return {(claim_, case) for claim_, case, _ in _markers(suites)}


def _markers(suites: Path) -> Iterator[tuple[str, str, str]]:
    """Claim, case and scenario of every test, read from the suite files without importing them."""
    for path in sorted(suites.glob("*/test_*.py")):
        scenario = f"{path.parent.name}/{path.stem.removeprefix('test_')}"
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.claim":
                case = next((ast.literal_eval(word.value) for word in node.keywords if word.arg == "case"), "")
                yield ast.literal_eval(node.args[0]), case, scenario


def run_attempt(
    attempt: Attempt, reports: Path, options: Sequence[str] = (), perform: Performer | None = None
) -> list[Proof]:
    """Perform one attempt in a process of its own and read what became of its claims.

    :param options: more of pytest's options, such as ``--seed``
    :raises SkepticError: when no run came of it
    """
    before = set(reports.glob("*/journal.jsonl"))
    words = [sys.executable, "-m", "pytest", "-q", "--tb=no", attempt.suite, "--reports", str(reports)]
    (perform or _perform)([*words, *(f"--sabotage={id_}" for id_ in attempt.claims), *options])
    fresh = sorted(set(reports.glob("*/journal.jsonl")) - before)
    if not fresh:
        raise SkepticError(f"nothing was performed under {attempt.name}; pytest's output above says why")
    return proofs_of(fresh[-1], attempt)


def proofs_of(journal: Path, attempt: Attempt) -> list[Proof]:
    """What a sabotaged run's journal says about the attempt's claims."""
    evidence = load(journal)
    return [
        Proof(
            claim=finding["claim"],
            case=finding.get("case", ""),
            sabotage=id_,
            verdict=finding["verdict"],
            run=str(evidence.run.get("id", "")),
            kubernetes=str(evidence.run.get("kubernetes", "")),
            harness=__version__,
            at=finding["at"],
            why=finding["why"],
        )
        for id_, claims in attempt.claims.items()
        for finding in evidence.findings
        if finding["claim"] in claims
    ]


def chosen(ids: Sequence[str]) -> list[Claim]:
    """The claims of these ids.

    :raises UnknownClaim: for one that is not in the catalogue
    """
    return [claim(id_) for id_ in ids]


def _perform(words: Sequence[str]) -> int:
    return subprocess.run(words, cwd=checkout(), check=False).returncode
