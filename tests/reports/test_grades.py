"""What the bounds can tell apart, in the report and in docs/findings.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.reports import findings_page
from kubeskeptic.reports.grades import GradedCase, graded_cases
from kubeskeptic.reports.html.sabotages import graded
from kubeskeptic.reports.model import Report

BOUND = {"value": 3.0, "unit": "s", "from": "SYNC 1 + margin 2", "at_least": False}


def record(seconds: float, verdict: str, measured: Any = None, **more: Any) -> dict[str, Any]:
    known = {
        "claim": "service.pod-killed", "case": "forced", "sabotage": "kube-proxy-frozen", "seconds": seconds,
        "lifted": [seconds, seconds + 0.2], "name": "failing", "bound": BOUND, "verdict": verdict, "run": "r1",
        "measured": measured or {"value": seconds + 0.4, "unit": "s", "low": seconds, "high": seconds + 0.4},
        "kubernetes": "v1.37.2", "harness": "1", "at": 1.0, "why": "It failed.", "digest": "now",
    }  # fmt: skip
    return known | more


@pytest.mark.parametrize(
    ("verdicts", "apart"),
    [
        (("holds", "holds", "violated"), 4.0),
        (("holds", "violated", "violated"), 2.0),
        (("violated", "violated", "violated"), 1.0),
        (("holds", "violated", "holds"), None),
        (("violated", "inconclusive", "violated"), 4.0),
        (("holds", "holds", "holds"), None),
    ],
)
def test_from_which_grade_on_it_is_told_apart(verdicts: tuple[str, ...], apart: float | None) -> None:
    found = [record(seconds, one) for seconds, one in zip((4.0, 1.0, 2.0), (verdicts[2], *verdicts[:2]), strict=True)]
    (graded_case,) = graded_cases(found)
    assert [step.seconds for step in graded_case.steps] == [1.0, 2.0, 4.0]
    assert graded_case.detected_from == apart
    assert ("not detected" in graded_case.tells) is (apart is None)


@pytest.fixture
def graded_case() -> GradedCase:
    endless = {"value": 6.1, "unit": "s", "low": 6.1}
    (made,) = graded_cases(
        [record(1.0, "holds"), record(2.0, "inconclusive", endless), record(4.0, "violated", run="r2")]
    )
    return made


def told(report: Report, *found: GradedCase) -> Report:
    """The report with grades of a case that its run has asked."""
    entry = next(one for one in report.entries if one.claim == "service.pod-killed")
    return replace(report, grades=tuple(replace(one, claim=entry.claim, case=entry.case) for one in found))


def test_a_step_says_its_verdict_and_what_was_measured(graded_case: GradedCase) -> None:
    assert [step.told.replace("\N{NO-BREAK SPACE}", " ") for step in graded_case.steps] == [
        "● holds, 1.4 s", "? inconclusive, > 6.1 s", "✕ violated, 4.4 s",
    ]  # fmt: skip
    assert graded_case.steps[0].lasted.replace("\N{NO-BREAK SPACE}", " ") == "lifted after 1 to 1.2 s"
    assert replace(graded_case.steps[0], lifted=()).lasted == ""
    assert graded_case.step(8.0) is None
    assert graded_case.steps[2].verdict is Verdict.VIOLATED


def test_the_page_has_a_table_of_the_cases_that_the_run_asked(report: Report, graded_case: GradedCase) -> None:
    assert graded(replace(report, grades=())) is None
    assert graded(replace(report, grades=(replace(graded_case, claim="elsewhere"),))) is None
    shown = str(graded(told(report, graded_case)))
    assert "1 of 1 bound detects a breakage that lasts 4 s or less" in shown
    assert shown.count("<td") == 5  # the bound, three grades, from which on
    assert "SYNC 1 + margin 2" in shown
    assert "<small>lifted after 4 to 4.2\N{NO-BREAK SPACE}s</small></td>" in shown
    assert '<table class="grades">' in shown


def test_what_was_judged_by_another_check_is_marked(report: Report, graded_case: GradedCase) -> None:
    one = told(report, graded_case)
    assert "another version of its check" not in str(graded(one)) + findings_page.render(one)
    entries = {entry.anchor: replace(entry, digest="later") for entry in one.entries}
    chapters = tuple(
        replace(chapter, sections=tuple(
            replace(section, entries=tuple(entries[entry.anchor] for entry in section.entries))
            for section in chapter.sections
        ))
        for chapter in one.chapters
    )  # fmt: skip
    later = replace(one, chapters=chapters)
    assert "another version of its check" in str(graded(later))
    assert "kube-proxy-frozen, judged by another version of its check |" in findings_page.render(later)


def test_one_grade_that_was_judged_again_does_not_make_the_others_current() -> None:
    (mixed,) = graded_cases([record(1.0, "holds", digest="before"), record(2.0, "violated")])
    assert mixed.outdated("now")
    assert not mixed.outdated("")  # of a run that recorded none
    (whole,) = graded_cases([record(1.0, "holds"), record(2.0, "violated")])
    assert not whole.outdated("now")


def test_the_page_of_findings_has_the_same_table(report: Report, graded_case: GradedCase) -> None:
    assert "tell apart" not in findings_page.render(replace(report, grades=()))
    page = findings_page.render(told(report, graded_case)).replace("\N{NO-BREAK SPACE}", " ")
    assert "in runs r1, r2." in page
    assert (
        "| ≤ 3 s | ● holds, 1.4 s, lifted after 1 to 1.2 s | ? inconclusive, > 6.1 s, lifted after 2 to 2.2 s "
        "| ✕ violated, 4.4 s, lifted after 4 to 4.2 s | 4 s |"
    ) in page
    elsewhere = replace(told(report, graded_case), grades=(replace(graded_case, claim="elsewhere"),))
    assert "can detect" not in findings_page.render(elsewhere)


def test_where_the_bounds_of_grades_differ_each_has_its_own() -> None:
    other = BOUND | {"value": 6.5}
    (same,) = graded_cases([record(1.0, "holds"), record(2.0, "holds")])
    (each,) = graded_cases([record(1.0, "holds"), record(2.0, "holds", bound=other)])
    (none,) = graded_cases([record(1.0, "holds", bound={}), record(2.0, "holds", bound={})])
    assert (same.allowed, each.allowed, none.allowed) == (
        "≤\N{NO-BREAK SPACE}3\N{NO-BREAK SPACE}s",
        "see each grade",
        "–",
    )
    assert same.steps[0].told == "● holds, 1.4\N{NO-BREAK SPACE}s"
    assert [step.told.rpartition(", ")[2].replace("\N{NO-BREAK SPACE}", " ") for step in each.steps] == [
        "≤ 3 s",
        "≤ 6.5 s",
    ]
