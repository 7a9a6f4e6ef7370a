"""What is measured of pods that only controllers replace, and from when to when. A bound is 5 s; a start takes 4 s at most."""

from __future__ import annotations

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change
from tests.checks.replacements import BACK, DELETED, NEVER, SLICE, TWO, act, away, checked, replaced, stopped
from tests.drawn import endpoints, fault, pod


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
    assert ("The controllers were stopped for only 4.0 s after the deletion: too short" in found.why) is too_short
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


def test_another_component_that_is_stopped_is_not_the_controllers() -> None:
    other = fault(stopped().phases, name="stop_component", target="manifest/kube-scheduler")
    found = replaced(BACK, faults=(other, DELETED))
    assert (found.verdict, "kube-controller-manager was not stopped" in found.why) == (Verdict.INCONCLUSIVE, True)
    assert replaced(BACK, faults=(other, stopped(), DELETED)).verdict is Verdict.HOLDS


def test_a_pod_that_is_never_replaced_is_not_however_short_the_controllers_were_away() -> None:
    assert away(undoing=6.25, started=6.25).verdict is Verdict.VIOLATED


def test_controllers_that_are_not_given_back_in_the_act() -> None:
    lasting = fault(
        {"applying": 1.5, "applied": 1.5, "bit": 1.8}, name="stop_component", target="manifest/kube-controller-manager"
    )
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
