"""The command that asks one finding again."""

from __future__ import annotations

import shlex

from kubeskeptic.reports.model import Entry, Report


def command(report: Report, entry: Entry | None = None) -> str:
    """A command line to copy: one test with the run's seed, or the whole run when no finding is named."""
    if entry is None or not entry.test:
        return str(report.run.get("command") or "pytest")
    words = ["pytest", entry.test]
    if report.run.get("seed") is not None:
        words += ["--seed", str(report.run["seed"])]
    return shlex.join(words)
