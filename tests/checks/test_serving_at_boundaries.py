"""What counts and what is allowed while pods are replaced, at each boundary. A tick is 0.1 s; the act begins at 1 s."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import serves_throughout
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Change, Gap, Lane
from tests.checks.drawings import but
from tests.drawn import endpoints, lane, pod, watched

SPAN = ActSpan("act", 0.01, 1, 4)
GOOD = "." * 40
BLIND = Gap("watch", "", "", "EndpointSlice", 2.0, 2.1, "the watch was cut off")
"""With it nothing is sure about who was an endpoint."""


def throughout(*lanes: Lane) -> Finding:
    return serves_throughout(watched(*lanes, spans=(SPAN,)), "web")


# -- none may fail ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tick", "verdict"),
    [(9, Verdict.INCONCLUSIVE), (10, Verdict.VIOLATED), (39, Verdict.VIOLATED), (40, Verdict.HOLDS)],
)
def test_the_act_has_its_beginning_and_not_its_end(tick: int, verdict: Verdict) -> None:
    assert throughout(lane(but(tick, length=45))).verdict is verdict


def test_failures_are_told_by_node_the_most_frequent_first() -> None:
    why = throughout(lane(but(20), "n1"), lane("." * 20 + "tt" + "." * 18, "n2")).why
    assert "3 of 60 requests failed (2 timeout on n2, 1 refused on n1); none may." in why


@pytest.mark.parametrize(("sync", "wrong"), [(0.0, 9), (0.5, 4), (1.0, 0)])
def test_a_pod_that_was_taken_out_may_answer_for_the_programming_lag_and_the_margin(sync: float, wrong: int) -> None:
    out = endpoints(1.0, "pod-b", type="MODIFIED")
    act = watched(lane(GOOD), spans=(SPAN,), changes=(out,), SYNC=sync)
    assert serves_throughout(act, "web").measured["failed or late"].value == wrong


def test_a_refusal_is_a_failure_however_little_is_known_of_the_endpoints() -> None:
    act = watched(lane(but(20)), spans=(SPAN,))
    act.recording.gaps.append(BLIND)
    assert serves_throughout(act, "web").verdict is Verdict.VIOLATED


def test_what_was_never_asked_is_counted_in_the_act_only() -> None:
    assert throughout(lane(but(5, " "))).measured["never asked"].value == 0
    assert throughout(lane(but(15, " "))).measured["never asked"].value == 1


# -- all pods have to be replaced ---------------------------------------------------------------------------------------
IN_TURN = (ActSpan("first", 0.01, 1, 2), ActSpan("second", 2.1, 2.5, 4))
"""Two acts; pod-a is replaced in the first by pod-b, and that in the second by pod-c."""


def replaced(*changes: Change, spans: tuple[ActSpan, ...] = (SPAN,), more: str = "") -> Finding:
    """While all is answered, by a pod that is an endpoint all the time."""
    act = watched(lane(GOOD), spans=spans, changes=changes, pods=dict.fromkeys(["pod-a", *more.split()], "n9"))
    return serves_throughout(act, "web", while_replaced="web")


def test_each_act_has_to_replace_all_pods() -> None:
    first = (pod(1.5, "pod-b"), pod(1.6, "pod-a", type="DELETED"))
    second = (pod(3.0, "pod-c"), pod(3.1, "pod-b", type="DELETED"))
    assert replaced(*first, *second, spans=IN_TURN).verdict is Verdict.HOLDS
    assert "“second” left 1 of 1 pod of web in place" in replaced(*first, spans=IN_TURN).why
    late = (pod(2.2, "pod-b"), pod(2.3, "pod-a", type="DELETED"))
    assert "“first” left 1 of 1 pod of" in replaced(*late, *second, spans=IN_TURN).why


def test_one_pod_that_is_left_is_too_many() -> None:
    one = (pod(2.0, "pod-c"), pod(2.1, "pod-a", type="DELETED"))
    assert "“act” left 1 of 2 pods of web in place" in replaced(*one, more="pod-b").why
    both = (*one, pod(2.2, "pod-b", deleting=True))
    assert replaced(*both, more="pod-b").verdict is Verdict.HOLDS


def test_pods_of_other_apps_may_stay() -> None:
    gone_ = (pod(2.0, "pod-b"), pod(2.1, "pod-a", type="DELETED"))
    assert replaced(pod(0.0, "db-0", app="db"), *gone_).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("at", "verdict"), [(4.0, Verdict.HOLDS), (4.1, Verdict.INCONCLUSIVE)])
def test_the_last_moment_for_it_is_the_act_s_end(at: float, verdict: Verdict) -> None:
    assert replaced(pod(2.0, "pod-b"), pod(at, "pod-a", type="DELETED")).verdict is verdict


def test_an_act_that_was_broken_off_is_looked_at_until_then() -> None:
    changes = (pod(2.0, "pod-b"), pod(2.1, "pod-a", type="DELETED"))
    found = replaced(*changes, spans=(ActSpan("act", 0.01, 1, None),))
    assert (found.verdict, found.measured["asked"].value) == (Verdict.INCONCLUSIVE, 29), "until its last sample"
    assert "as they were" not in found.why


def test_where_none_has_to_be_replaced_none_is() -> None:
    assert throughout(lane(GOOD)).verdict is Verdict.HOLDS
