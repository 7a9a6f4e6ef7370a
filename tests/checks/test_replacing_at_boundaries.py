"""What is measured of pods that are replaced again and again, and when. A bound is 5 s; a start takes 4 s at most."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import recovers_each_time
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change
from tests.checks.replacements import BACK, NEVER, ONE_BY_ONE, act, again, away, drained, lost, recovers
from tests.drawn import fault, gone, pod


# -- again and again -----------------------------------------------------------------------------------------------------
def test_everything_that_is_measured_of_losses() -> None:
    faults = (gone(9.0, applied=9.2), gone(2.0))  # in whatever order they were noted
    back = pod(12.0, "web-5")._replace(age=0.5)
    found = again(*lost(2.0, "web-1", "web-4", 6.0), pod(9.3, "web-2", deleting=True), back, faults=faults)
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["whole again"].interval == pytest.approx((4.0, 4.0))
    assert (found.measured["pods deleted"].value, found.measured["fewest"].value) == (2, 2)
    assert found.decisive == ("deletion 1: whole again after 4.00 s", "deletion 2: whole again after 3.00 s")
    assert found.window == (1.0, 20.0)
    assert "after at most 4.0 s" in found.why
    first = again(pod(9.3, "web-2", deleting=True), back, faults=faults[:1])
    assert first.measured["whole again"].interval == pytest.approx((2.3, 3.0))


def test_whole_is_what_stays_whole_until_the_next_loss_or_the_end() -> None:
    lost_again = pod(8.0, "web-4", ready=False)
    for faults, more in (((gone(2.0),), ()), ((gone(2.0), gone(12.0)), (*lost(12.0, "web-2", "web-5", 14.0),))):
        flaps = again(*lost(2.0, "web-1", "web-4", 4.0), lost_again, pod(8.5, "web-4"), *more, faults=faults)
        assert flaps.measured["whole again"].interval == (2.0, 6.5)
        assert flaps.verdict is Verdict.INCONCLUSIVE, "in time, and not for good"
    never = again(*lost(2.0, "web-1", "web-4", 4.0), lost_again, faults=(gone(2.0),))
    assert (never.verdict, never.measured["whole again"].interval) == (Verdict.INCONCLUSIVE, (2.0, NEVER))
    soon = again(
        *lost(2.0, "web-1", "web-4", 4.0), pod(4.2, "web-4", ready=False), pod(4.5, "web-4"), faults=(gone(2.0),)
    )
    assert (soon.verdict, soon.measured["whole again"].value) == (Verdict.HOLDS, 2.5)


def test_the_fewest_of_all_losses() -> None:
    both = [pod(9.1, f"web-{at}", deleting=True) for at in (2, 3)]
    found = again(
        *lost(2.0, "web-1", "web-4", 4.0), *both, pod(11.0, "a"), pod(12.0, "b"), faults=(gone(2.0), gone(9.0))
    )
    assert (found.verdict, found.measured["fewest"].value) == (Verdict.HOLDS, 1)
    assert found.measured["whole again"].value == 3.0, "when all are Ready, not when one more is"


def test_the_fewest_may_have_been_after_the_first_of_several_losses() -> None:
    both = [pod(2.1, f"web-{at}", deleting=True) for at in (2, 3)]
    found = again(
        *both, pod(4.0, "a"), pod(5.0, "b"), *lost(9.0, "web-1", "web-4", 12.0), faults=(gone(2.0), gone(9.0))
    )
    assert (found.verdict, found.measured["fewest"].value) == (Verdict.HOLDS, 1)


def test_one_loss_of_several_that_is_not_made_up_for() -> None:
    found = again(
        *lost(2.0, "web-1", "web-4", 4.0), pod(9.3, "web-2", deleting=True), faults=(gone(2.0), gone(9.0, applied=9.2))
    )
    assert found.measured["whole again"].interval == pytest.approx((10.8, NEVER))
    assert (found.verdict, "10.8 s after one of them 3 were not Ready again for good" in found.why) == (
        Verdict.VIOLATED,
        True,
    )
    assert found.decisive == ("deletion 1: whole again after 2.00 s", "deletion 2: not whole again in 10.8 s")
    more = again(*lost(2.0, "web-1", "a", 4.0), pod(4.0, "b"), faults=(gone(2.0),))
    assert more.measured["whole again"].interval == (16.0, NEVER), "one too many, for good"
    assert more.verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            (pod(2.0, "web-1", deleting=True), pod(4.0, "web-4")),
            "2 of 3 replicas were Ready and 2 pods existed before says",
        ),
        (
            (pod(1.5, "web-4"), pod(2.1, "web-1", deleting=True)),
            "4 of 3 replicas were Ready and 4 pods existed before says",
        ),
        ((pod(2.1, "web-4"), pod(3.0, "web-4", deleting=True)), "no replica was seen missing after says"),
        ((), "no replica was seen missing after says"),
        ((pod(2.1, "web-1", deleting=True), pod(4.0, "web-4")), ""),
    ],
)
def test_a_deletion_shows_something_where_a_replica_is_missing_because_of_it(
    changes: tuple[Change, ...], why: str
) -> None:
    found = again(*changes, faults=(gone(2.0),))
    assert found.verdict is (Verdict.INCONCLUSIVE if why else Verdict.HOLDS), found.why
    assert why in found.why


def test_one_that_gets_ready_as_a_pod_is_deleted_was_ready_before() -> None:
    last = [pod(1.5, "web-3", ready=False), pod(2.0, "web-3")]
    found = again(*last, *lost(2.0, "web-1", "web-4", 4.0), faults=(gone(2.0),))
    assert (found.verdict, found.measured["whole again"].value) == (Verdict.HOLDS, 2.0), found.why
    assert found.measured["fewest"].value == 2
    two = [pod(2.0, "web-2", ready=False), pod(2.0, "web-3", ready=False), pod(2.0, "web-2"), pod(2.0, "web-3")]
    found = again(*two, *lost(2.0, "web-1", "web-4", 4.0), faults=(gone(2.0),))
    assert (found.verdict, found.measured["fewest"].value) == (Verdict.HOLDS, 1), "at that moment"


def test_nothing_was_there_before() -> None:
    found = recovers_each_time(act(pod(4.0, "a"), pod(4.1, "b"), faults=(gone(2.0),)), "web", 2)
    assert (found.verdict, "there was no pod before" in found.why) == (Verdict.INCONCLUSIVE, True)


def test_faults_that_are_not_of_the_act_or_did_not_bite() -> None:
    changes = lost(2.0, "web-1", "web-3", 4.0)
    other = fault({"applying": 3.0, "applied": 3.0, "bit": 3.0}, act="another", target="pod/ns/web-2")
    lame = fault({"applying": 3.0, "applied": 3.0}, name="kill", target="pod/ns/web-2")
    assert recovers(*changes, faults=(gone(2.0), other)).measured["pods deleted"].value == 1
    assert "kill was not seen to bite" in recovers(*changes, faults=(gone(2.0), lame)).why
    assert "no fault was recorded in “act”" in recovers(*changes, faults=(other,)).why


# -- other pods ----------------------------------------------------------------------------------------------------------
def test_pods_of_another_app_are_not_counted() -> None:
    others = [pod(at, f"other-{at}", app="other") for at in (0.0, 2.05, 3.0, 15.0)]
    assert again(*others, *lost(2.0, "web-1", "web-4", 6.0), faults=(gone(2.0),)).verdict is Verdict.HOLDS
    assert drained(*others, *ONE_BY_ONE).verdict is Verdict.HOLDS
    assert away(*others, BACK).verdict is Verdict.HOLDS
