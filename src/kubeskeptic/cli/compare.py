"""``skeptic compare``, ``skeptic baseline`` and ``skeptic tally``: two runs, a run and a file, or many runs side by side."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kubeskeptic import configuration
from kubeskeptic.cli import output
from kubeskeptic.cli.output import AS_JSON
from kubeskeptic.cli.report import REPORTS, run_folder
from kubeskeptic.cli.usage import Percentage
from kubeskeptic.counting import counted
from kubeskeptic.reports import baseline as baselines
from kubeskeptic.reports import comparison
from kubeskeptic.reports import tally as tallies
from kubeskeptic.reports.compared import markdown, render
from kubeskeptic.reports.html import comparison as comparison_page
from kubeskeptic.reports.pair import Noise

_MARKDOWN = click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, for a pull request.")
_FILE = click.option(
    "--file", "-f", type=click.Path(path_type=Path), default=Path(baselines.NAME), show_default=True,
    help="The baseline file.",
)  # fmt: skip
TOLERANCE = click.option(
    "--tolerance", type=Percentage(), metavar="PERCENT",
    help="Also fail when a number comes closer to its bound by more than this share of the bound. "
    "[default: a number may move within its bound]",
)  # fmt: skip
_NOISE = click.option(
    "--noise", type=click.Path(path_type=Path), metavar="FILE",
    help="Leave out numbers that differ by no more than this file says they vary; `skeptic tally --write` writes it.",
)  # fmt: skip


@click.command()
@click.argument("before")
@click.argument("after", default="latest")
@AS_JSON
@_MARKDOWN
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="Also write a page: one file, no network."
)
@TOLERANCE
@_NOISE
@REPORTS
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
    inconclusive, was not asked again, or is gone from the suites, when neither run asked a claim, or when the journal of one
    run is damaged; with 0 otherwise.
    """
    folder = reports or configuration.reports()
    was, now = (comparison.read(result_of(run, folder)) for run in (before, after))
    both = comparison.Comparison(was, now, tolerance, tallies.read_noise(noise) if noise else Noise())
    _print(both, as_json=as_json, as_markdown=as_markdown)
    if html:
        output.write(html, comparison_page.render(both))
        click.echo(f"page     {html}", err=True)
    sys.exit(both.status)


def result_of(run: str, reports: Path) -> Path:
    """Return the path of a run's ``result.json``; the run is named by this path or as for ``skeptic report``."""
    path = Path(run)
    return path if path.suffix == ".json" else run_folder(run, reports, otherwise="a result.json") / "result.json"


def _print(both: comparison.Comparison, *, as_json: bool, as_markdown: bool) -> None:
    if as_json:
        output.as_json(comparison.document(both))
    else:
        click.echo(markdown(both) if as_markdown else render(both))


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
@REPORTS
def write(run: str, file: Path, reports: Path | None) -> None:
    """Write a run's verdicts and numbers to a file for your repository.

    \b
    skeptic baseline write
    skeptic baseline write 20261123-191800-7f3a --file baselines/production.yaml

    A run whose journal is damaged is refused, with exit status 10.
    """
    result = comparison.read(result_of(run, reports or configuration.reports()))
    output.write(file, baselines.text(result))
    if result["run"]["ended"] is None:
        click.echo("this run broke off; cases that it did not reach are missing from the baseline", err=True)
    click.echo(f"{file}: {counted(len(result['claims']), 'case')} of run {result['run']['id']}")


@baseline.command()
@click.argument("run", default="latest")
@_FILE
@REPORTS
@TOLERANCE
@AS_JSON
@_MARKDOWN
def check(
    run: str, file: Path, reports: Path | None, tolerance: float | None, as_json: bool, as_markdown: bool
) -> None:
    """Compare a run with the baseline.

    \b
    skeptic baseline check
    skeptic baseline check --tolerance 20 --markdown

    Exits as `skeptic compare` does: with 1 when a claim is newly violated, or a number is worse than the tolerance allows,
    with 10 when a claim that held is now inconclusive, was not asked, or is gone from the suites, or when the run's journal is
    damaged, with 0 otherwise.
    """
    after = comparison.read(result_of(run, reports or configuration.reports()))
    both = comparison.Comparison(baselines.read(file), after, tolerance)
    _print(both, as_json=as_json, as_markdown=as_markdown)
    sys.exit(both.status)


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
@REPORTS
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
    results = [one for run in runs for one in tallies.read(result_of(run, folder))]
    rows = tallies.tallied(results)
    kept = tallies.text(results, rows)
    click.echo(kept if as_json else tallies.markdown(rows) if as_markdown else tallies.render(results, rows))
    if write:
        output.write(write, kept)
    sys.exit(0 if all(row.steady for row in rows) else 1)
