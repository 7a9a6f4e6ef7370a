from typing import Any

from kubeskeptic.checks import answers_everywhere, crosses_nodes, same_answer
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Lane
from tests.drawn import WEB, gone, lane, watched

SPAN = ActSpan("act", 0.01, 1, 3)
GOOD = "." * 30


def looked_up(*lanes: Lane, spans: tuple[ActSpan, ...] = (SPAN,)) -> Finding:
    return same_answer(watched(*lanes, spans=spans), "name")


def name(drawing: str, node: str = "n1", by: str = WEB) -> Lane:
    return lane(drawing, node, "name", by=by)


def test_one_address_everywhere() -> None:
    found = looked_up(name(GOOD, "n1"), name(GOOD, "n2"))
    assert found.verdict is Verdict.HOLDS, found.why
    assert found.measured["asked"].value == 58


def test_another_address_or_a_failed_lookup_violates() -> None:
    assert looked_up(name(GOOD, by="10.96.0.8")).verdict is Verdict.VIOLATED
    assert looked_up(name(GOOD[:-1] + "t")).verdict is Verdict.VIOLATED
    assert looked_up(name(GOOD[:-1] + "w")).verdict is Verdict.VIOLATED


def test_what_was_not_seen_is_inconclusive_unless_what_was_seen_violates() -> None:
    hole = "." * 12 + " " * 8 + "." * 10
    assert looked_up(name("." * 12 + "?" + "." * 17)).verdict is Verdict.INCONCLUSIVE
    assert "was not asked" in looked_up(name(hole)).why
    later = ActSpan("later")
    assert "not played" in looked_up(name(GOOD), spans=(SPAN, later)).why
    assert looked_up(name(GOOD), spans=(SPAN, later)).verdict is Verdict.INCONCLUSIVE
    assert looked_up(name(hole[:-1] + "t"), spans=(SPAN, later)).verdict is Verdict.VIOLATED


def test_an_act_that_was_broken_off_may_still_violate() -> None:
    broken = (ActSpan("act", 0.01, 1, None),)
    assert looked_up(name(GOOD), spans=broken).verdict is Verdict.INCONCLUSIVE
    assert looked_up(name("." * 20 + "t" + "." * 9), spans=broken).verdict is Verdict.VIOLATED


def test_a_failure_between_the_acts_start_and_its_fault_violates_what_is_said_of_the_whole_act() -> None:
    act = watched(name("." * 12 + "t" + "." * 17), spans=(SPAN,), faults=(gone(1.5),))
    assert same_answer(act, "name").verdict is Verdict.VIOLATED


def test_lookups_between_acts_count() -> None:
    spans = (ActSpan("a", 0.01, 1, 2), ActSpan("b", 3, 4, 5))
    assert looked_up(name("." * 22 + "ttt" + "." * 26), spans=spans).verdict is Verdict.VIOLATED
    good = looked_up(name("." * 51), spans=spans)
    assert (good.verdict, good.window) == (Verdict.HOLDS, (0.01, 5))


# -- every node ----------------------------------------------------------------------------------------------------------
def everywhere(*lanes: Lane, pods: dict[str, str] | None = None) -> Finding:
    return answers_everywhere(watched(*lanes, spans=(SPAN,), pods=pods or {"pod-a": "n1"}), "web")


def test_every_node_hosting_or_not() -> None:
    assert everywhere(lane(GOOD, "n1"), lane(GOOD, "n2")).verdict is Verdict.HOLDS
    assert everywhere(lane(GOOD, "n1"), lane(GOOD[:-1] + "r", "n2")).verdict is Verdict.VIOLATED


def test_another_services_pod_is_no_answer() -> None:
    found = everywhere(lane(GOOD, "n1"), lane(GOOD, "n2", by="other"))
    assert found.verdict is Verdict.VIOLATED
    assert "answered by other, no pod of the service, on n2" in found.why


def test_nodes_of_one_sort_only_prove_nothing() -> None:
    both, neither = {"pod-a": "n1", "pod-b": "n2"}, {"pod-a": "n3"}
    for pods in (both, neither):
        assert everywhere(lane(GOOD, "n1"), lane(GOOD, "n2"), pods=pods).verdict is Verdict.INCONCLUSIVE


# -- other nodes' pods ---------------------------------------------------------------------------------------------------
HOME = {"pod-a": "n1", "pod-b": "n2"}


def crossing(*lanes: Lane, **more: Any) -> Finding:
    return crosses_nodes(watched(*lanes, spans=(SPAN,), pods=HOME, **more), "web")


def test_crossing_nodes_is_seen_on_nodes_with_a_pod_of_their_own() -> None:
    few = lane(GOOD, "n1", by="pod-a")
    few.bys[15] = few.name_index("pod-b")
    assert crossing(few).verdict is Verdict.VIOLATED, "a twentieth is not what choosing at random gives"
    all_cross = crossing(lane(GOOD, "n1", by="pod-b"))
    assert (all_cross.verdict, all_cross.bounds["least share from elsewhere"].value) == (Verdict.HOLDS, 25)
    assert crossing(lane(GOOD, "n1", by="pod-a")).verdict is Verdict.VIOLATED
    assert crossing(lane(GOOD, "n3", by="pod-a")).verdict is Verdict.INCONCLUSIVE
    assert crossing(lane(GOOD, "n1", by="stranger")).verdict is Verdict.INCONCLUSIVE


def test_each_node_has_a_bound_of_its_own() -> None:
    # Of n1's own pods there are three, of n2's one: a fifth from elsewhere is enough on n1 and too little on n2.
    homes = {"pod-a": "n1", "pod-b": "n2", "pod-c": "n1", "pod-d": "n1"}
    fifth = {node: lane(GOOD * 2, node, by=own) for node, own in (("n1", "pod-a"), ("n2", "pod-b"))}
    for node, other in (("n1", "pod-b"), ("n2", "pod-a")):
        for at in range(0, 60, 5):
            fifth[node].bys[at] = fifth[node].name_index(other)
    act = watched(*fifth.values(), spans=(ActSpan("act", 0.01, 1, 6),), pods=homes)
    found = crosses_nodes(act, "web")
    assert found.verdict is Verdict.VIOLATED
    assert "on n2" in found.why
