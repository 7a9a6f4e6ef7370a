"""``skeptic baseline``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kubeskeptic import configuration
from kubeskeptic.cli import output
from kubeskeptic.cli.compare import TOLERANCE, result_of
from kubeskeptic.cli.output import AS_JSON
from kubeskeptic.reports import baseline as baselines
from kubeskeptic.reports import comparison
from kubeskeptic.reports.compared import markdown, render

_FILE = click.option(
    "--file", "-f", type=click.Path(path_type=Path), default=Path(baselines.NAME), show_default=True,
    help="The baseline file.",
)  # fmt: skip
_REPORTS = click.option(
    "--reports", type=click.Path(path_type=Path), default=None, help="Where runs are. [default: reports/]"
)


@click.group()
def baseline() -> None:
    """Record in a file which claims held, and fail when one of them no longer does.

    \b
    skeptic baseline write     commit the file
    skeptic baseline check     in CI, after a run
    """


@baseline.command()
@click.argument("run", default="latest")
@_FILE
@_REPORTS
def write(run: str, file: Path, reports: Path | None) -> None:
    """Write a run's verdicts and numbers to a file for your repository.

    \b
    skeptic baseline write
    skeptic baseline write 20261123-191800-7f3a --file baselines/production.yaml
    """
    result = comparison.read(result_of(run, reports or configuration.reports()))
    output.write(file, baselines.text(result))
    if result["run"]["ended"] is None:
        click.echo("this run broke off; cases that it did not reach are missing from the baseline", err=True)
    click.echo(f"{file}: {len(result['claims'])} cases of run {result['run']['id']}")


@baseline.command()
@click.argument("run", default="latest")
@_FILE
@_REPORTS
@TOLERANCE
@AS_JSON
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, for a pull request.")
def check(
    run: str, file: Path, reports: Path | None, tolerance: float | None, as_json: bool, as_markdown: bool
) -> None:
    """Compare a run with the baseline.

    \b
    skeptic baseline check
    skeptic baseline check --tolerance 20 --markdown

    Exits as `skeptic compare` does: with 1 when a claim is newly violated, or a number is worse than the tolerance allows,
    with 10 when a claim that held is now inconclusive, was not asked, or is gone from the suites, with 0 otherwise.
    """
    after = comparison.read(result_of(run, reports or configuration.reports()))
    both = comparison.Comparison(baselines.read(file), after, tolerance)
    if as_json:
        output.as_json(comparison.document(both))
    else:
        click.echo(markdown(both) if as_markdown else render(both))
    sys.exit(both.status)
