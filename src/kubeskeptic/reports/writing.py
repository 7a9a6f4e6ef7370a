"""Writes a run's report in all formats, from its journal alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubeskeptic.claims import catalogue
from kubeskeptic.errors import reading
from kubeskeptic.paths import SABOTAGED, shipped
from kubeskeptic.reports import allure, junit, result_json, summary
from kubeskeptic.reports.building import build
from kubeskeptic.reports.grades import GradedCase, graded_cases
from kubeskeptic.reports.html import page
from kubeskeptic.reports.model import Report
from kubeskeptic.timeline import RunEvidence, load


@dataclass(frozen=True)
class Written:
    """The files that were written, and the report in them."""

    report: Report
    html: Path
    result: Path
    junit: Path
    summary: Path
    allure: Path


def read_report(run_dir: Path, evidence: RunEvidence | None = None) -> Report:
    """Return the report of a run's folder. The records of proofs and grades are read from the parent folder, which runs share.

    :param evidence: the contents of its journal, if already parsed
    :raises BadInput: when the journal or the record of proofs cannot be read
    """
    evidence = evidence or load(run_dir / "journal.jsonl")
    return build(evidence, catalogue(), proofs_beside(run_dir), _grades(_beside(run_dir, "grades.json")))


def write_all(run_dir: Path, evidence: RunEvidence | None = None) -> Written:
    """Write all formats into the run's folder, replacing earlier files. Nothing is judged again.

    :param evidence: the contents of its journal, if already parsed
    :raises BadInput: when the journal or the record of proofs cannot be read
    """
    report = read_report(run_dir, evidence)
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
    """Return the records of proofs kept beside a run, or those shipped with the project if there are none.

    :raises BadInput: when they cannot be read
    """
    return _records(_beside(run_dir, "proofs.json"))


def _write(path: Path, text: str) -> None:
    """Replace a file atomically, as its last version may be open in a browser."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text, encoding="utf-8", errors="replace")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)  # left half-written on a full disk


def _beside(run_dir: Path, name: str) -> Path:
    """Return the path of a record of proofs: beside the run, one or two folders up for sabotaged runs, or the project's own."""
    above = run_dir.parent.parent
    places = (run_dir.parent, above, *([above.parent] if above.name == SABOTAGED else []), shipped())
    return next((place / name for place in places if (place / name).exists()), Path())


def _grades(path: Path) -> tuple[GradedCase, ...]:
    with reading(path, "a file of grades", "delete it, and `skeptic prove --graded` records anew"):
        return graded_cases(_records(path))


def _records(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    with reading(path, "JSON", "delete it, and `skeptic prove` records anew"):
        records = json.loads(path.read_text(encoding="utf-8"))
    return [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []
