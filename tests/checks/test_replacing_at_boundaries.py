"""What is measured of pods that are replaced again and again, elsewhere, or not at all, and from when to when. A bound is 5 s;
a start takes 4 s at most."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import moved_within_budget, recovers_each_time, replaced_only_by_controllers
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, Change, FaultSpan
from tests.checks.test_replacing import (
    DELETED,
    DRAIN,
    HOME,
    ONE_BY_ONE,
    SLICE,
    TWO,
    act,
    lost,
    moved,
    recovers,
    replaced,
    stopped,
)
from tests.drawn import endpoints, fault, gone, pod

NEVER = float("inf")
THREE = [pod(at / 10, f"web-{at}") for at in (1, 2, 3)]


# -- again and again -----------------------------------------------------------------------------------------------------
def again(*changes: Change, faults: tuple[FaultSpan, ...], end: float = 20) -> Finding:
    return recovers_each_time(act(*THREE, *changes, faults=faults, end=end), "web", 3)


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
    assert (found.verdict, "10.8 s after one of the deletions, 3 were not Ready again for good" in found.why) == (
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


# -- elsewhere -----------------------------------------------------------------------------------------------------------
LAST = ONE_BY_ONE[-1]


def drained(*changes: Change, end: float = 20, **phases: float) -> Finding:
    how = fault(DRAIN.phases | phases, name="drain_node", target="cordon/n1")
    return moved_within_budget(act(*HOME, *changes, faults=[how], end=end), "web", 3, 2)


def test_everything_that_is_measured_of_a_drained_node() -> None:
    found = drained(*ONE_BY_ONE[:-1], LAST._replace(age=0.5), applied=2.2)
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["moved"].interval == pytest.approx((2.3, 3.0))
    assert (found.measured["fewest Ready"].value, found.measured["left on the node"].interval) == (2, (0, 0))
    assert (found.bounds["fewest Ready"].value, found.bounds["fewest Ready"].at_least) == (2, True)
    assert (found.nodes, found.window) == (("n1",), (1, 20))
    assert "2 of 3 pods were on n1, which was drained: all ran elsewhere after 3.0 s" in found.why
    never = drained(*ONE_BY_ONE[:-1], applied=2.2)
    assert never.measured["moved"].interval == pytest.approx((17.8, NEVER))
    assert "after 17.8 s not all ran elsewhere" in never.why


@pytest.mark.parametrize(
    "later",
    [
        (pod(6.0, "e", node="n3", restarts=1),),  # nothing has moved by that
        (pod(6.0, "other", app="other", node="n1"),),
    ],
)
def test_what_has_moved_stays_moved(later: tuple[Change, ...]) -> None:
    found = moved(*ONE_BY_ONE, *later)
    assert (found.verdict, found.measured["moved"].value) == (Verdict.HOLDS, 3.0)


@pytest.mark.parametrize(
    ("later", "took"),
    [
        ((pod(6.0, "e", node="n3", ready=False), pod(6.5, "e", node="n3")), 4.5),
        ((pod(6.0, "f", node="n2"), pod(6.2, "f", node="n2", type="DELETED")), 4.2),  # one too many for a while
        ((pod(6.0, "f", node="n1", ready=False), pod(6.2, "f", node="n1", type="DELETED")), 4.2),
        # That it goes is enough.
        ((pod(6.0, "f", node="n1", ready=False), pod(6.2, "f", node="n1", deleting=True)), 4.2),
    ],
)
def test_what_is_undone_is_not_moved_until_it_is_right_again(later: tuple[Change, ...], took: float) -> None:
    assert moved(*ONE_BY_ONE, *later).measured["moved"].value == pytest.approx(took)


def test_what_has_moved_for_a_while_only_is_not_known_to_have_moved_in_time() -> None:
    last = ONE_BY_ONE[-1].name
    lost = moved(*ONE_BY_ONE, pod(6.0, last, node="n3", ready=False))
    assert lost.measured["moved"].interval == (3.0, NEVER)
    assert (lost.verdict, "all ran elsewhere after 3.0 s, but not for good," in lost.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )
    late = moved(*ONE_BY_ONE, pod(6.0, last, node="n3", ready=False), pod(14.0, last, node="n3"))
    assert (late.verdict, late.measured["moved"].interval) == (Verdict.INCONCLUSIVE, (3.0, 12.0))


def test_pods_that_are_ending_on_the_node_have_moved_already() -> None:
    found = moved(*(one for one in ONE_BY_ONE if one.type != "DELETED"))
    assert found.measured["moved"].value == 3.0
    assert found.measured["left on the node"].value == 2, "and are still there when it is given back"
    assert found.verdict is Verdict.VIOLATED
    one = moved(*(change for change in ONE_BY_ONE if (change.type, change.name) != ("DELETED", "a")))
    assert (one.verdict, one.measured["left on the node"].value) == (Verdict.VIOLATED, 1)


@pytest.mark.parametrize(("undoing", "least"), [(7.0, 0), (7.1, 2)])
def test_who_has_not_left_in_time_may_leave_yet(undoing: float, least: float) -> None:
    found = drained(*ONE_BY_ONE[:2], undoing=undoing)
    assert found.measured["left on the node"].interval == (least, 2.0)


def test_who_leaves_until_the_node_is_given_back_is_not_left() -> None:
    late = [one._replace(seen=15.0) if one.type == "DELETED" else one for one in ONE_BY_ONE]
    assert moved(*late).measured["left on the node"].value == 0
    later = moved(*(one._replace(seen=15.1) if one.seen == 15.0 else one for one in late))
    assert later.measured["left on the node"].interval == (2.0, 2.0)


def test_pods_are_on_the_node_that_are_there_when_it_is_drained() -> None:
    early = [pod(at, "b", node="n1", type="DELETED") for at in (2.0, 2.1)]
    assert "1 pods of web were on n1" in moved(early[0], *ONE_BY_ONE).why
    assert "1 pods of web were on n1" not in moved(early[1], *ONE_BY_ONE).why
    fewer = [pod(1.0, "c", node="n2", ready=False), pod(1.5, "c", node="n2")]
    assert moved(*fewer, *ONE_BY_ONE).measured["fewest Ready"].value == 2, "what was missing before is not counted"


def test_a_fault_that_drained_no_node() -> None:
    for target, why in (("node/n1", "drained no node"), ("cordon/n2", "1 pods of web were on n2")):
        how = fault(DRAIN.phases, name="drain_node", target=target)
        found = moved_within_budget(act(*HOME, *ONE_BY_ONE, faults=[how]), "web", 3, 2)
        assert (found.verdict, why in found.why) == (Verdict.INCONCLUSIVE, True)


# -- without controllers -------------------------------------------------------------------------------------------------
BACK = pod(14.0, "web-3")


def away(
    *changes: Change, undoing: float = 10.0, started: float = 10.0, slices: list[Change] = SLICE, **phases: float
) -> Finding:
    """What is said when the pod was deleted between 2 s and 2.25 s."""
    faults = (stopped(undoing, **phases), gone(2.0, "pod/ns/web-1", applied=2.25))
    deleting = pod(2.1, "web-1", deleting=True)
    seen = act(*TWO, *slices, deleting, *changes, faults=faults, of="web", started=started)
    return checked(seen)


def checked(seen: Act) -> Finding:
    return replaced_only_by_controllers(seen, "web", 2, "started")


def test_everything_that_is_measured_without_controllers() -> None:
    found = away(BACK._replace(age=0.5), started=11.0)
    assert found.verdict is Verdict.HOLDS, found.why
    counted = {name: one.value for name, one in found.measured.items()}
    assert counted == {
        "replaced without controllers": 0, "replaced after their return": 3.0, "without controllers": 7.8,
        "still an endpoint": 9.8, "until they led again": 3.0,
    }  # fmt: skip
    assert found.measured["replaced after their return"].interval == (1.5, 3.0)
    assert found.window == (1.0, 20.0)
    assert "nothing replaced a deleted pod" in found.why
    assert "3.0 s after the controllers were started again, 2 pods were Ready" in found.why
    never = away(started=11.0)
    assert never.measured["replaced after their return"].interval == (8.0, NEVER)
    assert "web-1 was not replaced within 8.0 s after the controllers were started again" in never.why


@pytest.mark.parametrize(
    ("started", "origin"), [(8.0, (10, 10)), (9.5, (10, 10.5)), (10.0, (10, 11)), (11.0, (11, 12))]
)
def test_controllers_return_within_a_second_and_not_before_they_were_let(
    started: float, origin: tuple[float, float]
) -> None:
    took = away(BACK, started=started).measured["replaced after their return"].interval
    assert took == (14 - origin[1], 14 - origin[0])


@pytest.mark.parametrize(
    ("change", "early"),
    [
        (pod(9.9, "web-3", ready=False), True),
        (pod(10.0, "web-3", ready=False), False),  # they run again
        (pod(2.0, "web-3", ready=False), False),  # it was there when the pod was deleted
        (pod(2.1, "web-3", ready=False), True),
        (pod(5.0, "web-2", node="n2", restarts=1), False),
    ],
)
def test_a_pod_that_is_new_while_no_controller_runs_came_too_early(change: Change, early: bool) -> None:
    found = away(change, BACK)
    assert found.measured["replaced without controllers"].value == int(early)
    assert ("Before the controllers were started again, web-3 replaced web-1" in found.why) is early


@pytest.mark.parametrize(("made", "before"), [(10.0, 1.0), (11.9, 1.0), (12.0, 0.0)])
def test_a_pod_that_is_new_before_the_controllers_had_started_is_not_known_to_be_theirs(
    made: float, before: float
) -> None:
    found = away(pod(made, "web-3", ready=False), BACK, started=12.0)
    assert found.measured["replaced without controllers"].interval == pytest.approx((0, before))
    assert found.verdict is (Verdict.INCONCLUSIVE if before else Verdict.HOLDS), found.why
    assert ("Before the controllers were started again, web-3 replaced web-1" in found.why) is bool(before)


@pytest.mark.parametrize(("undoing", "too_short"), [(6.25, True), (6.5, False)])
def test_controllers_have_to_be_away_for_longer_than_a_start(undoing: float, too_short: bool) -> None:
    found = away(pod(9.0, "web-3"), undoing=undoing, started=undoing)
    assert ("the controllers were stopped for only 4.0 s after the deletion: too short" in found.why) is too_short
    assert found.verdict is (Verdict.INCONCLUSIVE if too_short else Verdict.HOLDS)
    soon = away(pod(3.0, "web-3"), undoing=undoing, started=undoing)
    assert soon.verdict is Verdict.VIOLATED, "what came is seen, however short they were away"


def test_controllers_that_were_not_seen_to_start_or_to_be_stopped() -> None:
    unknown = act(*TWO, *SLICE, pod(2.1, "web-1", deleting=True), faults=(stopped(), DELETED), of="web")
    assert "it was not recorded when the controllers were started again" in checked(unknown).why
    assert "no fault was recorded" in replaced(BACK, faults=(DELETED,)).why
    assert replaced(BACK, faults=(DELETED, stopped())).verdict is Verdict.HOLDS, "in whatever order"


def test_a_pod_of_which_no_change_was_seen_was_not_replaced() -> None:
    for at in (0.0, 2.0):
        pods = (TWO[0], TWO[1]._replace(seen=at))  # the other one may have come when it was deleted
        found = checked(act(*pods, *SLICE, faults=(stopped(), DELETED), of="web", started=10.0))
        assert (found.verdict, "web-1 was not replaced" in found.why) == (Verdict.VIOLATED, True)


def test_controllers_that_are_stopped_once_more_were_away_for_as_long_as_before() -> None:
    once_more = stopped(18.0, applying=16.0, applied=16.0, bit=16.5, healed=19.0)
    found = replaced(BACK, faults=(stopped(), DELETED, once_more))
    assert (found.verdict, found.measured["without controllers"].value) == (Verdict.HOLDS, 8.0)


def test_controllers_that_are_not_given_back_in_the_act() -> None:
    lasting = fault({"applying": 1.5, "applied": 1.5, "bit": 1.8}, name="stop_component", target="manifest/any")
    found = replaced(faults=(lasting, DELETED), started=20.0)
    assert found.measured["without controllers"].value == 18.0
    assert found.measured["until they led again"].value == 0.0


@pytest.mark.parametrize(
    ("later", "stayed"),
    [
        (endpoints(12.0, "web-2", type="MODIFIED"), 9.75),
        (endpoints(12.0, "web-1", "web-2", type="MODIFIED"), 17.75),  # to the end
        (endpoints(12.0, "web-2", type="MODIFIED", service="other"), 17.75),
        (endpoints(2.25, "web-2", type="MODIFIED"), 17.75),  # no later than the deletion
        (endpoints(12.0, type="MODIFIED"), 9.75),
    ],
)
def test_how_long_a_deleted_pod_stays_an_endpoint(later: Change, stayed: float) -> None:
    measured = away(BACK, slices=[SLICE[0], later]).measured["still an endpoint"]
    assert measured.value == pytest.approx(stayed, abs=0.051)


def test_an_endpoint_that_is_not_ready_or_no_pod_is_none_of_it() -> None:
    changes = [endpoints(at, "web-1", "web-2", type="MODIFIED") for at in (8.0, 9.0)]
    del changes[0].object["endpoints"][0]["conditions"]  # it says nothing, which counts as ready
    changes[1].object["endpoints"][0]["conditions"]["ready"] = False
    changes[1].object["endpoints"].append({"conditions": {"ready": True}})
    assert away(BACK, slices=[SLICE[0], *changes]).measured["still an endpoint"].value == pytest.approx(6.8)
    bare = endpoints(7.0, type="MODIFIED")
    bare.object["endpoints"] = None
    assert away(BACK, slices=[SLICE[0], bare]).measured["still an endpoint"].value == pytest.approx(4.8)
    unlabelled = endpoints(7.0, type="MODIFIED")
    del unlabelled.object["metadata"]["labels"]
    assert away(BACK, slices=[SLICE[0], unlabelled]).measured["still an endpoint"].value == pytest.approx(17.8)


@pytest.mark.parametrize(
    ("later", "took"),
    [
        ((BACK, pod(15.0, "web-3", restarts=1)), 4.0),
        ((BACK, pod(15.0, "web-3", ready=False), pod(16.0, "web-3")), 6.0),
        ((pod(12.0, "web-3", ready=False), BACK), 4.0),
    ],
)
def test_replaced_is_what_stays_replaced(later: tuple[Change, ...], took: float) -> None:
    assert away(*later).measured["replaced after their return"].value == took


@pytest.mark.parametrize(
    ("later", "took"),
    [
        ((pod(15.0, "web-3", ready=False), pod(16.0, "web-3")), (3.0, 6.0)),
        ((pod(15.0, "web-3", ready=False),), (3.0, NEVER)),
        ((pod(15.0, "web-4"),), (5.0, NEVER)),  # one too many for five seconds, to the end
    ],
)
def test_what_does_not_stay_replaced_was_replaced_for_a_while(
    later: tuple[Change, ...], took: tuple[float, float]
) -> None:
    found = away(BACK, *later)
    assert found.measured["replaced after their return"].interval == took
    assert "was not replaced within" not in found.why


# -- other pods ----------------------------------------------------------------------------------------------------------
def test_pods_of_another_app_are_not_counted() -> None:
    others = [pod(at, f"other-{at}", app="other") for at in (0.0, 2.05, 3.0, 15.0)]
    assert again(*others, *lost(2.0, "web-1", "web-4", 6.0), faults=(gone(2.0),)).verdict is Verdict.HOLDS
    assert drained(*others, *ONE_BY_ONE).verdict is Verdict.HOLDS
    assert away(*others, BACK).verdict is Verdict.HOLDS
