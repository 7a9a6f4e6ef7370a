"""``skeptic report``, and what all commands share that read the reports of runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kubeskeptic import configuration
from kubeskeptic.cli import output
from kubeskeptic.errors import BadInput, Inconclusive
from kubeskeptic.reports import findings_page, write_all
from kubeskeptic.reports.wording import broke_off, damaged, what_is_left
from kubeskeptic.reports.writing import read_report
from kubeskeptic.runs.earlier import NAME, newest

REPORTS = click.option(
    "--reports", type=click.Path(path_type=Path), default=None, help="Where runs are. [default: reports/]"
)


@click.command()
@click.argument("run", default=NAME)
@REPORTS
@click.option(
    "--findings", type=click.Path(path_type=Path), default=None, metavar="FILE",
    help="Also write a Markdown page of the claims that qualify or contradict the post, with their numbers.",
)  # fmt: skip
def report(run: str, reports: Path | None, findings: Path | None) -> None:
    """Write a run's reports again, from its journal alone.

    \b
    skeptic report
    skeptic report 20261123-191800-7f3a --findings docs/findings.md

    RUN is a run's id or folder; the last run when left out. Verdicts stay as they are; `pytest --replay=RUN` judges again.
    Exits with 10 when the journal is damaged: nothing can be concluded from its verdicts.
    """
    folder = run_folder(run, reports or configuration.reports())
    report = write_all(folder).report
    if said := broke_off(report.torn, None if report.broken_off else report.ended):
        click.echo(said, err=True)
    if findings:
        beside = {path.name for path in findings.parent.glob("*.md")}
        output.write(findings, findings_page.render(read_report(folder), beside))
        click.echo(findings)
    click.echo(folder / "index.html")
    if said := damaged(report.damage):
        click.echo(f"{said}; {what_is_left(folder)}", err=True)
        sys.exit(Inconclusive.exit_status)


def run_folder(run: str, reports: Path, *, otherwise: str = "") -> Path:
    """Return the folder of a run, named by its id, a unique prefix of its id, or its path.

    :param otherwise: what else than a run may be named, with its article
    :raises BadInput: when there is no such run, or more than one
    """
    if run == NAME:
        return newest(reports)
    for folder in (reports / run, Path(run)):
        if (folder / "journal.jsonl").exists():
            return folder.resolve()
    journals = sorted(path.parent for path in reports.glob("*/journal.jsonl") if not path.parent.is_symlink())
    found = [folder for folder in journals if folder.name.startswith(run)]
    if len(found) == 1:
        return found[0]
    if not found and Path(run).exists():
        neither = f"neither a run nor {otherwise}" if otherwise else "not a run"
        raise BadInput(f"{run} is {neither}; name a run by its id or its folder, which has a journal.jsonl")
    if not journals:
        raise BadInput(f"no run “{run}” in {reports}, nor any other; `pytest` creates one")
    known = ", ".join(folder.name for folder in journals[-3:])
    how = "more than one run begins with" if found else "there is no run"
    raise BadInput(f"{how} “{run}” in {reports}; the last ones are {known}")
