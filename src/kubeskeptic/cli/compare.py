"""``skeptic compare``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from kubeskeptic import paths
from kubeskeptic.cli.report import run_folder
from kubeskeptic.reports import comparison
from kubeskeptic.reports.compared import render


@click.command()
@click.argument("before")
@click.argument("after", default="latest")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--reports", type=click.Path(path_type=Path), default=None, help="Where runs are. [default: reports/]")
def compare(before: str, after: str, as_json: bool, reports: Path | None) -> None:
    """Lay two runs beside each other: which verdicts turned, which numbers and settings changed.

    \b
    skeptic compare 20261123-1918-7f3a            with the last run
    skeptic compare old/result.json new/result.json

    BEFORE and AFTER are a run's id, its folder, or a result.json from anywhere. Exits with 1 when a claim is newly
    violated, with 10 when one that held is inconclusive now, or was not asked again, with 0 otherwise.
    """
    folder = reports or paths.reports()
    both = comparison.Comparison(*(comparison.read(result_of(run, folder)) for run in (before, after)))
    click.echo(json.dumps(comparison.document(both), indent=2, ensure_ascii=False) if as_json else render(both))
    sys.exit(both.status)


def result_of(run: str, reports: Path) -> Path:
    """The result of a run that was named as ``skeptic report`` takes it, or by the path of its ``result.json``."""
    path = Path(run)
    return path if path.suffix == ".json" else run_folder(run, reports) / "result.json"
