"""A sabotage in grades: what is performed, and what a bound can tell apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.bounds import PROGRAMMING_LAG
from kubeskeptic.checks import fails_at_most
from kubeskeptic.errors import BadInput
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.journal import Journal
from kubeskeptic.paths import checkout
from kubeskeptic.proving.campaign import Attempt
from kubeskeptic.proving.grades import (
    GRADES,
    Grade,
    graded,
    grades_again,
    grades_of,
    read_grades,
    undetected,
    write_grades,
)
from kubeskeptic.proving.suites import asked_by
from kubeskeptic.timeline import ActSpan
from tests.drawn import gone, lane, watched
from tests.replay.recorded import unpacked

SUITES = checkout() / "suites"
START = 1_800_000_000.0


# -- what a bound can tell apart -----------------------------------------------------------------------------------------
# The pod goes at second 1, while kube-proxy of n1 is frozen until N s later; a third of the requests is refused until then.
#             0         1         2         3         4         5         6         7         8
ONE = "." * 10 + "r.." * 4 + "." * 58
TWO = "." * 10 + "r.." * 8 + "." * 46
FOUR = "." * 10 + "r.." * 14 + "." * 28
NEAR = "." * 10 + "r.." * 9 + ".." + "r" + ".." + "." * 48


@pytest.mark.parametrize(
    ("drawing", "failing", "verdict"),
    [
        (ONE, 1.0, Verdict.HOLDS),
        (TWO, 2.2, Verdict.HOLDS),
        (NEAR, 3.0, Verdict.HOLDS),
        (FOUR, 4.0, Verdict.VIOLATED),
    ],
)
def test_a_freeze_shorter_than_the_programming_lag_holds_and_a_longer_one_does_not(
    drawing: str, failing: float, verdict: Verdict
) -> None:
    finding = judged(drawing)
    assert finding.measured["failing"].value == pytest.approx(failing, abs=0.11)
    assert finding.bounds["failing"].value == 3.0
    assert finding.verdict is verdict


def judged(drawing: str) -> Finding:
    act = watched(
        lane(drawing), lane("." * 80, node="n2"),
        faults=(gone(1.0),), within=PROGRAMMING_LAG, spans=(ActSpan("act", 0, 1, 8),),
        pods={"pod-a": "n8", "pod-b": "n8", "pod-c": "n9"}, SYNC=1.0,
    )  # fmt: skip
    return fails_at_most(act, "web")


# -- what is performed ---------------------------------------------------------------------------------------------------
def an_attempt() -> Attempt:
    (attempt,) = graded(asked_by(SUITES / "services" / "test_pod_killed.py"))
    return attempt


def test_cases_with_a_bound_are_graded_by_the_sabotages_that_have_grades() -> None:
    planned = {
        (attempt.scenario.id, id_): [str(one.case) for one in cases]
        for attempt in graded(asked_by(SUITES))
        for id_, cases in attempt.wanted.items()
    }
    assert planned == {
        ("kube_proxy/rules", "kube-proxy-frozen-on-a"): ["proxy.follows-move"],
        ("services/pod_killed", "kube-proxy-frozen"): [
            "service.pod-killed (graceful, no preStop)", "service.pod-killed (forced)",
        ],
        ("services/readiness", "kube-proxy-frozen"): ["service.follows-readiness (unready)"],
    }  # fmt: skip
    assert graded(asked_by(SUITES), ["kube-proxy-frozen-on-a"])[0].scenario.id == "kube_proxy/rules"
    assert graded(asked_by(SUITES), ["rules-flushed"]) == []
    assert list(GRADES[:3]) == [1.0, 2.0, 4.0]


# -- what a journal says -------------------------------------------------------------------------------------------------
def a_journal(path: Path, verdict: str = "holds", lifted: tuple[float, float] = (12.1, 12.3)) -> Path:
    """A run in which a pod was forced away at 10.0 to 10.1 s, and kube-proxy had been frozen since 8 s."""
    now = [0.0]
    journal = Journal(path / "journal.jsonl", clock=lambda: now[0], run="r1")

    def write(at: float, kind: str, **fields: Any) -> None:
        now[0] = START + at
        journal.write(kind, **fields)

    write(0, "run", id="r1", kubernetes="v1.37.2", sabotages=["kube-proxy-frozen@2"])
    write(1, "scenario", id="services/pod_killed", phase="start")
    for phase, at in (("baseline", 5.0), ("start", 7.0)):
        write(at, "act", scenario="services/pod_killed", act="forced", phase=phase)
    faults: list[tuple[float, str, str, str]] = [
        (8.0, "freeze_kube_proxy", "applying", "sabotage: forced"),
        (8.1, "freeze_kube_proxy", "applied", "sabotage: forced"),
        (10.0, "delete_pod", "applying", "forced"),
        (10.1, "delete_pod", "applied", "forced"),
        (10.2, "delete_pod", "bit", "forced"),
        (lifted[0], "freeze_kube_proxy", "undoing", "sabotage: forced"),
        (lifted[1], "freeze_kube_proxy", "undone", "sabotage: forced"),
    ]
    for at, name, phase, act in faults:
        where = {"scenario": "services/pod_killed", "act": act, "targets": [f"thing/{name}"]}
        write(at, "fault", id=name, fault=name, phase=phase, **where)
    write(16, "act", scenario="services/pod_killed", act="forced", phase="end")
    write(17, "scenario", id="services/pod_killed", phase="end")
    bound = {"value": 3.0, "unit": "s", "from": "SYNC 1 + margin 2", "at_least": False}
    share = {"value": 57.3, "unit": "%", "from": "1 of 3 endpoints", "at_least": False}
    measured = {"failing": {"value": 2.4, "unit": "s", "low": 2.3, "high": 2.4}, "share": {"value": 90, "unit": "%"}}
    write(
        18, "finding", claim="service.pod-killed", case="forced", verdict=verdict, why="Requests failed.",
        measured=measured, bounds={"failing": bound, "share": share},
    )  # fmt: skip
    journal.close()
    return journal.path


def test_what_one_run_says_of_a_grade(tmp_path: Path) -> None:
    (one,) = grades_of(a_journal(tmp_path), an_attempt(), 2.0)
    assert (one.claim, one.case, one.sabotage, one.seconds) == (
        "service.pod-killed",
        "forced",
        "kube-proxy-frozen",
        2.0,
    )
    assert one.lifted == (2.0, 2.3)  # from the last moment of the fault to undoing, and from the first one to undone
    assert (one.name, one.measured["value"], one.bound["value"]) == ("failing", 2.4, 3.0)  # what is a duration
    assert (one.verdict, one.run, one.kubernetes) == ("holds", "r1", "v1.37.2")
    assert one.digest == next(
        each.digest for each in an_attempt().wanted["kube-proxy-frozen"] if each.case.name == "forced"
    )


def test_a_recorded_grade_is_judged_again_by_the_checks_as_they_are(tmp_path: Path) -> None:
    asked = asked_by(SUITES / "services" / "test_pod_killed.py")
    (one,) = grades_again(a_journal(tmp_path), asked)
    assert (str(one.case), one.sabotage, one.seconds, one.lifted) == ("forced", "kube-proxy-frozen", 2.0, (2.0, 2.3))
    assert one.verdict == "inconclusive"  # this journal has no samples, whatever its finding says
    assert grades_again(unpacked(tmp_path), asked) == []  # a run that was not sabotaged


def test_what_is_not_told_apart_by_any_grade_is_asked_again_with_a_longer_one(tmp_path: Path) -> None:
    (held,) = grades_of(a_journal(tmp_path), an_attempt(), 2.0)
    broken = replace(held, verdict="violated", seconds=4.0)
    assert undetected(an_attempt(), [])
    assert undetected(an_attempt(), [held, broken])  # the other case was not asked
    assert not undetected(an_attempt(), [held, broken, replace(broken, case="graceful, no preStop")])


def test_newer_grades_replace_older_ones_of_the_same_seconds(tmp_path: Path) -> None:
    path = tmp_path / "grades.json"
    (one,) = grades_of(a_journal(tmp_path), an_attempt(), 2.0)
    write_grades(path, [one, replace(one, seconds=4.0)])
    write_grades(path, [replace(one, verdict="violated")])
    assert [(each.seconds, each.verdict) for each in read_grades(path)] == [(2.0, "violated"), (4.0, "holds")]
    assert read_grades(path)[0] == replace(one, verdict="violated")
    assert read_grades(tmp_path / "none.json") == []
    path.write_text('[{"claim": 1}]')
    with pytest.raises(BadInput, match="not a file of grades"):
        read_grades(path)


# -- the record of the project -------------------------------------------------------------------------------------------
RECORD: list[Grade] = read_grades(checkout() / "reports" / "grades.json")


def test_the_record_holds_grades_of_cases_that_are_asked() -> None:
    wanted = {
        (one.case.claim, one.case.name, id_)
        for attempt in graded(asked_by(SUITES))
        for id_, cases in attempt.wanted.items()
        for one in cases
    }
    assert {one.key[:3] for one in RECORD} <= wanted, "these are asked no more: take them out"
    assert {one.seconds for one in RECORD} <= set(GRADES)


@pytest.mark.parametrize("one", RECORD, ids=lambda one: f"{one.claim}, {one.case}: {one.seconds:g} s")
def test_no_recorded_verdict_is_other_than_its_numbers(one: Grade) -> None:
    """A duration whose kindest reading is outside its bound is violated, one whose harshest is not inside never holds."""
    low, high = one.measured.get("low", one.measured["value"]), one.measured.get("high", float("inf"))
    limit = one.bound["value"]
    assert (low <= limit) or one.verdict == Verdict.VIOLATED
    assert (high <= limit) or one.verdict != Verdict.HOLDS
