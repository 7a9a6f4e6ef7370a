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
@click.option("--scenario", metavar="ID", help="Only in this scenario.")
@click.option("--seed", type=int, help="As for pytest.")
@click.option("--cluster", default="kubeskeptic", show_default=True, help="Our own kind cluster of this name.")
@click.option("--dry-run", is_flag=True, help="Say what would be performed.")
def prove(
    claims: tuple[str, ...], only: tuple[str, ...], scenario: str | None, seed: int | None, cluster: str, dry_run: bool
) -> None:
    """Break the cluster on purpose: does every claim turn violated under the sabotages it names?

    Each sabotage is one run of its scenario. What came out is kept in reports/proofs.json, which the report reads. The exit
    status is 1 when a claim could not be broken.

    \b
    skeptic prove
    skeptic prove heal.crash service.stable
    """
    planned = attempts(chosen(claims) or list(catalogue()), asked_by_suites(checkout() / "suites"), only)
    planned = [one for one in planned if scenario in (None, one.scenario)]
    for one in planned:
        click.echo(one.scenario)
        for id_, ids in one.claims.items():
            click.echo(f"  {id_:<26} {', '.join(ids)}")
    if dry_run:
        return
    options = ["--cluster", cluster, *(["--seed", str(seed)] if seed is not None else [])]
    unbroken = [line for one in planned for line in _unbroken(one, options)]
    total = sum(len(one.claims) for one in planned)
    click.echo(f"\n{total - len(unbroken)} of {total} sabotages broke what they had to break")
    for line in unbroken:
        click.echo(f"  not broken: {line}")
    sys.exit(1 if unbroken else 0)


def _unbroken(attempt: Attempt, options: list[str]) -> list[str]:
    """Perform an attempt, keep its proofs, and say which sabotages did not break all of their claims."""
    click.echo(click.style(f"\n── {attempt.scenario} · {attempt.name}", bold=True))
    reports = checkout() / "reports"
    proofs = run_attempt(attempt, _sabotaged(reports), options)
    write_proofs(reports / "proofs.json", proofs)
    for one in proofs:
        case = f" ({one.case})" if one.case else ""
        click.echo(f"   {one.sabotage}: {one.claim}{case} {one.verdict}: {one.why}")
    violated = {(one.sabotage, one.claim) for one in proofs if one.verdict == Verdict.VIOLATED}
    return [
        f"{id_} in {attempt.scenario}: {', '.join(claim for claim in claims if (id_, claim) not in violated)}"
        for id_, claims in attempt.claims.items()
        if any((id_, claim) not in violated for claim in claims)
    ]


def _sabotaged(reports: Path) -> Path:
    folder = reports / "sabotaged"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
