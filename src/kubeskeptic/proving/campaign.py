"""Performing sabotages: which, in what order, and what to make of the outcome."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubeskeptic import __version__
from kubeskeptic.claims import Claim, claim
from kubeskeptic.errors import BadInput, SkepticError
from kubeskeptic.paths import checkout
from kubeskeptic.proving.proofs import Proof
from kubeskeptic.sabotages import SABOTAGES
from kubeskeptic.timeline import load

Performer = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class Attempt:
    """One scenario under one sabotage, and the claims that have to turn violated by it."""

    sabotage: str
    scenario: str
    claims: tuple[str, ...]

    @property
    def suite(self) -> str:
        """The suite file of the scenario."""
        chapter, name = self.scenario.split("/")
        return f"suites/{chapter}/test_{name}.py"


def attempts(claims: Sequence[Claim], asked_by: dict[str, set[str]]) -> list[Attempt]:
    """What has to be performed so that every claim meets each of its sabotages wherever it is asked.

    :param asked_by: the scenarios that ask each claim, by its id
    :raises BadInput: when a claim names a sabotage that there is not
    """
    wanted: dict[tuple[str, str], list[str]] = {}
    for one in claims:
        for id_ in one.broken_by:
            if id_ not in SABOTAGES:
                raise BadInput(f"{one.id} names the sabotage {id_}, which there is not")
            for scenario in SABOTAGES[id_].scenarios:
                if scenario in asked_by.get(one.id, set()):
                    wanted.setdefault((scenario, id_), []).append(one.id)
    return [Attempt(id_, scenario, tuple(ids)) for (scenario, id_), ids in wanted.items()]


def asked_by_suites(suites: Path) -> dict[str, set[str]]:
    """Which scenarios ask each claim, read from the suite files without importing them."""
    import ast

    found: dict[str, set[str]] = {}
    for path in sorted(suites.glob("*/test_*.py")):
        scenario = f"{path.parent.name}/{path.stem.removeprefix('test_')}"
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.claim":
                found.setdefault(ast.literal_eval(node.args[0]), set()).add(scenario)
    return found


def run_attempt(
    attempt: Attempt, reports: Path, options: Sequence[str] = (), perform: Performer | None = None
) -> list[Proof]:
    """Perform one attempt in a process of its own and read what became of its claims.

    :param options: more of pytest's options, such as ``--seed``
    :raises SkepticError: when no run came of it
    """
    before = set(reports.glob("*/journal.jsonl"))
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        attempt.suite,
        "--sabotage",
        attempt.sabotage,
        "--reports",
        str(reports),
    ]
    (perform or _perform)([*words, *options])
    fresh = sorted(set(reports.glob("*/journal.jsonl")) - before)
    if not fresh:
        raise SkepticError(f"nothing was performed under {attempt.sabotage}; pytest's output above says why")
    return proofs_of(fresh[-1], attempt)


def proofs_of(journal: Path, attempt: Attempt) -> list[Proof]:
    """What a sabotaged run's journal says about the attempt's claims."""
    evidence = load(journal)
    return [
        Proof(
            claim=finding["claim"],
            case=finding.get("case", ""),
            sabotage=attempt.sabotage,
            verdict=finding["verdict"],
            run=str(evidence.run.get("id", "")),
            kubernetes=str(evidence.run.get("kubernetes", "")),
            harness=__version__,
            at=finding["at"],
            why=finding["why"],
        )
        for finding in evidence.findings
        if finding["claim"] in attempt.claims
    ]


def chosen(ids: Sequence[str]) -> list[Claim]:
    """The claims of these ids.

    :raises UnknownClaim: for one that is not in the catalogue
    """
    return [claim(id_) for id_ in ids]


def _perform(words: Sequence[str]) -> int:
    return subprocess.run(words, cwd=checkout(), check=False).returncode
