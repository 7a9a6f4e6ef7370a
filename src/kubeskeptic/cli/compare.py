"""``skeptic compare``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kubeskeptic import configuration
from kubeskeptic.cli import output
from kubeskeptic.cli.output import AS_JSON
from kubeskeptic.cli.report import run_folder
from kubeskeptic.reports import comparison
from kubeskeptic.reports.compared import markdown, render
from kubeskeptic.reports.html import comparison as comparison_page
from kubeskeptic.reports.kept_runs import read_noise
from kubeskeptic.reports.pair import Noise

TOLERANCE = click.option(
    "--tolerance", type=click.FloatRange(min=0), metavar="PERCENT",
    help="Also fail when a number comes closer to its bound by more than this share of the bound. "
    "[default: a number may move within its bound]",
)  # fmt: skip

NOISE = click.option(
    "--noise", type=click.Path(path_type=Path), metavar="FILE",
    help="Leave out numbers that differ by no more than this file says they vary; `skeptic tally --write` writes it.",
)  # fmt: skip


@click.command()
@click.argument("before")
@click.argument("after", default="latest")
@AS_JSON
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, for a pull request.")
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Also write a page: one file, no network."
)
@TOLERANCE
@NOISE
@click.option("--reports", type=click.Path(path_type=Path), default=None, help="Where runs are. [default: reports/]")
def compare(
    before: str,
    after: str,
    as_json: bool,
    as_markdown: bool,
    html: Path | None,
    tolerance: float | None,
    noise: Path | None,
    reports: Path | None,
) -> None:
    """Compare two runs: which verdicts, numbers and settings changed.

    \b
    skeptic compare 20261123-191800-7f3a            with the last run
    skeptic compare old/result.json new/result.json --tolerance 20 --markdown
    skeptic compare BEFORE AFTER --noise noise.json --html compared.html

    BEFORE and AFTER are each a run's id, its folder, or any result.json; AFTER is the last run when left out. Exits with 1
    when a claim is newly violated, or a number is worse than the tolerance allows; with 10 when a claim that held is now
    inconclusive, was not asked again, or is gone from the suites; with 0 otherwise.
    """
    folder = reports or configuration.reports()
    was, now = (comparison.read(result_of(run, folder)) for run in (before, after))
    both = comparison.Comparison(was, now, tolerance, read_noise(noise) if noise else Noise())
    if as_json:
        output.as_json(comparison.document(both))
    else:
        click.echo(markdown(both) if as_markdown else render(both))
    if html:
        output.write(html, comparison_page.render(both))
        click.echo(f"page     {html}", err=True)
    sys.exit(both.status)


def result_of(run: str, reports: Path) -> Path:
    """Return the path of a run's ``result.json``; the run is named by this path or as for ``skeptic report``."""
    path = Path(run)
    return path if path.suffix == ".json" else run_folder(run, reports) / "result.json"
