"""When a pod's move is followed, at each boundary. Signs are those of `letters.py`."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import SYNC
from kubeskeptic.checks import follows_move
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change, FaultSpan, Gap, Lane
from kubeskeptic.timeline.stalls import Stall
from tests.checks.letters import GOOD, asked
from tests.checks.measured_moves import FAILED, FIRST, LAST, per_node, value
from tests.drawn import gone, pod, watched

MOVES = (pod(1.5, "old", type="DELETED", node="A"), pod(1.4, "new", type="ADDED", node="B"))
DELETED = gone(target="pod/ns/old")


# Deleted at 1.0 s; SYNC is 0, so the old pod may answer until 3.0 s, and the new one must answer by then, too.
def moving(*lanes: Lane, changes: tuple[Change, ...] = MOVES, pods: Any = None, deleted: FaultSpan = DELETED) -> Act:
    here = {one.node for one in lanes}
    others = [asked(GOOD, node) for node in "ABC" if node not in here]
    return watched(
        *lanes, *others, pods=pods or {"old": "A"}, changes=changes, faults=(deleted,),
        spans=(ActSpan("act", 0, 0.5, 6.0),), within=SYNC,
    )  # fmt: skip


def moved(*lanes: Lane, **more: Any) -> Finding:
    return follows_move(moving(*lanes, **more), "web")


def test_what_is_measured_of_a_move() -> None:
    found = moved()
    assert [value(found, name) for name in (FIRST, LAST, FAILED)] == [(0.3, 0.301), (0, 0), (0.2, 0.2)]
    assert [found.bounds[name].value for name in (FIRST, LAST, FAILED)] == [2, 2, 2]


@pytest.mark.parametrize(
    ("drawing", "first", "last", "failed"),
    [
        ("o" * 12 + "rr" + "n" * 46, (0.4, 0.401), (0.1, 0.101), (0.3, 0.3)),
        ("o" * 12 + "non" + "n" * 45, (0.2, 0.201), (0.3, 0.301), (0, 0)),
        ("o" * 12 + "n" * 8 + "o" + "n" * 39, (0.2, 0.201), (1.0, 1.001), (0, 0)),
        ("o" * 11 + "?" + "n" * 48, (0.2, 0.201), (0, 0.001), (0, 0)),
        ("o" * 10 + "n" * 50, (0, 0.001), (0, 0), (0, 0)),
        ("o" * 12 + "n" * 20 + "r" + "n" * 27, (0.2, 0.201), (0.1, 0.101), (2.2, 2.2)),
    ],
)
def test_the_first_from_the_new_the_last_from_the_old_and_the_last_failure(
    drawing: str, first: Any, last: Any, failed: Any
) -> None:
    found = follows_move(moving(*(asked(drawing, node) for node in "ABC")), "web")
    assert [value(found, name) for name in (FIRST, LAST, FAILED)] == [first, last, failed]


def test_the_deletion_was_between_two_moments_and_a_clock_is_in_doubt() -> None:
    slow = gone(target="pod/ns/old", applied=1.15)
    drawing = "o" * 13 + "r" + "n" * 46
    found = moved(*(asked(drawing, node) for node in "ABC"), deleted=slow)
    assert [value(found, name) for name in (FIRST, LAST, FAILED)] == [(0.25, 0.401), (0.05, 0.201), (0.15, 0.3)]
    lanes = [asked(drawing, node) for node in "ABC"]
    for one in lanes:
        one.doubt = 0.1
    unsure = moved(*lanes, deleted=slow)
    assert [value(unsure, name) for name in (FIRST, LAST, FAILED)] == [(0.15, 0.501), (0, 0.301), (0.05, 0.4)]


@pytest.mark.parametrize(("took", "first"), [(0.5, (0.3, 0.8)), (0.9, (0.3, 1.2)), (1.0, (0.4, 1.3))])
def test_an_answer_that_took_long_was_given_within_its_last_nine_tenths_of_a_second(took: float, first: Any) -> None:
    lanes = [asked("o" * 10 + "rrr" + "n" + "r" * 16 + "n" * 30, node) for node in "ABC"]
    for one in lanes:
        one.took[13] = took
    assert value(moved(*lanes), FIRST) == first


@pytest.mark.parametrize(
    ("drawing", "low"),
    [("o" * 10 + "r" * 50, 5.0), ("o" * 10 + "r" * 10 + "?" + "r" * 39, 1.0), ("o" * 10 + "r" * 10 + " " * 40, 0.9)],
)
def test_a_node_that_never_answered_is_known_not_to_have_until_it_was_asked(drawing: str, low: float) -> None:
    found = moved(asked(drawing, "A"))
    assert value(found, FIRST) == (low, float("inf"))
    assert "never answered on the slowest node, A" in found.why


@pytest.mark.parametrize(
    ("pods", "changes", "why"),
    [
        ({"old": "A"}, MOVES, ""),
        ({"old": "A", "more": "A"}, (*MOVES, pod(1.5, "more", type="DELETED", node="A")), "did not move"),
        ({"old": "A"}, (*MOVES, pod(1.4, "more", type="ADDED", node="B")), "did not move"),
        ({"old": "A"}, (MOVES[0], pod(1.4, "new", type="ADDED", node="A")), "did not move"),
        ({"old": "A"}, MOVES[:1], "did not move"),
        ({"other": "A"}, (*MOVES[1:], pod(1.5, "other", type="DELETED", node="A")), "did not move"),
        ({"old": "C"}, (pod(1.5, "old", type="DELETED", node="C"), MOVES[1]), ""),
    ],
)
def test_a_single_pod_has_to_move_to_another_node(pods: Any, changes: tuple[Change, ...], why: str) -> None:
    found = moved(pods=pods, changes=changes)
    assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


def test_a_node_with_neither_the_old_pod_nor_the_new_one_has_to_ask() -> None:
    two = [asked(GOOD, node) for node in "AB"]
    act = watched(*two, pods={"old": "A"}, changes=MOVES, faults=(DELETED,), spans=(ActSpan("act", 0, 0.5, 6.0),))
    assert "no node without the old and the new pod" in follows_move(act, "web").why


@pytest.mark.parametrize(
    ("drawing", "verdict"),
    [
        ("z" * 9 + "o" + "rrr" + "n" * 47, Verdict.HOLDS),
        ("z" * 10 + "o" + "rr" + "n" * 47, Verdict.INCONCLUSIVE),  # only after the deletion
    ],
)
def test_every_node_has_to_be_answered_by_the_old_pod_before(drawing: str, verdict: Verdict) -> None:
    found = moved(asked(drawing, "C"))
    assert found.verdict is verdict
    assert ("C got no answer from old before" in found.why) is (verdict is Verdict.INCONCLUSIVE)


def test_each_node_has_a_bound_of_its_own() -> None:
    quick, late = asked("o" * 29 + "n" * 31, "B"), asked("o" * 31 + "n" * 29, "A")
    act = moving(quick, late)
    per_node(act, A=2.0, B=0.0, C=0.0)
    found = follows_move(act, "web")
    assert (found.verdict, found.bounds[LAST].value, found.bounds[FIRST].value) == (Verdict.HOLDS, 2, 2)
    act = moving(quick, late)
    per_node(act, A=0.0, B=2.0, C=2.0)
    assert follows_move(act, "web").verdict is Verdict.VIOLATED


def test_the_act_has_to_last_for_the_longest_bound_of_all_nodes() -> None:
    for slowest, why in ((2.9, ""), (3.1, "before the bound of 5.1 s had passed")):
        act = moving()
        per_node(act, A=0.0, B=slowest, C=0.0)
        found = follows_move(act, "web")
        assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True), found.why


@pytest.mark.parametrize("kind", ["EndpointSlice", "Pod"])
def test_who_answered_is_known_only_where_pods_and_endpoints_were_watched(kind: str) -> None:
    act = moving()
    act.recording.gaps.append(Gap("watch", "", "", kind, 2.0, 2.1, "it was cut off"))
    assert f"The watch of {kind} was interrupted" in follows_move(act, "web").why


# The last that fails may be sent 2 s after the deletion.
@pytest.mark.parametrize(
    ("tick", "sign", "ports", "verdict"),
    [
        (30, "r", {}, Verdict.HOLDS),
        (31, "r", {}, Verdict.VIOLATED),
        (31, "t", {}, Verdict.VIOLATED),
        (31, "t", {11: 50000, 31: 50000}, Verdict.HOLDS),  # it met the entry of one that had timed out
        (53, "t", {11: 50000, 53: 50000}, Verdict.VIOLATED),  # which is gone 4 s later
    ],
)
def test_a_node_fails_until_its_last_request_that_does(tick: int, sign: str, ports: Any, verdict: Verdict) -> None:
    drawing = "o" * 11 + "t" + "n" * (tick - 12) + sign + "n" * (59 - tick)
    one = asked(drawing, "C")
    for at, port in ports.items():
        one.ports[at] = port
    assert moved(one).verdict is verdict


@pytest.mark.parametrize(
    ("took", "same_port", "stalled", "verdict"),
    [
        (0.85, False, False, Verdict.HOLDS),
        (1.05, False, False, Verdict.VIOLATED),
        (1.05, True, False, Verdict.HOLDS),  # its first packet met the entry of one that had timed out
        (1.05, False, True, Verdict.INCONCLUSIVE),  # its agent did not run, and may have read it later than it came
    ],
)
def test_an_answer_after_a_retransmission_is_as_wrong_as_a_failure(
    took: float, same_port: bool, stalled: bool, verdict: Verdict
) -> None:
    one = asked("o" * 11 + "t" + "n" * 48, "C")
    one.took[35] = took
    one.ports[35] = one.ports[11] if same_port else one.ports[35]
    act = moving(one)
    act.recording.stalls = [Stall("C", 3.6, 3.5 + took)] if stalled else []
    assert follows_move(act, "web").verdict is verdict
