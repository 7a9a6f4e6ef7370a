"""``skeptic tally``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kubeskeptic import configuration
from kubeskeptic.cli import output
from kubeskeptic.cli.compare import result_of
from kubeskeptic.cli.output import AS_JSON
from kubeskeptic.reports import kept_runs
from kubeskeptic.reports.tally import markdown, render, tallied


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table of how much each number varies.")
@AS_JSON
@click.option(
    "--write",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep verdicts and numbers of these runs: for `skeptic compare --noise`, and to be counted again.",
)
@click.option("--reports", type=click.Path(path_type=Path), default=None, help="Where runs are. [default: reports/]")
def tally(runs: tuple[str, ...], as_markdown: bool, as_json: bool, write: Path | None, reports: Path | None) -> None:
    """Compare several runs: do their verdicts agree, and by how much do their numbers vary?

    \b
    skeptic tally reports/2026*
    skeptic tally reports/2026* --write noise.json    --json prints the same
    skeptic tally noise.json reports/20261124-224821-016d --write noise.json

    RUNS are ids, folders, any result.json, or what --write wrote, which counts as the runs in it. Exits with 1 when a case has
    different verdicts, is inconclusive, or was not asked in all of them; with 0 otherwise.
    """
    folder = reports or configuration.reports()
    results = [one for run in runs for one in kept_runs.read(result_of(run, folder))]
    rows = tallied(results)
    kept = kept_runs.text(results, rows)
    click.echo(kept if as_json else markdown(rows) if as_markdown else render(results, rows))
    if write:
        output.write(write, kept)
    sys.exit(0 if all(row.steady for row in rows) else 1)
