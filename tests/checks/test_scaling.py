"""The number of pods follows what was declared; what is scaled away ends in order. The act begins at 1 s; the bound is 5 s."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.declared import declared, deployment, ended, watch_gap
from tests.drawn import pod

TWO = [deployment(0.0, 2), pod(0.0, "web-a"), pod(0.0, "web-b")]
ASKED = deployment(2.0, 3)


def scaled(*changes: Change, end: float = 20) -> Finding:
    return checks.scaled(declared(*TWO, *changes, end=end), "web", 3)


@pytest.mark.parametrize(("at", "verdict"), [(7.0, Verdict.HOLDS), (7.1, Verdict.VIOLATED)])
def test_a_third_pod_is_ready_in_time(at: float, verdict: Verdict) -> None:
    assert scaled(ASKED, pod(at, "web-c")).verdict is verdict


def test_what_is_measured_of_scaling() -> None:
    finding = scaled(deployment(0.5, 3), ASKED, pod(1.5, "web-b", ready=False), pod(6.0, "web-b"), pod(6.5, "web-c"))
    assert {name: one.value for name, one in finding.measured.items()} == {"followed": 4.5, "from": 1, "to": 3}


def test_being_scaled_before_the_act_is_not_what_is_followed() -> None:
    act = declared(*TWO, deployment(0.5, 3), pod(3.0, "web-c"))
    assert "not seen scaled to 3" in checks.scaled(act, "web", 3).why


def test_what_was_not_asked_for_is_not_followed() -> None:
    assert "not seen scaled to 3" in scaled(pod(3.0, "web-c")).why
    assert "3 pods of web were Ready before" in scaled(pod(1.5, "web-c"), ASKED).why


def test_a_third_pod_that_never_comes_or_does_not_stay() -> None:
    assert scaled(ASKED).verdict is Verdict.VIOLATED
    assert scaled(ASKED, end=6.9).verdict is Verdict.INCONCLUSIVE
    assert scaled(ASKED, pod(3.0, "web-c"), pod(15.0, "web-c", ready=False)).verdict is Verdict.VIOLATED
    assert scaled(ASKED, pod(3.0, "web-c"), pod(4.0, "web-d")).verdict is Verdict.VIOLATED


def test_a_gap_in_the_watch_is_no_pass() -> None:
    act = declared(*TWO, ASKED, pod(3.0, "web-c"), gaps=(watch_gap(4.0, 5.0),))
    assert checks.scaled(act, "web", 3).verdict is Verdict.INCONCLUSIVE


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
