"""What is scaled away ends in order. The act begins at 1 s; the bound is 5 s."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.declared import ASKED, TWO, declared, ended, scaled
from tests.drawn import pod


# -- in order ------------------------------------------------------------------------------------------------------------
def leaving(seen: float, name: str = "web-a", type: str = "MODIFIED") -> Change:
    change = pod(seen, name, deleting=True, type=type)
    change.object["metadata"]["deletionGracePeriodSeconds"] = 5
    return change


def ends(*changes: Change, end: float = 20) -> Finding:
    return checks.ends_in_order(declared(*TWO, *changes, end=end), "web")


@pytest.mark.parametrize(("at", "verdict"), [(9.0, Verdict.HOLDS), (9.1, Verdict.VIOLATED)])
def test_a_pod_ends_within_its_grace_period_and_the_margin(at: float, verdict: Verdict) -> None:
    finding = ends(leaving(2.0), ended(3.0, "web-a"), ended(at, "web-a", type="DELETED"))
    assert finding.verdict is verdict, finding.why


@pytest.mark.parametrize("code", [137, 1])
def test_a_pod_that_is_killed_does_not_end_in_order(code: int) -> None:
    finding = ends(leaving(2.0), ended(3.0, "web-a", code), ended(4.0, "web-a", code, type="DELETED"))
    assert finding.verdict is Verdict.VIOLATED
    assert f"status {code}" in finding.why


def test_a_pod_that_is_gone_at_once_does_not_end_in_order() -> None:
    finding = ends(leaving(2.0, type="DELETED"))
    assert finding.verdict is Verdict.VIOLATED
    assert "before its containers were seen to end" in finding.why


def test_a_pod_without_a_grace_period_does_not_end_in_order() -> None:
    gone = ended(3.0, "web-a", type="DELETED")
    gone.object["spec"]["terminationGracePeriodSeconds"] = 0
    assert "had no grace period" in ends(leaving(2.0), gone).why


def test_what_the_act_does_is_not_done_before_it() -> None:
    finding = ends(leaving(2.0)._replace(age=9.0), ended(3.0, "web-a"), ended(8.0, "web-a", type="DELETED"))
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert scaled(ASKED._replace(age=9.0), pod(6.0, "web-c")).measured["followed"].value == 5.0


def test_the_grace_period_is_that_with_which_the_deletion_began() -> None:
    short = leaving(2.5)
    short.object["metadata"]["deletionGracePeriodSeconds"] = 1
    gone = ended(9.0, "web-a", type="DELETED")
    finding = ends(leaving(2.0), short, ended(3.0, "web-a"), gone)
    assert (finding.verdict, finding.bounds["longest end"].value) == (Verdict.HOLDS, 7)


def test_the_longest_of_several_ends_counts() -> None:
    one = leaving(2.0), ended(3.0, "web-a"), ended(4.0, "web-a", type="DELETED")
    two = leaving(2.0, "web-b"), ended(3.0, "web-b"), ended(9.5, "web-b", type="DELETED")
    finding = ends(*one, *two)
    assert (finding.verdict, finding.measured["longest end"].value) == (Verdict.VIOLATED, 7.5)


def test_a_pod_that_is_still_there_and_none_that_goes() -> None:
    assert ends(leaving(2.0), ended(3.0, "web-a"), end=8).verdict is Verdict.INCONCLUSIVE
    assert ends(leaving(2.0), ended(3.0, "web-a"), end=3600).verdict is Verdict.INCONCLUSIVE
    assert "no pod of web was deleted" in ends().why


def test_a_pod_that_has_not_ended_yet_has_not_ended_otherwise() -> None:
    assert ends(leaving(2.0), end=5).verdict is Verdict.INCONCLUSIVE
    assert ends(leaving(2.0), end=9.1).verdict is Verdict.VIOLATED


# -- what is a deletion, and what an end -----------------------------------------------------------------------------------
def of_two(change: Change, other: int | None) -> Change:
    """With a second container, which has ended with this code, or runs."""
    state = {"running": {}} if other is None else {"terminated": {"exitCode": other}}
    change.object["status"]["containerStatuses"].append({"name": "other", "state": state})
    return change


@pytest.mark.parametrize(("at", "verdict"), [(1.0, Verdict.HOLDS), (0.9, Verdict.INCONCLUSIVE)])
def test_a_deletion_counts_from_the_first_moment_of_the_act_on(at: float, verdict: Verdict) -> None:
    assert ends(ended(at, "web-a", type="DELETED")).verdict is verdict


def test_a_pod_that_is_gone_without_having_been_marked_had_no_time_to_end() -> None:
    finding = ends(pod(2.0, "web-a", type="DELETED"))
    assert (finding.verdict, finding.measured["not in order"].value) == (Verdict.VIOLATED, 1)
    assert finding.bounds["longest end"].value == 2, "no grace period and the margin"


def test_a_pod_that_stays_does_not_end() -> None:
    assert "no pod of web was deleted" in ends(pod(2.0, "web-b", restarts=1)).why
    finding = ends(pod(2.0, "web-b", restarts=1), leaving(2.0), ended(4.0, "web-a", type="DELETED"), end=9.1)
    assert finding.verdict is Verdict.HOLDS, finding.why


def test_how_pods_of_another_app_end_does_not_count() -> None:
    other = pod(2.0, "other-a", app="other", type="DELETED")
    assert "no pod of web was deleted" in ends(other).why
    assert ends(other, leaving(2.0), ended(4.0, "web-a", type="DELETED")).verdict is Verdict.HOLDS


def test_a_longer_grace_period_is_not_cut_short_by_that_of_another_pod() -> None:
    short = leaving(2.0, "web-b")
    short.object["metadata"]["deletionGracePeriodSeconds"] = 1
    first, second = ended(3.0, "web-b", type="DELETED"), ended(9.0, "web-a", type="DELETED")
    finding = ends(leaving(2.0), short, first, second)
    assert (finding.verdict, finding.bounds["longest end"].value) == (Verdict.HOLDS, 7)


def test_a_pod_has_its_own_grace_period_and_not_the_longest_of_all() -> None:
    short = leaving(2.0, "web-b")
    short.object["metadata"]["deletionGracePeriodSeconds"] = 1
    first, second = ended(4.0, "web-a", type="DELETED"), ended(6.0, "web-b", type="DELETED")
    finding = ends(leaving(2.0), short, first, second)
    assert finding.verdict is Verdict.VIOLATED
    assert (finding.measured["longest end"].value, finding.bounds["longest end"].value) == (4, 3)


def test_the_grace_period_of_the_last_sight_is_not_the_one_that_was_given() -> None:
    gone = ended(4.0, "web-a", type="DELETED")
    gone.object["metadata"]["deletionGracePeriodSeconds"] = 30
    assert ends(leaving(2.0), gone).bounds["longest end"].value == 7


def test_an_end_in_time_hides_none_that_is_overdue() -> None:
    quick = leaving(2.0, "web-b"), ended(4.0, "web-b", type="DELETED")
    assert ends(leaving(2.0), *quick, end=9.1).verdict is Verdict.VIOLATED
    assert ends(leaving(2.0), *quick, end=8.9).verdict is Verdict.INCONCLUSIVE


def test_one_end_out_of_order_among_several_is_one_too_many() -> None:
    good = leaving(2.0), ended(3.0, "web-a", type="DELETED")
    finding = ends(*good, leaving(2.0, "web-b"), ended(3.0, "web-b", 137, type="DELETED"))
    assert (finding.verdict, finding.measured["not in order"].value) == (Verdict.VIOLATED, 1)
    assert "1 of 2 pods" in finding.why


def test_a_pod_has_ended_once_all_its_containers_have() -> None:
    still = of_two(ended(3.0, "web-a"), None)
    assert ends(leaving(2.0), still, end=9.1).verdict is Verdict.VIOLATED
    over = of_two(ended(3.0, "web-a"), 0)
    assert ends(leaving(2.0), over, end=9.1).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("other", "says"),
    [(0, "ended by themselves"), (1, "status 1"), (None, "before its containers were seen to end")],
)
def test_each_container_has_to_end_by_itself(other: int | None, says: str) -> None:
    finding = ends(leaving(2.0), of_two(ended(4.0, "web-a", type="DELETED"), other))
    assert (finding.verdict is Verdict.HOLDS, says in finding.why) == (other == 0, True)


@pytest.mark.parametrize(
    ("own", "why"), [(5, ""), (None, ""), (30, "web-a was given 5 s to end, and its own grace period is 30 s")]
)
def test_a_pod_is_given_its_own_grace_period(own: int | None, why: str) -> None:
    first, gone = leaving(2.0), ended(4.0, "web-a", type="DELETED")
    for one in (first, gone) if own is not None else ():
        one.object["spec"]["terminationGracePeriodSeconds"] = own
    finding = ends(first, ended(3.0, "web-a"), gone)
    assert finding.verdict is (Verdict.INCONCLUSIVE if why else Verdict.HOLDS), finding.why
    assert why in finding.why
