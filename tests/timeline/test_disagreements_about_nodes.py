"""What the records may say of nodes that are down, that joined or that left."""

from __future__ import annotations

import pytest

from kubeskeptic.timeline import Change, FaultSpan
from tests.drawn import fault, node, pod
from tests.timeline.disagreeing import N1, N2, found, told


# -- nodes that are down -------------------------------------------------------------------------------------------------
def down(name: str = "crash_node", **phases: float) -> FaultSpan:
    return fault({"applying": 9.0, "applied": 9.5, "bit": 10.0, "undoing": 40.0, **phases}, name=name, target="node/n1")


@pytest.mark.parametrize(
    ("change", "turned"),
    [
        (pod(20.0, "a"), True),
        (pod(10.1, "a"), True),
        (pod(10.0, "a"), False),
        (pod(10.6, "a")._replace(age=0.6), False),
        (pod(39.9, "a"), True),
        (pod(40.0, "a"), False),
        (pod(20.0, "a", deleting=True), True),
        (pod(20.0, "a", ready=False), False),
        (pod(20.0, "a", type="DELETED"), False),
        (pod(20.0, "a", node="n2"), False),
    ],
)
def test_no_pod_turns_ready_on_a_node_that_is_down(change: Change, turned: bool) -> None:
    why = "a turned Ready on n1, which was down"
    expected = [(change.seen, change.seen, why)] if turned else []
    for name in ("crash_node", "freeze_node"):
        assert told(pod(0.0, "a", ready=False), change, faults=[down(name)]) == expected
    assert told(pod(0.0, "a", ready=False), change, faults=[down("cut_off_node")]) == []
    assert told(pod(0.0, "a"), change, faults=[down()]) == [], "it was Ready before"
    assert told(pod(0.0, "a", uid="another"), change, faults=[down()]) == expected


# -- nodes of the run ---------------------------------------------------------------------------------------------------
def test_the_watch_shows_the_nodes_of_the_run_and_no_others() -> None:
    assert told(N1, N2, nodes=("n1", "n2")) == []
    assert told(N1, N2, nodes=("n1",)) == [(0.0, 60.0, "the watch shows n2, which is not a node of the run")]
    why = "the watch does not show n2, which is a node of the run"
    assert told(N1, nodes=("n1", "n2"), started=0.5) == [(0.5, 60.0, why)]


@pytest.mark.parametrize(("seen", "disagree"), [(55.9, True), (56.0, False)])
def test_pods_are_on_nodes_of_the_run(seen: float, disagree: bool) -> None:
    on = pod(seen, "a", node="n2")
    why = "a was on n2, which is not a node of the run"
    assert told(N1, on, pod(59.0, "a", node="n2"), nodes=("n1",)) == ([(seen, 60.0, why)] if disagree else [])
    assert told(N1, on, nodes=("n1",), joined={"n2": 5.0}) == [
        (0.0, 60.0, "the watch does not show n2, which is a node of the run")
    ]
    assert told(N1, pod(seen, "a", node=""), nodes=("n1",)) == [], "it was not assigned yet"


def test_what_is_not_known_of_nodes_is_not_compared() -> None:
    assert told(N1) == [], "the run does not say which nodes it has"
    assert told(node(3.0, "n1", "True"), nodes=("n1", "n2")) == [], "older journals do not list the nodes"


@pytest.mark.parametrize(("joined", "disagree"), [(56.0, False), (55.9, True)])
def test_a_node_that_joined_is_noticed_within_four_seconds(joined: float, disagree: bool) -> None:
    late = node(joined, "n2", "True", type="ADDED")
    assert found(N1, late, nodes=("n1",)) == ([(joined, 60.0)] if disagree else [])
    assert found(N1, late, nodes=("n1",), joined={"n2": joined + 1}) == []


def test_a_node_that_was_there_for_a_moment_may_go_unnoticed() -> None:
    late = node(20.0, "n2", "True", type="ADDED")
    assert found(N1, late, node(24.0, "n2", "True", type="DELETED"), nodes=("n1",)) == []
    assert found(N1, late, node(24.1, "n2", "True", type="DELETED"), nodes=("n1",)) == [(20.0, 24.1)]


def test_a_node_that_joined_is_shown_and_one_that_left_is_not() -> None:
    assert found(N1, nodes=("n1",), joined={"n2": 5.0}) == [(0.0, 60.0)]
    assert found(N1, nodes=("n1", "n2"), left=frozenset({"n2"})) == []
