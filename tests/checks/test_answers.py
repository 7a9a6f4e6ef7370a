from collections.abc import Sequence

import pytest

from kubeskeptic.checks import answers_everywhere, crosses_nodes, same_answer
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Lane
from tests.drawn import act, lane, recording

ACT = act(0, 1, 3)
GOOD = "." * 30


def looked_up(*lanes: Lane, acts: Sequence[str] = ("act",)) -> Finding:
    return same_answer(recording(acts={"act": act(0.01, 1, 3)}), lanes, acts, "10.96.0.7")


def test_one_address_everywhere() -> None:
    found = looked_up(*(lane(GOOD, node, "name", by="10.96.0.7") for node in ("n1", "n2")))
    assert found.verdict is Verdict.HOLDS
    assert found.measured["asked"].value == 58


def test_another_address_or_a_failed_lookup_violates() -> None:
    assert looked_up(lane(GOOD, by="10.96.0.8")).verdict is Verdict.VIOLATED
    assert looked_up(lane(GOOD[:-1] + "t", by="10.96.0.7")).verdict is Verdict.VIOLATED
    assert looked_up(lane(GOOD[:-1] + "w", by="10.96.0.7")).verdict is Verdict.VIOLATED


def test_what_was_not_seen_is_inconclusive_unless_what_was_seen_violates() -> None:
    hole = "." * 12 + " " * 8 + "." * 10
    with pytest.raises(Inconclusive, match="no known kind"):
        looked_up(lane("." * 12 + "?" + "." * 17, by="10.96.0.7"))
    with pytest.raises(Inconclusive, match="was not asked"):
        looked_up(lane(hole, by="10.96.0.7"))
    with pytest.raises(Inconclusive, match="not played"):
        looked_up(lane(GOOD, by="10.96.0.7"), acts=("act", "later"))
    assert looked_up(lane(hole[:-1] + "t", by="10.96.0.7"), acts=("act", "later")).verdict is Verdict.VIOLATED


def test_nobody_looks_away_between_acts() -> None:
    acts = {"a": act(0.01, 1, 2, "a"), "b": act(3, 4, 5, "b")}
    between = "." * 22 + "ttt" + "." * 26
    assert same_answer(recording(acts=acts), [lane(between, by="1")], ["a", "b"], "1").verdict is Verdict.VIOLATED
    good = same_answer(recording(acts=acts), [lane("." * 51, by="1")], ["a", "b"], "1")
    assert (good.verdict, good.window) == (Verdict.HOLDS, (0.01, 5))


def test_every_node_hosting_or_not() -> None:
    lanes = [lane(GOOD, "n1"), lane(GOOD, "n2")]
    assert answers_everywhere(lanes, ACT, {"n1"}).verdict is Verdict.HOLDS
    assert answers_everywhere([lanes[0], lane(GOOD[:-1] + "r", "n2")], ACT, {"n1"}).verdict is Verdict.VIOLATED


def test_nodes_of_one_sort_only_prove_nothing() -> None:
    lanes = [lane(GOOD, "n1"), lane(GOOD, "n2")]
    assert answers_everywhere(lanes, ACT, {"n1", "n2"}).verdict is Verdict.INCONCLUSIVE
    assert answers_everywhere(lanes, ACT, set()).verdict is Verdict.INCONCLUSIVE


def test_crossing_nodes_is_seen_on_nodes_with_a_pod_of_their_own() -> None:
    home = {"pod-a": "n1", "pod-b": "n2"}
    few = lane("." * 30, "n1", by="pod-a")
    few.bys[15] = few.name_index("pod-b")
    assert crosses_nodes([few], ACT, home).verdict is Verdict.VIOLATED, (
        "a twentieth is not what choosing at random gives"
    )
    assert crosses_nodes([lane(GOOD, "n1", by="pod-b")], ACT, home).verdict is Verdict.HOLDS
    assert crosses_nodes([lane(GOOD, "n1", by="pod-a")], ACT, home).verdict is Verdict.VIOLATED
    assert crosses_nodes([lane(GOOD, "n3", by="pod-a")], ACT, home).verdict is Verdict.INCONCLUSIVE
    assert crosses_nodes([lane(GOOD, "n1", by="stranger")], ACT, home).verdict is Verdict.INCONCLUSIVE
