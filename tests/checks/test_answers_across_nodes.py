"""Answers that have to come from other nodes' pods, too. A character is 0.1 s; the act is from 1 s to 3 s."""

from typing import Any

import pytest

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.checks import crosses_nodes
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Lane
from tests.checks.ticks import GOOD, SPAN
from tests.drawn import lane, pod, watched

# -- other nodes' pods ---------------------------------------------------------------------------------------------------
HOME = {"pod-a": "n1", "pod-b": "n2"}


def crossing(*lanes: Lane, **more: Any) -> Finding:
    return crosses_nodes(watched(*lanes, spans=(SPAN,), pods=HOME, **more), "web")


def test_crossing_nodes_is_seen_on_nodes_with_a_pod_of_their_own() -> None:
    few = lane(GOOD, "n1", by="pod-a")
    few.bys[15] = few.name_index("pod-b")
    assert crossing(few).verdict is Verdict.VIOLATED, "a twentieth is not what choosing at random gives"
    all_cross = crossing(lane(GOOD, "n1", by="pod-b"))
    assert (all_cross.verdict, all_cross.bounds["share closest to its bound"].value) == (Verdict.HOLDS, 25)
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
    assert "n2 with 20.0 %" in found.why


# -- other nodes' pods, at each boundary ---------------------------------------------------------------------------------
def answered(*who: str, node: str = "n1") -> Lane:
    """A lane whose questions in the act are answered by these pods in turn, and before it by its own."""
    one = lane(GOOD, node, by="pod-a" if node == "n1" else "pod-b")
    for at in range(10, 30):
        one.bys[at] = one.name_index(who[at % len(who)])
    return one


@pytest.mark.parametrize(
    ("who", "share", "verdict"),
    [
        (("pod-a", "pod-b"), 50, Verdict.HOLDS),
        (("pod-a", "pod-a", "pod-a", "pod-b"), 25, Verdict.HOLDS),
        (("pod-a", "pod-a", "pod-a", "pod-a", "pod-b"), 20, Verdict.VIOLATED),
    ],
)
def test_half_of_what_choosing_at_random_gives_has_to_cross(who: Any, share: float, verdict: Verdict) -> None:
    found = crossing(answered(*who))
    assert found.verdict is verdict, found.why
    assert found.measured["share closest to its bound"].value == found.measured["share"].value == share
    assert found.bounds["share closest to its bound"].at_least


@pytest.mark.parametrize(
    ("homes", "bound"), [(("n1", "n2"), 25), (("n1", "n2", "n3"), 33.3), (("n1", "n1", "n2"), 16.7), (("n1", "n1"), 0)]
)
def test_the_bound_counts_the_pods_elsewhere(homes: Any, bound: float) -> None:
    pods = {f"pod-{name}": home for name, home in zip("abc", homes, strict=False)}
    found = crosses_nodes(watched(answered("pod-a", "pod-b"), spans=(SPAN,), pods=pods), "web")
    assert found.bounds["share closest to its bound"].value == bound


def test_the_least_and_the_whole_are_measured() -> None:
    found = crossing(answered("pod-a", "pod-b"), answered("pod-a", "pod-a", "pod-a", "pod-b", node="n2"))
    assert [found.measured[name].value for name in ("share closest to its bound", "share")] == [50, 62.5]
    assert "62.5 % of 40 answers" in found.why
    assert "n1 with 50.0 %, where at least 25 %" in found.why
    assert found.nodes == ("n1", "n2")


def test_only_good_answers_in_the_act_count() -> None:
    one = answered("pod-a", "pod-b")
    one.bys[12] = one.bys[13] = one.name_index("stranger")
    assert "an answer came from stranger, which is not one of the service's pods" in crossing(one).why
    one.codes[12] = one.codes[13] = OUTCOMES.index(Outcome.WRONG)
    assert crossing(one).measured["share"].value == 50
    before = answered("pod-a", "pod-b")
    before.bys[9] = before.name_index("stranger")
    assert crossing(before).verdict is Verdict.HOLDS


def test_a_node_that_got_no_answer_got_none_from_elsewhere_where_that_is_known() -> None:
    nothing = crossing(answered("pod-a", "pod-b"), lane(GOOD[:10] + "r" * 20, "n2", by="pod-b"))
    assert (nothing.verdict, nothing.measured["share"].value) == (Verdict.VIOLATED, 50)
    assert "n2 with 0.0 %" in nothing.why
    alone = crossing(lane(GOOD[:10] + "r" * 20, "n1", by="pod-a"))
    assert (alone.verdict, alone.measured["share"].value) == (Verdict.VIOLATED, 0)
    unknown = crossing(answered("pod-a", "pod-b"), lane(GOOD[:10] + "r" * 19 + "?", "n2", by="pod-b"))
    assert "the outcomes of the requests of n2 are not known" in unknown.why
    unasked = crossing(answered("pod-a", "pod-b"), lane(GOOD[:10] + "r" * 10, "n2", by="pod-b"))
    assert "the outcomes of the requests of n2 are not known" in unasked.why
    some = crossing(answered("pod-a", "pod-b"), lane(GOOD[:10] + "r" * 18 + "?.", "n2", by="pod-b"))
    assert some.verdict is Verdict.VIOLATED, "one answered, of its own pod"


def test_who_is_at_home_where_is_looked_at_when_the_act_begins() -> None:
    for at, why in ((1.0, ""), (1.1, "an answer came from pod-b, which is not one of the service's pods")):
        late = (pod(at, "pod-b", node="n2"),)
        act = watched(answered("pod-a", "pod-b"), spans=(SPAN,), pods={"pod-a": "n1"}, changes=late)
        found = crosses_nodes(act, "web")
        assert (found.verdict is Verdict.HOLDS, why in found.why) == (not why, True)


def test_one_node_with_a_pod_of_its_own_is_enough() -> None:
    one = lane(GOOD, "n3", by="pod-a")
    assert crossing(one, answered("pod-a", "pod-b")).verdict is Verdict.HOLDS
    assert "no node that sent requests has a pod of the service" in crossing(one).why


def crossed(drawing: str, away: int) -> Finding:
    """Whether requests cross nodes if so many of the answers on n1 came from another node."""
    drawn = lane(drawing, "n1")
    answered = [at for at in range(len(drawn)) if drawn[at].outcome is Outcome.OK]
    for number, at in enumerate(answered):
        drawn.bys[at] = drawn.name_index("b" if number < away else "a")
    return crosses_nodes(watched(drawn, pods={"a": "n1", "b": "n2"}, spans=(ActSpan("act", 0, 0, 4),)), "web")


def test_a_request_without_an_answer_may_have_crossed_or_not() -> None:
    assert crossed("." * 40, 10).verdict is Verdict.HOLDS
    assert crossed("." * 40, 9).verdict is Verdict.VIOLATED
    assert crossed("." * 20 + "t" * 10 + "." * 10, 7).verdict is Verdict.VIOLATED
    for sign in "? ":
        found = crossed("." * 20 + sign * 10 + "." * 10, 7)
        assert found.verdict is Verdict.INCONCLUSIVE, found.why
        assert found.measured["share closest to its bound"].interval == (17.5, 42.5)
    assert crossed("t" * 40, 0).verdict is Verdict.VIOLATED
