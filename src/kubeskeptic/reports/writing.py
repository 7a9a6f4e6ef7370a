"""Writing all formats of a run's report, from its journal alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubeskeptic.claims import catalogue
from kubeskeptic.errors import BadInput
from kubeskeptic.paths import shipped
from kubeskeptic.reports import allure, junit, result_json, summary
from kubeskeptic.reports.building import build
from kubeskeptic.reports.html import page
from kubeskeptic.reports.model import Report
from kubeskeptic.reports.tick_lag import tick_lag_p99
from kubeskeptic.timeline import load


@dataclass(frozen=True)
class Written:
    """What was written, and the report it tells."""

    report: Report
    html: Path
    result: Path
    junit: Path
    summary: Path
    allure: Path


def read_report(run_dir: Path) -> Report:
    """The report of a run's folder; the record of proofs is read beside it, where runs share one.

    :raises BadInput: when there is no journal, or the record of proofs cannot be read
    """
    journal = run_dir / "journal.jsonl"
    evidence = load(journal)
    return build(evidence, catalogue(), proofs_beside(run_dir), tick_lag_p99(journal))


def write_all(run_dir: Path) -> Written:
    """Judge nothing, tell everything: all formats into the run's folder, in place of what was there.

    :raises BadInput: when there is no journal
    """
    report = read_report(run_dir)
    written = Written(
        report,
        html=run_dir / "index.html",
        result=run_dir / "result.json",
        junit=run_dir / "junit.xml",
        summary=run_dir / "summary.md",
        allure=run_dir / "allure-results",
    )
    _write(written.result, result_json.render(report))
    _write(written.junit, junit.render(report))
    _write(written.summary, summary.render(report))
    _write(written.html, page.render(report))
    allure.write(report, written.allure)
    return written


def proofs_beside(run_dir: Path) -> list[dict[str, Any]]:
    """The records of proofs that are kept with a run, and those that come with the project where none are.

    :raises BadInput: when they cannot be read
    """
    return _proofs(_beside(run_dir))


def _write(path: Path, text: str) -> None:
    """Whole or not at all: somebody may be looking at the last one."""
    new = path.with_name(f".{path.name}.new")
    new.write_text(text, encoding="utf-8", errors="replace")
    new.replace(path)


def _beside(run_dir: Path) -> Path:
    """Where the record of proofs is: with the runs; runs sabotaged on purpose are a folder further down."""
    places = (run_dir.parent, run_dir.parent.parent, shipped())
    return next((place / "proofs.json" for place in places if (place / "proofs.json").exists()), Path())


def _proofs(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput(f"{path} is not JSON: {error}; run `skeptic prove` to record proofs anew") from error
    return [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []
