"""The commands that repeat a whole run or one of its tests."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from kubeskeptic.reports.model import Entry, Report


def command(report: Report, entry: Entry | None = None) -> str:
    """Return a command line to copy that repeats one test of the run, or the whole run when no finding is given."""
    if entry is None or not entry.test:
        return str(report.run.get("command") or "pytest")
    return of_test(report.run, entry.test)


def of_entries(report: Report, entries: Sequence[Entry]) -> str:
    """Return the command that repeats the tests of some findings on one claim: by its name, when there are several."""
    tests = list(dict.fromkeys(entry.test for entry in entries if entry.test))
    if len(tests) < 2:
        return command(report, entries[0] if entries else None)
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    return _repeated(report.run, *files, "-k", entries[0].claim)


def of_test(run: Mapping[str, Any], test: str) -> str:
    """Return the command that repeats one test on the same cluster, with the same seed and sabotages.

    :param run: the journal's ``run`` record; without a command in it, only the seed is used
    :param test: node id of the test
    """
    return _repeated(run, test)


def _repeated(run: Mapping[str, Any], *selection: str) -> str:
    """Return the command of a run with this selection of tests."""
    seed = [] if run.get("seed") is None else ["--seed", str(run["seed"])]
    program, *options = shlex.split(str(run.get("command") or "")) or ["pytest", *seed]
    return shlex.join([program, *selection, *options])
