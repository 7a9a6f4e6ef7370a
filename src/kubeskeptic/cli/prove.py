"""``skeptic prove``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kubeskeptic import configuration, paths
from kubeskeptic.claims import claim
from kubeskeptic.errors import BadInput
from kubeskeptic.findings import Verdict
from kubeskeptic.proving import (
    GRADES,
    Asked,
    Attempt,
    Grade,
    asked_by,
    attempts,
    graded,
    grades_again,
    grades_of,
    judged_again,
    perform_attempt,
    run_attempt,
    unbroken,
    untold,
    write_grades,
    write_proofs,
)
from kubeskeptic.scenarios.sabotage import GRADE


@click.command()
@click.argument("claims", nargs=-1, metavar="[CLAIM]...")
@click.option("--sabotage", "only", multiple=True, metavar="ID", help="Only this sabotage. Can be repeated.")
@click.option("--scenario", metavar="ID", help="Only in this scenario.")
@click.option(
    "--suites",
    type=click.Path(path_type=Path, exists=True),
    default=lambda: paths.shipped() / "suites",
    show_default="those of the project",
    help="The folder of suites, or one file.",
)
@click.option("--seed", type=int, help="As for pytest.")
@click.option(
    "--cluster",
    default=configuration.cluster_name,
    show_default=configuration.DEFAULT_CLUSTER,
    help="Our own kind cluster of this name.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be performed; change nothing.")
@click.option(
    "--recorded",
    is_flag=True,
    help="Perform nothing: judge the recordings of earlier attempts again, after a check was changed.",
)
@click.option(
    "--graded",
    "in_grades",
    is_flag=True,
    help="Lift the sabotages that have grades after 1, 2 and 4 s: how long does a breakage last before it is noticed?",
)
def prove(
    claims: tuple[str, ...],
    only: tuple[str, ...],
    scenario: str | None,
    suites: Path,
    seed: int | None,
    cluster: str,
    dry_run: bool,
    recorded: bool,
    in_grades: bool,
) -> None:
    """Prove that claims can fail: perform the sabotages that must break them, and expect each case to be violated.

    Each attempt plays only the acts that its cases need. The outcome is kept in reports/proofs.json, which the report reads.
    Exits with 1 when a case was not violated. The outcome of --graded is kept in reports/grades.json, and does not change the
    exit status.

    \b
    skeptic prove
    skeptic prove heal.crash service.stable
    skeptic prove --suites test_checkout.py
    skeptic prove --recorded
    skeptic prove service.pod-killed --graded
    """
    asked = [one for one in asked_by(suites.resolve()) if scenario in (None, one.scenario.id)]
    chosen = {claim(id_).id for id_ in claims}
    asked = [one for one in asked if not chosen or one.case.claim in chosen]
    if recorded:
        _judge_again(asked)
        return
    planned = graded(asked, only) if in_grades else attempts(asked, only)
    _show(planned)
    if dry_run:
        return
    options = ["--cluster", cluster, *(["--seed", str(seed)] if seed is not None else [])]
    if in_grades:
        for one in planned:
            _grade(one, options)
        return
    sys.exit(_prove_all(planned, options))


def _show(planned: list[Attempt]) -> None:
    """Say what would be performed.

    :raises BadInput: when it is nothing
    """
    for one in planned:
        click.echo(one.scenario.id)
        for id_, cases in one.wanted.items():
            click.echo(f"  {id_:<26} {', '.join(str(each.case) for each in cases)}")
    if not planned:
        raise BadInput("no suite asks what was named here; `skeptic claims` lists the claims, and `--help` the choices")


def _prove_all(planned: list[Attempt], options: list[str]) -> int:
    """Perform all attempts, say which cases were not broken, and return the exit status."""
    left = [line for one in planned for line in _prove(one, options)]
    total = sum(len(cases) for one in planned for cases in one.wanted.values())
    click.echo(f"\n{total - len(left)} of {total} cases were violated under a sabotage that must break them")
    for line in left:
        click.echo(f"  not broken: {line}")
    return 1 if left else 0


def _prove(attempt: Attempt, options: list[str]) -> list[str]:
    """Perform an attempt, keep its proofs, and return the cases that were not broken."""
    click.echo(click.style(f"\n── {attempt.scenario.id} · {attempt.name}", bold=True))
    reports = configuration.reports()
    proofs = run_attempt(attempt, _sabotaged(reports), options)
    write_proofs(reports / "proofs.json", proofs)
    for one in proofs:
        case = f" ({one.case})" if one.case else ""
        click.echo(f"   {one.sabotage}: {one.claim}{case} {one.verdict}: {one.why}")
    return unbroken(attempt, proofs)


def _grade(attempt: Attempt, options: list[str]) -> None:
    """Perform an attempt once for each grade, and keep what came of it; the last grade where no other was told apart."""
    reports = paths.reports()
    found: list[Grade] = []
    for seconds in GRADES:
        if seconds == GRADES[-1] and not untold(attempt, found):
            return
        click.echo(click.style(f"\n── {attempt.scenario.id} · {attempt.name}, lifted after {seconds:g} s", bold=True))
        journal = perform_attempt(attempt, _sabotaged(reports), options, f"{GRADE}{seconds:g}")
        fresh = grades_of(journal, attempt, seconds)
        write_grades(reports / "grades.json", fresh)
        found += fresh
        for one in fresh:
            click.echo(f"   {one.claim}{f' ({one.case})' if one.case else ''} {one.verdict}: {one.why}")


def _judge_again(asked: list[Asked]) -> None:
    """Judge every recorded attempt again, and keep what is violated; the newest attempt of a case counts."""
    reports = configuration.reports()
    for journal in sorted(_sabotaged(reports).glob("[0-9]*/journal.jsonl")):
        write_grades(reports / "grades.json", grades_again(journal, asked))
        proofs = [one for one in judged_again(journal, asked) if one.verdict == Verdict.VIOLATED]
        write_proofs(reports / "proofs.json", proofs)
        for one in proofs:
            click.echo(f"{one.run}  {one.sabotage}: {one.claim}{f' ({one.case})' if one.case else ''} {one.verdict}")


def _sabotaged(reports: Path) -> Path:
    folder = reports / "sabotaged"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
