"""``--junitxml``: the claim of each test, its verdict, what was measured and the bounds, as properties of its test case.

pytest takes the properties from the report on the teardown, so that they have to be there before it is made.
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
    """Give the item its properties before the report on its teardown is made."""
    if call.when == "teardown" and (report := report_of(item)):
        for section in report.sections:
            item.user_properties += properties(section, section.entries[0]).items()
    return (yield)
