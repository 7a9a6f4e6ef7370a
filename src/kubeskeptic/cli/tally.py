"""``skeptic tally``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from kubeskeptic import configuration
from kubeskeptic.cli.compare import result_of
from kubeskeptic.reports import comparison
from kubeskeptic.reports.tally import markdown, noise, render, tallied


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table of how much each number varies.")
@click.option(
    "--write",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write how much each number varies, for `skeptic compare --noise`.",
)
@click.option("--reports", type=click.Path(path_type=Path), default=None, help="Where runs are. [default: reports/]")
def tally(runs: tuple[str, ...], as_markdown: bool, write: Path | None, reports: Path | None) -> None:
    """Compare several runs: do their verdicts agree, and by how much do their numbers vary?

    \b
    skeptic tally reports/2026*
    skeptic tally reports/2026* --write noise.json

    RUNS are ids, folders, or any result.json. Exits with 1 when a case has different verdicts, or is inconclusive; with 0
    otherwise.
    """
    folder = reports or configuration.reports()
    results = [comparison.read(result_of(run, folder)) for run in runs]
    rows = tallied(results)
    click.echo(markdown(results, rows) if as_markdown else render(results, rows))
    if write:
        write.write_text(json.dumps(noise(rows, len(results)), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.exit(0 if all(row.steady for row in rows) else 1)
