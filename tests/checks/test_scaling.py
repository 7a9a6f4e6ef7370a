"""The number of pods follows what was declared. The act begins at 1 s; the bound is 5 s."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.checks.scaling import never_wanted
from kubeskeptic.findings import Verdict
from tests.checks.declared import ASKED, TWO, declared, deployment, scaled, watch_gap
from tests.drawn import pod


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


def test_pods_of_another_app_are_none_of_those_asked_for() -> None:
    assert scaled(ASKED, pod(3.0, "other-a", app="other")).verdict is Verdict.VIOLATED
    finding = scaled(pod(1.5, "other-a", app="other"), ASKED, pod(3.0, "web-c"))
    assert (finding.verdict, finding.measured["from"].value) == (Verdict.HOLDS, 2)


def test_a_count_of_the_moment_at_which_more_were_asked_for_is_the_one_of_before() -> None:
    finding = scaled(pod(2.0, "web-b", ready=False), ASKED, pod(3.0, "web-b"), pod(4.0, "web-c"))
    assert finding.measured["from"].value == 1
    assert finding.decisive == ("+1.00 s: 2 Ready", "+2.00 s: 3 Ready")


def test_an_app_without_pods_is_not_followed() -> None:
    act = declared(ASKED, pod(3.0, "web-a"), pod(3.0, "web-b"), pod(3.0, "web-c"))
    assert "0 pods of web were Ready before the scaling to 3" in checks.scaled(act, "web", 3).why


@pytest.mark.parametrize(("asked", "verdict"), [(1.0, Verdict.HOLDS), (0.9, Verdict.INCONCLUSIVE)])
def test_the_act_asks_from_its_first_moment_on(asked: float, verdict: Verdict) -> None:
    assert scaled(deployment(asked, 3), pod(3.0, "web-c")).verdict is verdict


def test_what_is_asked_for_a_second_time_was_asked_for_at_the_first() -> None:
    finding = scaled(ASKED, deployment(4.0, 3), pod(6.0, "web-c"))
    assert finding.measured["followed"].value == 4.0


def test_a_third_pod_that_never_comes_or_does_not_stay() -> None:
    assert scaled(ASKED).verdict is Verdict.VIOLATED
    assert "18.00 s after web was scaled from 2 to 3, 2 of its pods were Ready" in scaled(ASKED).why
    assert scaled(ASKED, end=6.9).verdict is Verdict.INCONCLUSIVE
    assert scaled(ASKED, pod(3.0, "web-c"), pod(15.0, "web-c", ready=False)).verdict is Verdict.INCONCLUSIVE
    assert scaled(ASKED, pod(7.1, "web-c"), pod(15.0, "web-c", ready=False)).verdict is Verdict.VIOLATED
    assert scaled(ASKED, pod(3.0, "web-c"), pod(4.0, "web-d")).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(("at", "verdict"), [(7.0, Verdict.HOLDS), (7.1, Verdict.INCONCLUSIVE)])
def test_a_pod_that_turns_unready_once_all_were_ready(at: float, verdict: Verdict) -> None:
    finding = scaled(ASKED, pod(3.0, "web-c"), pod(6.0, "web-a", ready=False), pod(at, "web-a"))
    assert (finding.verdict, finding.measured["followed"].interval) == (verdict, (1.0, at - 2))
    lost = scaled(ASKED, pod(3.0, "web-c"), pod(6.0, "web-a", ready=False))
    assert (lost.verdict, "18.00 s after web was scaled from 2 to 3, 2 of its pods were Ready;" in lost.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )


def test_pods_that_turn_unready_are_not_scaled_away() -> None:
    fewer = [deployment(2.0, 1), pod(3.0, "web-b", ready=False)]
    finding = checks.scaled(declared(*TWO, *fewer), "web", 1)
    assert finding.verdict is Verdict.VIOLATED
    assert "18.00 s after web was scaled from 2 to 1, 1 of its pods were Ready and 2 pods existed;" in finding.why
    assert checks.scaled(declared(*TWO, *fewer, pod(4.0, "web-b", deleting=True)), "web", 1).verdict is Verdict.HOLDS


def test_a_gap_in_the_watch_is_no_pass() -> None:
    act = declared(*TWO, ASKED, pod(3.0, "web-c"), gaps=(watch_gap(4.0, 5.0),))
    assert checks.scaled(act, "web", 3).verdict is Verdict.INCONCLUSIVE


def test_pods_that_were_never_wanted() -> None:
    two, three = deployment(0.0, 2), deployment(5.0, 3)
    there = [pod(0.5, name, app="web") for name in ("web-a", "web-b")]
    waiting, more = pod(3.0, "web-c", ready=False), pod(4.0, "web-d")
    assert never_wanted([*there, waiting, more], [two], 1.0) == 1
    assert never_wanted([*there, waiting], [two], 1.0) == never_wanted([*there, more], [two], 4.0) == 0
    assert never_wanted([*there, pod(5.0, "web-d")], [two, three], 1.0) == 0
    assert never_wanted([*there, pod(2.0, "web-a", deleting=True), more], [two], 1.0) == 0
    assert never_wanted([*there, more, pod(4.5, "web-e"), pod(4.6, "web-e")], [two], 1.0) == 2
