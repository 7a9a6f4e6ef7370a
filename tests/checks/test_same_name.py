"""A StatefulSet's pod is deleted at 1 s, and replaced under its name. The act starts at 1 s; the bound is 5 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.checks.lasting import NEVER
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change, Gap
from tests.checks.over_time import story
from tests.drawn import pod


def mine(at: float, uid: str = "u1", **more: Any) -> Change:
    return pod(at, **{"name": "db-0", "app": "db", "uid": uid, "ip": f"10.0.0.{uid[1:]}", **more})


OLD = mine(0.0)
GONE = mine(2.0, type="DELETED", ready=False)
MADE, NEW = mine(2.1, "u2", ready=False), mine(4.0, "u2")


def replaced(*changes: Change, **more: Any) -> Finding:
    return checks.replaced_under_its_name(story(*changes, **{"target": "pod/ns/db-0", **more}), "db")


def test_another_pod_of_the_same_name_is_ready_in_time() -> None:
    finding = replaced(OLD, GONE, MADE, NEW)
    assert (finding.verdict, finding.measured["replaced"].value) == (Verdict.HOLDS, 2.0), finding.why
    assert "db-0 (10.0.0.1, n1) was deleted and replaced by db-0 (10.0.0.2, n1)" in finding.why


@pytest.mark.parametrize(
    ("new", "verdict"),
    [
        ({"name": "db-1"}, Verdict.VIOLATED),
        ({"ip": "10.0.0.1"}, Verdict.VIOLATED),
        ({"at": 7.0}, Verdict.HOLDS),
        ({"at": 7.1}, Verdict.VIOLATED),
        ({"ready": False}, Verdict.VIOLATED),
        ({"uid": "u1"}, Verdict.VIOLATED),
        ({"app": "web"}, Verdict.VIOLATED),
    ],
)
def test_anything_else_is_no_replacement(new: dict[str, Any], verdict: Verdict) -> None:
    assert replaced(OLD, GONE, mine(**{"at": 4.0, "uid": "u2", **new})).verdict is verdict


def other(at: float) -> Change:
    return mine(at, "u2", name="db-1")


def test_a_pod_that_was_there_before_is_no_replacement() -> None:
    assert "not replaced within 18.0 s" in replaced(OLD, other(1.0), GONE, other(3.0)).why
    early = replaced(OLD, mine(1.1, "u2"), GONE, mine(3.0, "u2"))
    assert (early.verdict, early.measured["replaced"].value) == (Verdict.INCONCLUSIVE, -0.9), early.why
    assert "“replaced” is negative, -0.9 s: a clock or a record is wrong" in early.why, "two pods had the name at once"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ((OLD, NEW), "was not seen to be removed"),
        ((OLD, mine(2.0, "u9", type="DELETED"), NEW), "was not seen to be removed"),
        ((GONE, NEW), "was not Ready before"),
        ((OLD._replace(seen=1.01), GONE, NEW), "was not Ready before"),
        ((OLD, mine(0.5, ready=False), GONE, NEW), "was not Ready before"),
    ],
)
def test_a_deletion_that_was_not_seen_proves_nothing(changes: tuple[Change, ...], why: str) -> None:
    finding = replaced(*changes)
    assert (finding.verdict, why in finding.why) == (Verdict.INCONCLUSIVE, True), finding.why


@pytest.mark.parametrize(
    ("later", "took"),
    [
        ([mine(4.5, "u2", ready=False)], (2.0, NEVER)),
        ([mine(4.5, "u2", deleting=True)], (2.0, NEVER)),
        ([mine(4.5, "u2", type="DELETED")], (2.0, NEVER)),
        ([mine(4.5, "u2", ready=False), mine(7.1, "u2")], (2.0, 5.1)),
        ([mine(4.5, "u2", type="DELETED"), mine(7.1, "u3")], (2.0, 5.1)),
        ([mine(4.5, "u2", ready=False), mine(7.0, "u2")], (2.0, 5.0)),
        ([mine(4.5, "u9", name="db-1"), mine(5.0, "u9", name="db-1", ready=False)], (2.0, 2.0)),
    ],
)
def test_a_replacement_stays_ready_until_the_end(later: list[Change], took: tuple[float, float]) -> None:
    finding = replaced(OLD, GONE, MADE, NEW, *later)
    assert finding.measured["replaced"].interval == pytest.approx(took)
    assert finding.verdict is (Verdict.HOLDS if took[1] <= 5 else Verdict.INCONCLUSIVE), finding.why
    assert ("2.00 s, but not for good, after it was gone" in finding.why) is (took[1] == NEVER)
    late = replaced(OLD, GONE, MADE, *(one._replace(seen=one.seen + 3.1) for one in (NEW, *later)))
    assert late.verdict is Verdict.VIOLATED


def test_a_gap_and_an_act_that_ends_early_prove_nothing() -> None:
    gap = Gap("watch", "", "", "Pod", 2.5, 3.0, "the connection broke")
    assert replaced(OLD, GONE, MADE, NEW, gaps=[gap]).verdict is Verdict.INCONCLUSIVE
    assert replaced(OLD, GONE, MADE, end=6.9).verdict is Verdict.INCONCLUSIVE
