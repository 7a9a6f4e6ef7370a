"""Checks of services whose pods are replaced on purpose. A tick is 0.1 s; the act begins at 1 s and ends at 4 s."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import Expression, constant
from kubeskeptic.checks import fails_only_briefly, serves_throughout
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, FaultSpan, Lane
from tests.drawn import fault, gone, lane, watched

SPAN = ActSpan("act", 0.01, 1, 4)
GOOD = "." * 40


def served(*lanes: Lane) -> Finding:
    return serves_throughout(watched(*lanes, spans=(SPAN,)), "web")


def test_no_request_fails() -> None:
    found = served(lane(GOOD, "n1"), lane(GOOD, "n2"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["asked"].value == 60


def test_one_failed_late_or_wrong_answer_violates() -> None:
    assert served(lane(GOOD[:20] + "r" + GOOD[21:])).verdict is Verdict.VIOLATED
    late = lane(GOOD)
    late.took[20] = 1.0
    assert (served(late).verdict, "1 late on n1" in served(late).why) == (Verdict.VIOLATED, True)
    assert "answered by a pod that was no endpoint" in served(lane(GOOD, by="stranger")).why
    assert served(lane(GOOD, by="stranger")).verdict is Verdict.VIOLATED


def test_what_was_not_seen_is_inconclusive() -> None:
    assert served(lane(GOOD[:20] + "?" + GOOD[21:])).verdict is Verdict.INCONCLUSIVE
    assert served(lane(GOOD[:20] + "   " + GOOD[23:])).verdict is Verdict.INCONCLUSIVE
    assert served(lane("....r" + GOOD[5:])).verdict is Verdict.INCONCLUSIVE, "a dirty baseline"


# -- deleting again and again -------------------------------------------------------------------------------------------
SECOND: Expression = constant("test", -1.0)
"""One second, when the margin is added."""


def briefly(*drawings: str, faults: tuple[FaultSpan, ...] = (gone(1.0), gone(4.0)), replicas: int = 4) -> Finding:
    lanes = [lane(one, f"n{number}") for number, one in enumerate(drawings, 1)]
    act = watched(*lanes, spans=(ActSpan("act", 0.01, 1, 10),), faults=faults, within=SECOND)
    return fails_only_briefly(act, "web", replicas)


def drawn(*failed: int) -> str:
    return "".join("r" if tick in failed else "." for tick in range(100))


def test_failures_within_the_bound_after_each_deletion() -> None:
    found = briefly(drawn(12, 18, 41), drawn())
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["failed"].value == 3
    assert found.bounds["worst share failed"].value == pytest.approx(100 * (2 * 1 / 4 / 9 + 0.0746), abs=0.1)


@pytest.mark.parametrize(("tick", "verdict"), [(19, Verdict.HOLDS), (21, Verdict.VIOLATED), (60, Verdict.VIOLATED)])
def test_a_failure_at_another_time(tick: int, verdict: Verdict) -> None:
    assert briefly(drawn(tick)).verdict is verdict


def test_more_failures_than_the_wrong_endpoints_explain() -> None:
    found = briefly(drawn(), drawn(*range(11, 20), *range(41, 50)))
    assert (found.verdict, "20.00 % on n2" in found.why) == (Verdict.VIOLATED, True)


def test_what_was_never_asked_counts_as_failed_in_the_share() -> None:
    near = drawn(*range(11, 17), *range(41, 46))
    assert briefly(near).verdict is Verdict.HOLDS
    assert briefly(f"{near[:70]} {near[71:75]} {near[76:]}").verdict is Verdict.INCONCLUSIVE


def test_faults_that_were_not_seen_prove_nothing() -> None:
    assert briefly(drawn(), faults=()).verdict is Verdict.INCONCLUSIVE
    lame = fault({"applying": 1.0, "applied": 1.0}, target="pod/ns/pod-a")
    assert "not seen to bite" in briefly(drawn(), faults=(gone(1.0), lame)).why
    assert briefly(drawn(15).replace("r", "?")).verdict is Verdict.INCONCLUSIVE
