"""``--junitxml``: each test's claim, verdict, measured values and bounds, as properties of its test case.

pytest reads the properties from the teardown report, so they must be set before that report is made.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from kubeskeptic.plugin.found import report_of
from kubeskeptic.reports.junit import properties


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Set the item's properties before its teardown report is made."""
    if call.when == "teardown" and (report := report_of(item)):
        for section in report.sections:
            item.user_properties += properties(section, section.entries[0]).items()
    return (yield)
