"""How long, and how much, requests fail. A tenth of a second is a character; the fault is at 1 s; the margin is 2 s."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import constant
from kubeskeptic.checks import fails_at_most, never_fails
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import ActSpan
from tests.checks.faulted import ONE_SECOND, failing, none, story
from tests.drawn import endpoints, gone, lane, watched


@pytest.mark.parametrize(
    ("drawing", "verdict", "seconds"),
    [
        # 0         1         2         3         (seconds)
        ("." * 40, Verdict.HOLDS, 0.0),
        ("." * 10 + "r" + "." * 29, Verdict.HOLDS, 0.1),
        # Up to the next good answer it is one second after the fault: at the bound is within it.
        ("." * 10 + "r...r....r" + "." * 20, Verdict.HOLDS, 1.0),
        # Between the last failure and the next good answer lies the bound: which it was cannot be told.
        ("." * 10 + "r...r.....r" + "." * 19, Verdict.INCONCLUSIVE, 1.1),
        ("." * 10 + "r...r......r" + "." * 18, Verdict.VIOLATED, 1.2),
        # Failures that begin late end late.
        ("." * 21 + "r" + "." * 18, Verdict.VIOLATED, 1.2),
        # Successes in between do not end it.
        ("." * 10 + "r.....t....r" + "." * 18, Verdict.VIOLATED, 1.2),
        # It never ends: at least as long as there is to be seen.
        ("." * 10 + "r.." * 10, Verdict.VIOLATED, 2.8),
    ],
)
def test_failing_lasts_from_the_fault_to_the_good_answer_after_the_last_failure(
    drawing: str, verdict: Verdict, seconds: float
) -> None:
    finding = failing(lane(drawing))
    assert finding.verdict is verdict, finding.why
    assert finding.measured["failing"].value == pytest.approx(seconds)


def test_the_worst_node_decides() -> None:
    finding = failing(lane("." * 40, "n1"), lane("." * 11 + "r.." * 5 + "." * 14, "n2"))
    assert finding.verdict is Verdict.VIOLATED
    assert "n2" in finding.why


def test_no_second_may_lose_more_than_the_lost_endpoints_share() -> None:
    asked = {"end": 4.0, "within": constant("test", 0.0)}  # 2 s
    some = failing(lane("." * 100 + "r..r." * 20 + "." * 200, period=0.01), **asked)
    assert some.verdict is Verdict.HOLDS, some.why  # one endpoint in three, and what chance adds to it
    half = failing(lane("." * 100 + "r." * 50 + "." * 200, period=0.01), **asked)
    assert half.verdict is Verdict.VIOLATED, half.why
    everything = failing(lane("." * 100 + "r" * 100 + "." * 200, period=0.01), **asked)
    assert everything.verdict is Verdict.VIOLATED
    assert everything.measured["share failed in the worst second"].value == 100


def test_a_fault_lies_between_applying_and_applied() -> None:
    late = gone(1.0)
    late.phases["applied"] = late.phases["bit"] = 3.0  # the SIGKILL arrived some time in these 2 s
    act = watched(lane("." * 30 + "r" + "." * 19), faults=(late,), within=ONE_SECOND, spans=(ActSpan("act", 0, 1, 5),))
    assert fails_at_most(act, "web").verdict is Verdict.INCONCLUSIVE


def test_a_clock_that_is_known_badly_decides_nothing_close() -> None:
    unsure = lane("." * 21 + "r" + "." * 18)
    assert failing(unsure).verdict is Verdict.VIOLATED
    unsure.doubt = 0.45
    assert failing(unsure).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("drawing", "because"),
    [
        ("...r" + "." * 36, "baseline of “act” was dirty"),
        ("." * 15 + " " * 6 + "." * 19, "sent no request for more than 0.5 s"),
        ("." * 30, "sent no request for more than 0.5 s"),
        (" " * 8 + "." * 32, "sent no request for more than 0.5 s"),
        ("." * 12 + "??" + "." * 26, "2 outcomes of “web” on n1 are not known"),
        ("." * 18 + " ." * 6 + "." * 10, "6 of 40 requests of “web” on n1 were never sent"),
    ],
)
def test_what_was_not_seen_is_no_pass(drawing: str, because: str) -> None:
    finding = failing(lane(drawing))
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert because in finding.why


def test_as_much_as_one_hole_may_never_have_been_asked() -> None:
    assert failing(lane("." * 18 + " ." * 5 + "." * 12)).verdict is Verdict.HOLDS
    assert failing(lane("." * 18 + "    " + "." * 18)).verdict is Verdict.HOLDS


def test_what_was_not_seen_takes_no_violation_back() -> None:
    assert failing(lane("." * 10 + "r.." * 9 + "   ")).verdict is Verdict.VIOLATED


def test_what_was_never_asked_counts_as_failed_in_its_second() -> None:
    third = failing(lane("." * 50 + "r.." * 16 + ".r" + "." * 100, period=0.02))
    assert third.verdict is Verdict.HOLDS, third.why
    half = failing(lane("." * 50 + "r.." * 8 + " " * 24 + ".r" + "." * 100, period=0.02))
    share = half.measured["share failed in the worst second"].interval
    assert half.verdict is Verdict.INCONCLUSIVE, half.why
    assert (round(share.low), round(share.high)) == (35, 66)


def test_a_hole_that_all_lanes_share_is_a_gap_however_short() -> None:
    n1, n2 = ("." * 150 + " " * 4 + "." * 546 for _ in range(2))
    finding = failing(lane(n1, "n1", period=0.01), lane(n2, "n2", period=0.01), end=7.0)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "No node sent" in finding.why
    apart = failing(lane(n1, "n1", period=0.01), lane("." * 700, "n2", period=0.01), end=7.0)
    assert apart.verdict is Verdict.HOLDS, apart.why


def test_a_node_that_did_not_ask_is_missed() -> None:
    act = story(lane("." * 40))
    act.recording.nodes = ("n1", "n2")
    finding = fails_at_most(act, "web")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "No requests of “web” were sent from n2" in finding.why


def test_an_act_that_ends_too_early_shows_nothing() -> None:
    assert failing(lane("." * 10 + "r..r..r.r"), end=1.9).verdict is Verdict.INCONCLUSIVE
    finding = failing(lane("." * 19), end=1.9)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "before the bound" in finding.why


def test_the_baseline_lasts_until_the_fault() -> None:
    drawing = "." * 12 + "r" + "." * 27
    for finding in (failing(lane(drawing), at=1.5), none(lane(drawing), at=1.5)):
        assert finding.verdict is Verdict.INCONCLUSIVE
        assert "dirty" in finding.why


# -- none may fail -------------------------------------------------------------------------------------------------------
def test_none_may_fail() -> None:
    assert none(lane("." * 40)).verdict is Verdict.HOLDS
    finding = none(lane("." * 40), lane("." * 39 + "t", "n2"))
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["failed or late"].value == 1


def test_an_answer_that_needed_a_retransmission_is_as_wrong_as_a_failure() -> None:
    slow = lane("." * 40)
    slow.took[20] = 1.1
    finding = none(slow)
    assert finding.verdict is Verdict.VIOLATED
    assert finding.measured["late"].value == 1


def test_an_outcome_that_is_not_known_may_have_been_a_failure() -> None:
    assert none(lane("." * 20 + "?" + "." * 19)).verdict is Verdict.INCONCLUSIVE
    assert none(lane("." * 20 + "?t" + "." * 18)).verdict is Verdict.VIOLATED


def test_questions_that_were_never_asked_are_no_answers() -> None:
    ten = none(lane("." * 300 + " " + "." * 99, period=0.01))
    assert (ten.verdict, ten.measured["never asked"].value) == (Verdict.HOLDS, 1)
    often = none(lane("." * 100 + ".. " * 100, period=0.01))
    assert "were never sent" in often.why
    hole = none(lane("." * 200 + " " * 15 + "." * 185, period=0.01))
    assert "for more than 0.1 s" in hole.why
    assert {often.verdict, hole.verdict} == {Verdict.INCONCLUSIVE}


# -- who answers ---------------------------------------------------------------------------------------------------------
def test_an_answer_of_a_pod_that_is_no_endpoint_is_a_failure() -> None:
    left_out = endpoints(1.1, "pod-b", "pod-c", type="MODIFIED")
    dead = none(lane("." * 60, by="pod-a"), changes=(left_out,), end=6.0)
    assert dead.verdict is Verdict.VIOLATED  # until 3.1 s it may answer, by the margin
    assert "answered by a pod that was not an endpoint" in dead.why
    assert dead.measured["failed"].value == 28
    assert none(lane("." * 60, by="pod-b"), changes=(left_out,), end=6.0).verdict is Verdict.HOLDS
    assert none(lane("." * 40, by="stranger")).verdict is Verdict.VIOLATED


def test_without_endpoints_nothing_is_known_of_who_may_answer() -> None:
    act = story(lane("." * 40))
    act.recording.changes = [one for one in act.recording.changes if one.kind != "EndpointSlice"]
    assert never_fails(act, "web").verdict is Verdict.INCONCLUSIVE


def test_a_node_that_joined_and_was_not_asked_keeps_it_from_holding() -> None:
    act = story(lane("." * 40))
    act.recording.joined = {"n9": 2.0}
    finding = never_fails(act, "web")
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert "were sent from n9" in finding.why


def test_a_node_that_joined_after_the_act_is_none_of_its_concern() -> None:
    act = story(lane("." * 40))
    act.recording.joined = {"n9": 9.0}
    assert never_fails(act, "web").verdict is Verdict.HOLDS
