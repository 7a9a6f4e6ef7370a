"""Answers that every node has to get, whether it hosts a pod or not. A character is 0.1 s; the act is from 1 s to 3 s."""

from typing import Any

import pytest

from kubeskeptic.checks import answers_everywhere
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Gap, Lane
from kubeskeptic.timeline.stalls import Stall
from tests.checks.ticks import GOOD, SPAN, answered_in, took
from tests.drawn import WEB, endpoints, lane, pod, watched


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
