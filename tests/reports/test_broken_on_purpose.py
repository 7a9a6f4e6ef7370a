"""Cases by the sabotages that must turn them violated: expected and seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubeskeptic.reports.html.sabotages import broken_on_purpose, outcome
from kubeskeptic.reports.model import Entry, Report, Section, Trial


def proof(verdict: str, digest: str = "now", case: str = "forced") -> Trial:
    return Trial("frozen", case, verdict, why="why", digest=digest)


@pytest.fixture
def section(report: Report) -> Section:
    return next(one for one in report.sections if one.claim.id == "service.pod-killed")


@pytest.fixture
def entry(section: Section) -> Entry:
    return replace(section.entries[0], case="forced", digest="now", must_break=("frozen",))


@pytest.mark.parametrize(
    ("proofs", "seen"),
    [
        ((), "not performed"),
        ((proof("violated"),), "violated"),
        ((proof("holds"), proof("violated")), "violated"),
        ((proof("inconclusive"),), "not violated"),
        ((proof("violated", digest="before"),), "violated, by another version of the check"),
        ((proof("violated", case="SIGKILL"),), "not performed"),
    ],
)
def test_what_was_seen_of_a_case(section: Section, entry: Entry, proofs: tuple[Trial, ...], seen: str) -> None:
    assert outcome(replace(section, proofs=proofs), entry, "frozen") == seen


def test_the_table_counts_what_was_seen(report: Report, section: Section, entry: Entry) -> None:
    assert broken_on_purpose(replace(report, chapters=())) is None
    one = replace(section, entries=(entry,), proofs=(proof("violated"),))
    shown = str(broken_on_purpose(replace(report, chapters=(replace(report.chapters[0], sections=(one,)),))))
    assert "1 of 1 sabotage made its case" in shown
    assert f'href="#{entry.anchor}"' in shown
