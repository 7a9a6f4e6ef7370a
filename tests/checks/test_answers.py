from kubeskeptic.checks import answers_everywhere, crosses_nodes, same_answer
from kubeskeptic.findings import Verdict
from tests.drawn import act, lane

ACT = act(0, 1, 3)
GOOD = "." * 30


def test_one_address_everywhere() -> None:
    lanes = [lane(GOOD, node, "name", by="10.96.0.7") for node in ("n1", "n2")]
    assert same_answer(lanes, [ACT], "10.96.0.7").verdict is Verdict.HOLDS


def test_another_address_or_a_failed_lookup_violates() -> None:
    assert same_answer([lane(GOOD, by="10.96.0.8")], [ACT], "10.96.0.7").verdict is Verdict.VIOLATED
    assert same_answer([lane(GOOD[:-1] + "t", by="10.96.0.7")], [ACT], "10.96.0.7").verdict is Verdict.VIOLATED
    assert same_answer([lane(GOOD[:-1] + "w", by="10.96.0.7")], [ACT], "10.96.0.7").verdict is Verdict.VIOLATED


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
    assert crosses_nodes([lane(GOOD, "n1", by="pod-b")], ACT, home).verdict is Verdict.HOLDS
    assert crosses_nodes([lane(GOOD, "n1", by="pod-a")], ACT, home).verdict is Verdict.VIOLATED
    assert crosses_nodes([lane(GOOD, "n3", by="pod-a")], ACT, home).verdict is Verdict.INCONCLUSIVE
    assert crosses_nodes([lane(GOOD, "n1", by="stranger")], ACT, home).verdict is Verdict.INCONCLUSIVE
