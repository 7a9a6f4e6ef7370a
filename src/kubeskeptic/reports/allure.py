"""``allure-results/``: one result per finding, for Allure 3 and 2.

Chapters are epics; claims are features and also have a label of their own, so that Allure's ``groupBy`` can use any of them.
Identifiers and file names are deterministic, not random: writing a report again replaces it instead of adding to it, and a
result from ``pytest --alluredir`` is the same test as the one written here from the journal.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Attachment, Label, Parameter, Status, StatusDetails, TestResult
from allure_commons.types import LabelType

from kubeskeptic.findings import Verdict
from kubeskeptic.reports.drawing.timeline import picture
from kubeskeptic.reports.model import Chapter, Entry, Report, Section
from kubeskeptic.reports.rerun import command
from kubeskeptic.reports.wording import POST_SAYS, iso, limit, measured, plain, quoted

STATUS = {
    Verdict.HOLDS: Status.PASSED,
    Verdict.VIOLATED: Status.FAILED,
    Verdict.INCONCLUSIVE: Status.BROKEN,
    Verdict.SKIPPED: Status.SKIPPED,
}
"""Allure's status for each verdict."""


def write(report: Report, folder: Path) -> None:
    """Write all results into ``folder``, replacing its contents."""
    shutil.rmtree(folder, ignore_errors=True)
    logger = _LOGGER(str(folder))
    for chapter in report.chapters:
        for section in chapter.sections:
            for entry in section.entries:
                result = made(report, chapter, section, entry)
                result.attachments = attach(logger.report_attached_data, report, section, entry)
                logger.report_result(named(result, result.uuid))
    write_about(report, folder)


def write_about(report: Report, folder: Path) -> None:
    """Write what Allure shows beside the results: the run's data, and the categories for claims that do not hold."""
    (folder / "environment.properties").write_text(_environment(report), encoding="utf-8")
    (folder / "categories.json").write_text(json.dumps(_CATEGORIES, indent=2), encoding="utf-8")


def named(result: TestResult, name: str) -> TestResult:
    """Return the result with a fixed file name instead of a random one."""
    result.file_pattern = f"{name}-result.json"
    return result


def identifier(report: Report, entry: Entry) -> str:
    """Return the UUID of a finding's result, which does not depend on when or by which writer it is written."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{report.id}/{entry.anchor}"))


_LOGGER: Any = AllureFileLogger  # it has no type hints

_CATEGORIES = [
    {"name": "Violated claims", "matchedStatuses": [Status.FAILED]},
    {"name": "Inconclusive", "matchedStatuses": [Status.BROKEN]},
]


def made(report: Report, chapter: Chapter, section: Section, entry: Entry) -> TestResult:
    """Return the result of a finding, without attachments."""
    name = f"{entry.claim} · {plain(entry.case)}" if entry.case else entry.claim
    identity = hashlib.sha256(f"{entry.claim}\0{entry.case}".encode()).hexdigest()[:32]
    start, stop = entry.window or (report.run.get("at", 0.0),) * 2
    return TestResult(
        uuid=identifier(report, entry),
        historyId=identity,
        testCaseId=identity,
        fullName=entry.test or entry.claim,
        name=name,
        titlePath=[chapter.title, entry.claim],
        status=STATUS[entry.verdict],
        statusDetails=StatusDetails(message=entry.why, trace="\n".join(entry.decisive) or None),
        description=_description(report, section, entry),
        stage="finished",
        start=int(start * 1000),
        stop=int(stop * 1000),
        labels=[Label(name, value) for name, value in _labels(chapter, section, entry)],
        parameters=_parameters(report, entry),
    )


def _labels(chapter: Chapter, section: Section, entry: Entry) -> list[tuple[str, str]]:
    labels = [
        ("claim", entry.claim),
        ("chapter", section.claim.chapter),
        ("verdict", str(entry.verdict)),
        ("post", str(entry.of_post or "")),
        ("scenario", entry.scenario),
        ("proven", "no" if entry.case in section.unproven else "yes"),
        (LabelType.EPIC, chapter.title),
        (LabelType.FEATURE, entry.claim),
        (LabelType.STORY, entry.case),
        (LabelType.SUITE, entry.scenario),
        (LabelType.FRAMEWORK, "kubeskeptic"),
        (LabelType.LANGUAGE, "python"),
    ]
    return [(name, value) for name, value in labels if value]


def _parameters(report: Report, entry: Entry) -> list[Parameter]:
    """Return the case, and the values that vary between runs, which are excluded from the test's identity."""
    varying = {"seed": str(report.run["seed"])} if report.run.get("seed") is not None else {}
    varying |= {name: measured(value) for name, value in entry.measured.items()}
    varying |= {f"{name}, bound": f"{limit(bound)} = {bound.source}" for name, bound in entry.bounds.items()}
    case = [Parameter("case", plain(entry.case))] if entry.case else []
    return case + [Parameter(name, value, excluded=True) for name, value in varying.items()]


def _description(report: Report, section: Section, entry: Entry) -> str:
    post = f"{POST_SAYS[entry.of_post]}. {section.claim.condition}".strip() if entry.of_post else ""
    parts = [
        section.claim.says and quoted(section.claim.says),
        section.claim.states,
        post,
        f"    {command(report, entry)}",
    ]
    return "\n\n".join(part for part in parts if part)


def attach(
    write_data: Callable[[str, str], object], report: Report, section: Section, entry: Entry
) -> list[Attachment]:
    """Return a finding's timeline as an attachment, written by ``write_data(text, file name)``; empty if there is none."""
    drawn = picture(report, section, entry)
    if drawn is None:
        return []
    source = f"{uuid.uuid5(uuid.NAMESPACE_OID, f'{report.id}/{entry.anchor}/timeline')}-attachment.svg"
    write_data(drawn, source)
    return [Attachment(name="timeline", source=source, type="image/svg+xml")]


def _environment(report: Report) -> str:
    run = report.run
    said = {
        "run": report.id,
        "kubernetes": run.get("kubernetes"),
        "provider": run.get("provider"),
        "seed": run.get("seed"),
        "harness": run.get("harness"),
        "started": iso(run["at"]) if "at" in run else None,
        **{name: f"{s['value']:g} {s['unit']}" for name, s in run.get("settings", {}).items()},
    }
    return "".join(f"{key}={' '.join(str(value).split())}\n" for key, value in said.items() if value is not None)
