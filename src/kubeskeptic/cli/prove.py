"""``skeptic prove``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kubeskeptic.claims import catalogue
from kubeskeptic.findings import Verdict
from kubeskeptic.paths import checkout
from kubeskeptic.proving import Attempt, attempts, run_attempt, write_proofs
from kubeskeptic.proving.campaign import asked_by_suites, chosen


@click.command()
@click.argument("claims", nargs=-1, metavar="[CLAIM]...")
@click.option("--sabotage", "only", multiple=True, metavar="ID", help="Only this sabotage; may be given again.")
@click.option("--seed", type=int, help="As for pytest.")
@click.option("--cluster", default="kubeskeptic", show_default=True, help="Our own kind cluster of this name.")
@click.option("--dry-run", is_flag=True, help="Say what would be performed.")
def prove(claims: tuple[str, ...], only: tuple[str, ...], seed: int | None, cluster: str, dry_run: bool) -> None:
    """Break the cluster on purpose: does every claim turn violated under the sabotages it names?

    Each sabotage is one run of its scenario. What came out is kept in reports/proofs.json, which the report reads. The exit
    status is 1 when a claim could not be broken.

    \b
    skeptic prove
    skeptic prove heal.crash service.stable
    """
    planned = attempts(chosen(claims) or list(catalogue()), asked_by_suites(checkout() / "suites"))
    planned = [one for one in planned if not only or one.sabotage in only]
    for one in planned:
        click.echo(f"{one.sabotage:<26} {one.scenario:<22} {', '.join(one.claims)}")
    if dry_run:
        return
    options = ["--cluster", cluster, *(["--seed", str(seed)] if seed is not None else [])]
    failed = [one for one in planned if not _proven(one, options)]
    click.echo(f"\n{len(planned) - len(failed)} of {len(planned)} sabotages broke what they had to break")
    for one in failed:
        click.echo(f"  not broken: {', '.join(one.claims)} under {one.sabotage} in {one.scenario}")
    sys.exit(1 if failed else 0)


def _proven(attempt: Attempt, options: list[str]) -> bool:
    click.echo(click.style(f"\n── {attempt.sabotage} · {attempt.scenario}", bold=True))
    reports = checkout() / "reports"
    proofs = run_attempt(attempt, _sabotaged(reports), options)
    write_proofs(reports / "proofs.json", proofs)
    violated = {one.claim for one in proofs if one.verdict == Verdict.VIOLATED}
    for one in proofs:
        click.echo(f"   {one.claim}{f' ({one.case})' if one.case else ''}: {one.verdict} – {one.why}")
    return violated == set(attempt.claims)


def _sabotaged(reports: Path) -> Path:
    folder = reports / "sabotaged"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
