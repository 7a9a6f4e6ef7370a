"""The reports of pytest and of other plug-ins, with what the claims' own reports have.

``--junitxml``: each test's claim, verdict, measured values and bounds, as properties of its test case. ``--alluredir``:
allure-pytest passes each result to its hooks before writing it; the hook here sets the identifiers, labels, parameters, status
and timeline from the test's finding, and keeps the steps, fixtures and captured output.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import allure_commons
import pytest
from allure_commons.model2 import Status, TestResult
from allure_commons.types import LabelType

from kubeskeptic.findings import Verdict
from kubeskeptic.plugin.found import report_of
from kubeskeptic.reports import allure
from kubeskeptic.reports.junit import properties
from kubeskeptic.reports.model import Report

NAME = "kubeskeptic.allure"
DEFAULTS = {
    LabelType.PARENT_SUITE,
    LabelType.SUITE,
    LabelType.SUB_SUITE,
    LabelType.FRAMEWORK,
    LabelType.LANGUAGE,
}
"""Labels that allure-pytest gives every test; all other labels are the user's own and are kept."""


def join(config: pytest.Config) -> None:
    """Register the hooks with allure-pytest, if it writes results."""
    if folder := config.getoption("allure_report_dir", None):
        results = Results(Path(folder).absolute())
        config.pluginmanager.register(results, NAME)
        allure_commons.plugin_manager.register(results, NAME)
        config.add_cleanup(lambda: allure_commons.plugin_manager.unregister(results))


class Results:
    """Rewrites the results of tests that have a finding.

    :param folder: the folder into which allure-pytest writes
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._item: pytest.Item | None = None
        self._told = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Remember the test to which the next result belongs."""
        self._item = item
        try:
            return (yield)
        finally:
            self._item = None

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: TestResult) -> None:
        """Replace a result's data with the finding's, just before the result is written."""
        report = report_of(self._item) if self._item else None
        if report is None:
            return
        (chapter,), (section,), (entry,) = report.chapters, report.sections, report.entries
        made = allure.made(report, chapter, section, entry)
        _merge(result, made, entry.verdict)
        write = allure_commons.plugin_manager.hook.report_attached_data
        drawn = allure.attach(lambda body, name: write(body=body, file_name=name), report, section, entry)
        result.attachments = [*result.attachments, *drawn]
        allure.named(result, allure.identifier(report, entry))
        self._tell(report)

    def _tell(self, report: Report) -> None:
        if not self._told:
            self._told = True
            allure.write_about(report, self._folder)


def _merge(result: TestResult, made: TestResult, verdict: Verdict) -> None:
    for field in ("historyId", "testCaseId", "fullName", "name", "titlePath", "description"):
        setattr(result, field, getattr(made, field))
    theirs = [label for label in result.labels if label.name not in DEFAULTS]
    taken = {label.name for label in theirs}
    result.labels = [*theirs, *(label for label in made.labels if label.name not in taken)]
    known = {parameter.name for parameter in made.parameters}
    result.parameters = [*made.parameters, *(one for one in result.parameters if one.name not in known)]
    if verdict is not Verdict.HOLDS or result.status == Status.PASSED:  # otherwise the teardown failed
        result.status, result.statusDetails = made.status, made.statusDetails


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Set the item's properties before its teardown report is made, from which pytest reads them."""
    if call.when == "teardown" and (report := report_of(item)):
        for section in report.sections:
            item.user_properties += properties(section, section.entries[0]).items()
    return (yield)
