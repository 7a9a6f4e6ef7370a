"""The last line: the number of cases per verdict, and the exit status in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator

import pytest

from kubeskeptic.errors import exit_in_words
from kubeskeptic.plugin.state import STATE
from kubeskeptic.reports.model import WORST_FIRST


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Write the line after everything else, once the exit status is final."""
    result = yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not session.config.option.collectonly:
        reporter.write_line(f"kubeskeptic: {said(session)}")
    return result


def said(session: pytest.Session) -> str:
    """Return the number of findings per verdict, worst first, and the exit status in words."""
    verdicts = Counter(judged.verdict for judged in session.config.stash[STATE].judged.values())
    counted = ", ".join(f"{verdicts[one]} {one}" for one in WORST_FIRST if verdicts[one])
    return f"{counted or 'no verdict'}; {exit_in_words(int(session.exitstatus))}"
