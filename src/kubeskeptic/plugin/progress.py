"""Progress of the suites while a scenario is performed: “3 of 17 cases, 4 min left: services/pod_killed”.

pytest itself prints nothing during these minutes. The time left is estimated from the previous run, scenario by scenario.
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

from kubeskeptic.counting import counted
from kubeskeptic.plugin.cases import case_of, scenario_of
from kubeskeptic.plugin.state import STATE
from kubeskeptic.terminal import Display, print_any_character, spoken

TIMES = "latest/result.json"
"""File below the folder for runs that holds the durations of the last run's scenarios."""


def follow(session: pytest.Session) -> None:
    """Show the progress of a session from now on; its tests have been collected."""
    config = session.config
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    stream = _terminal(config)
    if stream is not None and reporter is not None and not hasattr(config, "workerinput"):
        took = seconds_of_last_run(config.stash[STATE].options.reports)
        config.pluginmanager.register(SuiteProgress(session.items, took, stream, reporter))


def seconds_of_last_run(reports: Path) -> dict[str, float]:
    """Return the duration of each scenario in the last run, in seconds; empty when there is no last run."""
    try:
        scenarios = json.loads((reports / TIMES).read_text(encoding="utf-8"))["scenarios"]
        return {one["id"]: float(one["seconds"]) for one in scenarios if one["seconds"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


class SuiteProgress:
    """Hooks that show the number of completed cases and the time left.

    :param took: duration of each scenario in the last run, in seconds
    :param stream: the terminal, visible even while pytest captures the output of tests
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
        """Show the status while the setup of a scenario's first test performs the scenario."""
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
        """Return the number of completed cases, the time left if known, and the scenario being performed."""
        done = f"{len(self._done & self._cases.keys())} of {counted(len(self._cases), 'case')}"
        known = [self._took.get(one) for one in self._waiting()]
        left = sum(one for one in known if one) - (self._clock() - self._since)
        told = f"{done}, {spoken(left)} left" if known and all(known) and left >= 1 else done
        return f"{told}: {self._scenario}"

    def _waiting(self) -> set[str]:
        """Return the scenarios that are being performed or still to come."""
        return {self._scenario} | (set(self._cases.values()) - self._performed - {""})

    def _finish_line(self) -> None:
        """End the line that pytest has begun, so that it begins a new one."""
        if self._reporter.currentfspath:
            self._stream.write("\n")
            self._stream.flush()
            self._reporter.currentfspath = None


def _scenario_id(item: pytest.Item) -> str:
    scenario = scenario_of(getattr(item, "module", None))
    return scenario.id if scenario else ""


def _terminal(config: pytest.Config) -> TextIO | None:
    """Return a stream to pytest's own output; None when tests print to it as well, or standard output is closed.

    The stream is a duplicate, as pytest redirects the original while a test runs.
    """
    if config.getoption("capture") == "no" or config.getoption("usepdb"):
        return None
    try:
        stream = os.fdopen(os.dup(1), "w", encoding=sys.__stdout__.encoding if sys.__stdout__ else None)
    except OSError:
        return None
    print_any_character(stream)
    return stream
