"""Pods that leave a drained node, and those that take their place. The node is drained at 2 s and given back at 15 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.bounds import constant
from kubeskeptic.checks import fails_only_while_evicted, recreated_as_others
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import ActSpan, Change, Lane
from tests.checks.replacements import DRAIN, HOME, ONE_BY_ONE, act
from tests.drawn import fault, lane, pod, watched

NEW = [pod(3.0, "d", node="n2", ip="10.0.0.4"), pod(5.0, "e", node="n3", ip="10.0.0.5")]


def recreated(*changes: Change, target: str = "cordon/n1", home: list[Change] = HOME) -> Finding:
    drain = fault(DRAIN.phases, name="drain_node", target=target)
    return recreated_as_others(act(*home, *changes, faults=[drain]), "web")


def test_other_pods_take_their_place() -> None:
    found = recreated(*NEW)
    assert found.verdict is Verdict.HOLDS, found.why
    assert (
        "a (10.0.0.1, n1), b (10.0.0.1, n1) left n1, and d (10.0.0.4, n2), e (10.0.0.5, n3) became Ready" in found.why
    )
    assert (found.measured["left"].value, found.nodes, found.window) == (2, ("n1",), (1, 20))


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        (pod(5.0, "b", uid="b2", node="n3", ip="10.0.0.5"), "kept name b"),
        (pod(5.0, "e", node="n3", ip="10.0.0.1"), "kept IP 10.0.0.1"),
        (pod(5.0, "b", uid="b2", node="n3", ip="10.0.0.1"), "kept name b and IP 10.0.0.1"),
    ],
)
def test_a_pod_that_kept_something(other: Change, kept: str) -> None:
    found = recreated(NEW[0], other)
    assert (found.verdict, kept in found.why) == (Verdict.VIOLATED, True), found.why


def test_a_drained_node_takes_no_pods_until_it_is_given_back() -> None:
    back = pod(15.1, "f", node="n1", ip="10.0.0.6")
    assert recreated(*NEW, back).verdict is Verdict.HOLDS
    found = recreated(*NEW, back._replace(seen=15.0))
    assert (found.verdict, found.measured["on the drained node"].value) == (Verdict.VIOLATED, 1)


@pytest.mark.parametrize("later", [{"ready": False}, {"type": "DELETED"}, {"deleting": True}])
def test_new_pods_that_do_not_stay_ready_prove_nothing(later: dict[str, Any]) -> None:
    lost = pod(NEW[-1].seen + 0.5, NEW[-1].name, node="n3", ip="10.0.0.9", **later)
    finding = recreated(*NEW, lost)
    assert finding.verdict is Verdict.INCONCLUSIVE
    assert f"{NEW[-1].name} was not Ready any more at the end" in finding.why


def test_too_few_new_pods_or_none_that_left_prove_nothing() -> None:
    assert "1 new pod of web became Ready while n1 was drained; 2 had left it" in recreated(NEW[0]).why
    unready = pod(5.0, "e", node="n3", ip="10.0.0.5", ready=False)
    assert recreated(NEW[0], unready).verdict is Verdict.INCONCLUSIVE
    assert "no pod of web was on n4 when it was drained" in recreated(*NEW, target="cordon/n4").why
    assert "drained no node" in recreated(*NEW, target="node/n1").why
    gone = [pod(1.5, name, node="n1", type="DELETED") for name in "ab"]
    assert "no pod of web was on n1" in recreated(*NEW, home=[*HOME, *gone]).why


# -- what clients see of it ------------------------------------------------------------------------------------------------
def asked(*failed: int, until: int = 100, changes: tuple[Change, ...] = (*ONE_BY_ONE, *NEW)) -> Finding:
    """Requests are sent every 0.1 s; an endpoint may be wrong for 1 s after an eviction."""
    drawing = "".join("r" if tick in failed else "." for tick in range(until))
    lanes: list[Lane] = [lane(drawing, by="c")]
    drain = fault({**DRAIN.phases, "undoing": until / 10 - 0.1}, name="drain_node", target="cordon/n1")
    spans = (ActSpan("act", 0.01, 1, until / 10),)
    drained = watched(
        *lanes, spans=spans, faults=(drain,), changes=changes, pods={"a": "n1", "b": "n1", "c": "n2"},
        within=constant("test", -1.0),
    )  # fmt: skip
    return fails_only_while_evicted(drained, "web", 3)


def test_requests_fail_after_each_eviction_only() -> None:
    found = asked(22, 25, 31, 32, 40)  # evicted at 2.1 s and at 3.1 s
    assert found.verdict is Verdict.HOLDS, found.why
    assert (found.measured["failed"].value, found.measured["pods deleted"].value) == (5, 2)
    for tick in (20, 43, 60):  # the first of them before any eviction
        assert asked(22, tick).verdict is Verdict.VIOLATED, tick


def test_the_act_lasts_until_the_bound_has_passed_after_the_last_eviction() -> None:
    assert asked(until=43).verdict is Verdict.HOLDS
    assert asked(until=41).verdict is Verdict.INCONCLUSIVE


def test_without_an_eviction_nothing_is_known() -> None:
    others = (pod(3.0, "c", node="n2", deleting=True),)
    assert "no pod of web on the drained node was marked for deletion" in asked(changes=others).why
