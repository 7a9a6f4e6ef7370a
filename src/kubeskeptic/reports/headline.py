"""The heading of a run's report."""

from __future__ import annotations

from kubeskeptic.findings import Verdict
from kubeskeptic.reports.model import Report

ABOUT = "Claims about Kubernetes"
"""What every report is about, for readers who open one without knowing the project."""


def headline(report: Report) -> str:
    """Return the report's heading. It mentions only verdicts that occurred: "What held, and what did not"."""
    if not report.entries:
        return "Nothing was asked"
    held, bad, unsaid = (report.verdicts[one] for one in (Verdict.HOLDS, Verdict.VIOLATED, Verdict.INCONCLUSIVE))
    if not held and not bad:
        return "Nothing could be concluded" if unsaid else "Nothing could be asked here"
    parts = ["what held" if held else "", "what did not" if held else "what did not hold", "what is inconclusive"]
    *first, last = (part for part, many in zip(parts, (held, bad, unsaid), strict=True) if many)
    return (f"{', '.join(first)}, and {last}" if first else last).capitalize()
