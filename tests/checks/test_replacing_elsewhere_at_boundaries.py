"""What is measured of pods that leave a drained node, and from when to when. A bound is 5 s; a start takes 4 s at most."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import moved_within_budget
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change
from tests.checks.replacements import DRAIN, HOME, NEVER, ONE_BY_ONE, act, drained, moved
from tests.drawn import fault, pod

LAST = ONE_BY_ONE[-1]


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
    assert "1 pod of web was on n1" in moved(early[0], *ONE_BY_ONE).why
    assert "1 pod of web was on n1" not in moved(early[1], *ONE_BY_ONE).why
    fewer = [pod(1.0, "c", node="n2", ready=False), pod(1.5, "c", node="n2")]
    assert moved(*fewer, *ONE_BY_ONE).measured["fewest Ready"].value == 2, "what was missing before is not counted"


def test_a_fault_that_drained_no_node() -> None:
    for target, why in (("node/n1", "drained no node"), ("cordon/n2", "1 pod of web was on n2")):
        how = fault(DRAIN.phases, name="drain_node", target=target)
        found = moved_within_budget(act(*HOME, *ONE_BY_ONE, faults=[how]), "web", 3, 2)
        assert (found.verdict, why in found.why) == (Verdict.INCONCLUSIVE, True)
