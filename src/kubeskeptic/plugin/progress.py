"""How far the suites are, while a scenario is performed: “3 of 17 cases, 4 min left: services/pod_killed”.

pytest itself prints nothing then, for minutes. What is left is known from the run before, scenario by scenario.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TextIO

import pytest

from kubeskeptic.plugin.cases import case_of, scenario_of
from kubeskeptic.plugin.state import STATE
from kubeskeptic.terminal import Display, print_any_character, spoken

TIMES = "latest/result.json"
"""Below the folder for runs: what the scenarios of the last run took."""


def follow(session: pytest.Session) -> None:
    """Show how far a session is from now on; its tests are collected."""
    config = session.config
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    stream = _terminal(config)
    if stream is not None and reporter is not None and not hasattr(config, "workerinput"):
        took = seconds_of_last_run(config.stash[STATE].options.reports)
        config.pluginmanager.register(SuiteProgress(session.items, took, stream, reporter))


def seconds_of_last_run(reports: Path) -> dict[str, float]:
    """Return what each scenario of the last run took, in seconds; nothing where there is no last run."""
    try:
        scenarios = json.loads((reports / TIMES).read_text(encoding="utf-8"))["scenarios"]
        return {one["id"]: float(one["seconds"]) for one in scenarios if one["seconds"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


class SuiteProgress:
    """Hooks that show how many cases are done, and the time left.

    :param took: seconds of each scenario when it was performed last
    :param stream: what a person sees, also while pytest captures what tests print
    """

    def __init__(
        self,
        items: Sequence[pytest.Item],
        took: dict[str, float],
        stream: TextIO,
        reporter: pytest.TerminalReporter,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cases = {item.nodeid: _scenario_id(item) for item in items if case_of(item)}
        self._took = took
        self._stream = stream
        self._reporter = reporter
        self._clock = clock
        self._done: set[str] = set()
        self._performed: set[str] = set()
        self._scenario = ""
        self._since = 0.0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None]:
        """Show the status while the first test of a scenario has it performed."""
        scenario = self._cases.get(item.nodeid, "")
        if not scenario or scenario in self._performed:
            return (yield)
        self._performed.add(scenario)
        self._scenario, self._since = scenario, self._clock()
        try:
            with Display(self._stream, self.status, before=self._finish_line):
                return (yield)
        finally:
            self._scenario = ""

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Count the case as done."""
        self._done.add(nodeid)

    def pytest_unconfigure(self) -> None:
        """Close the stream, which is a duplicate."""
        self._stream.close()

    def status(self) -> str:
        """Return the cases done of all, the time left where it is known, and the scenario that is performed."""
        counted = f"{len(self._done & self._cases.keys())} of {len(self._cases)} cases"
        known = [self._took.get(one) for one in self._waiting()]
        left = sum(one for one in known if one) - (self._clock() - self._since)
        told = f"{counted}, {spoken(left)} left" if known and all(known) and left >= 1 else counted
        return f"{told}: {self._scenario}"

    def _waiting(self) -> set[str]:
        """The scenarios that are performed now or later."""
        return {self._scenario} | (set(self._cases.values()) - self._performed - {""})

    def _finish_line(self) -> None:
        """End the line that pytest has begun, and let it begin another one."""
        if self._reporter.currentfspath:
            self._stream.write("\n")
            self._stream.flush()
            self._reporter.currentfspath = None


def _scenario_id(item: pytest.Item) -> str:
    scenario = scenario_of(getattr(item, "module", None))
    return scenario.id if scenario else ""


def _terminal(config: pytest.Config) -> TextIO | None:
    """Return a stream to where pytest's own lines go; None where tests print there, too, or it is no file.

    A duplicate, as pytest points the original elsewhere while a test runs.
    """
    if config.getoption("capture") == "no" or config.getoption("usepdb"):
        return None
    try:
        stream = os.fdopen(os.dup(1), "w", encoding=sys.__stdout__.encoding if sys.__stdout__ else None)
    except OSError:
        return None
    print_any_character(stream)
    return stream
