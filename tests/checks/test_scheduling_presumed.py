"""What scheduling presumes: nodes that take pods, and pods that would fit. The act begins at 1 s; the bound is 5 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Verdict
from tests.checks.declared import declared, pending
from tests.checks.test_scheduling import MADE, SAID, asks, worker
from tests.drawn import pod


@pytest.mark.parametrize(
    ("first", "second", "sure"),
    [
        ({}, {}, True),
        ({"unschedulable": True}, {}, False),
        ({}, {"taints": [{"key": "a", "effect": "NoSchedule"}]}, False),
        ({"unschedulable": True}, {"unschedulable": True}, False),
    ],
)
def test_pods_cannot_be_spread_over_workers_that_take_none(first: Any, second: Any, sure: bool) -> None:
    nodes = [worker("4", "n1", **first), worker("4", "n2", **second), worker("4", "n3", unschedulable=True)]
    roles = {"n1": "worker", "n2": "worker", "n3": "control-plane"}
    for homes, verdict in ((("n1", "n1"), Verdict.VIOLATED), (("n1", "n2"), Verdict.HOLDS)):
        pods = [pod(2.0, f"web-{at}", node=home) for at, home in enumerate(homes)]
        finding = checks.spreads(declared(*nodes, *pods, roles=roles), "web")
        assert finding.verdict is (verdict if sure else Verdict.INCONCLUSIVE), finding.why
        assert ("took no pods: there was nothing to spread over" in finding.why) is not sure


def test_workers_that_take_no_pods_later_took_them_before() -> None:
    later = worker("4", "n2", unschedulable=True)._replace(seen=1.1)
    nodes, pods = [worker("4", "n1"), worker("4", "n2"), later], [pod(2.0, f"web-{n}") for n in "ab"]
    finding = checks.spreads(declared(*nodes, *pods, roles=dict.fromkeys(("n1", "n2"), "worker")), "web")
    assert finding.verdict is Verdict.VIOLATED, finding.why


@pytest.mark.parametrize(("cores", "holds"), [("1", True), ("1001m", False)])
def test_only_pods_that_fit_on_one_worker_together_may_be_packed(cores: str, holds: bool) -> None:
    nodes = [worker("1", "n1"), worker("2", "n2"), worker("9", "n3")]
    pods = [asks(pod(2.0, f"web-{name}", node=node), cores) for name, node in (("a", "n1"), ("b", "n2"))]
    seen = [*nodes, *pods, pods[0]._replace(seen=3.0)]
    roles = {"n1": "worker", "n2": "worker", "n3": "control-plane"}
    finding = checks.spreads(declared(*seen, roles=roles), "web")
    assert finding.verdict is (Verdict.HOLDS if holds else Verdict.INCONCLUSIVE), finding.why
    assert ("The new pods together request 2.002 of cpu" in finding.why) is not holds


def test_a_pod_that_no_node_takes_does_not_wait_for_room() -> None:
    for spec, taken in (({}, True), ({"unschedulable": True}, False)):
        made = asks(pending(2.0, "web-a", type="ADDED"), "9")
        act = declared(worker("4", **spec), made, SAID, nodes=("n1",))
        finding = checks.stays_pending(act, "web", "Insufficient cpu")
        assert finding.verdict is (Verdict.HOLDS if taken else Verdict.INCONCLUSIVE), finding.why
        assert ("No node took pods when web-a was created" in finding.why) is not taken
    affinity = declared(MADE, pending(2.1, "web-a", "volume node affinity"), nodes=("n1",))
    assert "No node took pods" not in checks.stays_pending(affinity, "web", "node affinity").why


@pytest.mark.parametrize(("home", "verdict"), [("n1", Verdict.HOLDS), ("n2", Verdict.INCONCLUSIVE)])
def test_a_pod_that_runs_elsewhere_did_not_wait_for_the_room_that_was_made(home: str, verdict: Verdict) -> None:
    gone = pod(10.0, "large-a", app="large", type="DELETED")
    act = declared(pod(0.0, "large-a", app="large"), MADE, gone, pod(12.0, "web-a", node=home))
    finding = checks.runs_once_there_is_room(act, "web", "large")
    assert finding.verdict is verdict, finding.why
    assert ("the pod of large that ended was on n1" in finding.why) is (home == "n2")
