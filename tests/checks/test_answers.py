from typing import Any

import pytest

from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.checks import answers_everywhere, crosses_nodes, same_answer
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Gap, Lane
from kubeskeptic.timeline.stalls import Stall
from tests.drawn import WEB, endpoints, gone, lane, pod, watched

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
    assert "sent no request" in looked_up(name(hole)).why
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


def took(one: Lane, **seconds: float) -> Lane:
    """The lane; the request of tick N (argument ``tN``) took so many seconds."""
    for tick, long in seconds.items():
        one.took[int(tick[1:])] = long
    return one


def answered_in(found: Finding) -> list[float]:
    return [found.measured[f"answered in, {which}"].value for which in ("p50", "p99", "longest")]


def test_the_first_wrong_lookups_are_told_with_node_time_and_answer() -> None:
    assert looked_up(name(GOOD)).decisive == ()
    other = looked_up(name(GOOD[:-1] + "t", "n1"), name(GOOD, "n2", by="10.96.0.8"))
    assert other.decisive[0] == "n1 asked “name” at +1.90 s: timeout"
    assert other.decisive[1] == "n2 asked “name” at -0.90 s: 10.96.0.8"
    assert len(other.decisive) == 8
    assert looked_up(name(GOOD[:-1] + "?")).decisive == ()


def test_late_lookups_are_counted_and_how_long_they_took_is_told() -> None:
    found = looked_up(took(name(GOOD[:-1] + "t"), t12=0.91, t15=0.9, t29=2.0))
    assert (found.measured["late"].value, answered_in(found)) == (1, [0.001, 0.9, 0.91])


# -- every node ----------------------------------------------------------------------------------------------------------
def everywhere(*lanes: Lane, pods: dict[str, str] | None = None) -> Finding:
    return answers_everywhere(watched(*lanes, spans=(SPAN,), pods=pods or {"pod-a": "n1"}), "web")


def test_every_node_hosting_or_not() -> None:
    assert everywhere(lane(GOOD, "n1"), lane(GOOD, "n2")).verdict is Verdict.HOLDS
    assert everywhere(lane(GOOD, "n1"), lane(GOOD[:-1] + "r", "n2")).verdict is Verdict.VIOLATED


def test_another_services_pod_is_no_answer() -> None:
    found = everywhere(lane(GOOD, "n1"), lane(GOOD, "n2", by="other"))
    assert found.verdict is Verdict.VIOLATED
    assert "answered by other, which is not a pod of the service, on n2" in found.why


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


# -- every node, at each boundary ----------------------------------------------------------------------------------------
TWO = (lane(GOOD, "n1"), lane(GOOD, "n2"))


def slow(took: float, at: int = 15) -> Lane:
    one = lane(GOOD, "n2")
    one.took[at] = took
    return one


def judged(act: Act) -> Finding:
    return answers_everywhere(act, "web")


def asked_of(*lanes: Lane, **more: Any) -> Act:
    return watched(*lanes, spans=(SPAN,), pods={"pod-a": "n1"}, **more)


BLIND = Gap("watch", "", "", "EndpointSlice", 2.0, 2.1, "the watch was cut off")
"""With it nothing is sure about who was an endpoint."""


def test_what_is_counted_of_every_node() -> None:
    ones = (lane(GOOD[:12] + "r?" + GOOD[14:], "n1"), lane(GOOD[:20] + " " + GOOD[21:25] + "tt" + GOOD[27:], "n2"))
    found = judged(asked_of(*ones))
    assert [*found.measured["failed"].interval] == [3, 4]
    assert [found.measured[name].value for name in ("asked", "never asked")] == [39, 1]
    assert "3 of 39 requests were not answered correctly (2 timeout on n2, 1 refused on n1)" in found.why


def test_the_good_are_counted_and_the_nodes_without_a_pod() -> None:
    assert "All 60 requests were answered through 3 nodes; 2 host no pod" in everywhere(*TWO, lane(GOOD, "n3")).why
    assert "through 2 nodes; 1 hosts no pod" in everywhere(*TWO).why


@pytest.mark.parametrize(
    ("took", "at", "verdict"),
    [
        (0.9, 0, Verdict.HOLDS),
        (0.9, 15, Verdict.HOLDS),
        (0.95, 15, Verdict.VIOLATED),
        (0.95, 9, Verdict.INCONCLUSIVE),  # before the act, in its baseline
        (0.95, 10, Verdict.VIOLATED),
    ],
)
def test_an_answer_after_a_retransmission_is_not_right(took: float, at: int, verdict: Verdict) -> None:
    found = everywhere(lane(GOOD, "n1"), slow(took, at))
    assert found.verdict is verdict, found.why
    assert ("1 late on n2" in found.why) is (verdict is Verdict.VIOLATED)


def test_an_answer_that_may_have_been_late_is_in_doubt() -> None:
    act = asked_of(lane(GOOD, "n1"), slow(0.95))
    act.recording.stalls = [Stall("n2", 2.0, 2.45)]
    found = judged(act)
    assert (found.verdict, [*found.measured["failed"].interval]) == (Verdict.INCONCLUSIVE, [0, 1])


def test_a_failure_after_a_long_time_is_told_as_what_it_was() -> None:
    late = lane(GOOD[:15] + "t" + GOOD[16:], "n2")
    late.took[15] = 3.5
    assert "1 timeout on n2" in everywhere(lane(GOOD, "n1"), late).why


def test_who_may_answer_is_in_doubt_where_the_endpoints_were_not_watched() -> None:
    act = asked_of(lane(GOOD, "n1"), lane(GOOD, "n2", by="other"))
    act.recording.gaps.append(BLIND)
    found = judged(act)
    assert (found.verdict, [*found.measured["failed"].interval]) == (Verdict.INCONCLUSIVE, [0, 20])
    act = asked_of(lane(GOOD, "n1"), lane(GOOD[:15] + "r" + GOOD[16:], "n2"))
    act.recording.gaps.append(BLIND)
    assert judged(act).verdict is Verdict.VIOLATED, "a refusal is none however little is known"


def test_an_unknown_outcome_is_in_doubt_whatever_it_took() -> None:
    unknown = lane(GOOD[:15] + "?" + GOOD[16:], "n2")
    unknown.took[15] = 1.5
    found = everywhere(lane(GOOD, "n1"), unknown)
    assert (found.verdict, [*found.measured["failed"].interval]) == (Verdict.INCONCLUSIVE, [0, 1])


@pytest.mark.parametrize(("sync", "wrong"), [(0.0, 9), (0.5, 4), (1.0, 0)])
def test_a_pod_that_was_taken_out_may_answer_for_the_programming_lag_and_the_margin(sync: float, wrong: int) -> None:
    out = endpoints(1.0, "pod-b", type="MODIFIED")
    spans = (ActSpan("act", 0.01, 1, 4),)
    act = watched(lane("." * 40, "n1"), lane("." * 40, "n2", by="pod-b"), spans=spans, changes=(out,), SYNC=sync,
                  pods={"pod-a": "n1", "pod-b": "n1"})  # fmt: skip
    assert judged(act).measured["failed"].value == wrong


def test_a_single_question_more_could_decide_so_short_a_hole_is_one() -> None:
    for missing, verdict in ((1, Verdict.HOLDS), (2, Verdict.INCONCLUSIVE)):
        ones = (lane(GOOD, "n1"), lane(GOOD[:15] + " " * missing + GOOD[15 + missing :], "n2"))
        assert everywhere(*ones).verdict is verdict


def test_the_lanes_of_all_probes_count() -> None:
    local, other = (lane(GOOD[:15] + sign + GOOD[16:], "n2", "local") for sign in ".r")
    assert answers_everywhere(asked_of(*TWO, local), "web", "local").measured["asked"].value == 60
    assert answers_everywhere(asked_of(*TWO, other), "web", "local").verdict is Verdict.VIOLATED
    assert answers_everywhere(asked_of(*TWO, other), "web").verdict is Verdict.HOLDS


def test_who_hosts_the_service_is_looked_at_when_the_act_begins() -> None:
    for at, verdict in ((0.9, Verdict.INCONCLUSIVE), (1.0, Verdict.INCONCLUSIVE), (1.1, Verdict.HOLDS)):
        second = (pod(at, "pod-b", node="n2"),)
        assert judged(asked_of(*TWO, changes=second)).verdict is verdict


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


def test_the_first_wrong_answers_are_told_with_node_time_and_how() -> None:
    found = everywhere(took(lane(GOOD, "n1"), t12=1.05), lane("." * 20 + "r" * 10, "n2"))
    assert found.verdict is Verdict.VIOLATED
    assert found.decisive[0] == "n1 asked “web” at +0.20 s: late, after 1.050 s"
    assert found.decisive[1] == "n2 asked “web” at +1.00 s: refused, after 0.001 s"
    assert (len(found.decisive), found.measured["late"].value, answered_in(found)[-1]) == (8, 1, 1.05)
    assert everywhere(lane(GOOD, "n1"), lane(GOOD[:-1] + "?", "n2")).decisive == ()


def through(node_port: str = "", **specs: dict[str, object]) -> Finding:
    """What is said if these probes asked `web`, whose pods are on n9, from n1 and n9."""
    act = watched(*(lane(GOOD, node, probe) for probe in specs for node in ("n1", "n9")), spans=(SPAN,))
    act.recording.specs = {probe: {"host": WEB, "port": 80} | spec for probe, spec in specs.items()}
    return answers_everywhere(act, *(probe for probe in specs if probe != node_port), node_port=node_port)


NODE_PORT: dict[str, object] = {"host": "$NODE", "port": 30080}


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (NODE_PORT, ""),
        (NODE_PORT | {"host": "172.18.0.3"}, "asked port 30080 of 172.18.0.3, which is not a NodePort at its own node"),
        ({}, "asked port 80 of 10.96.0.1, which is not a NodePort at its own node"),
    ],
)
def test_a_node_port_is_asked_on_each_node_at_its_own_address(spec: dict[str, object], why: str) -> None:
    found = through("port", web={}, port=spec)
    assert (found.verdict is Verdict.HOLDS) is not bool(why), found.why
    assert why in found.why


def test_a_cluster_ip_is_asked_and_over_new_connections() -> None:
    assert "which is not the ClusterIP" in through(web=NODE_PORT).why
    assert "kept its connection, unlike what is claimed" in through(web={"kind": "http-kept"}).why
    assert through(web={"kind": "http-kept"}).verdict is Verdict.INCONCLUSIVE


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
