"""Whose doing the end of a pod was. A fault is applied between 10 s and 11 s, and undone from 50 s on, of a minute."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import available, disruptions
from kubeskeptic.checks.disruptions import CONTROLLERS, EVICTION, REASONS
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change, FaultSpan
from kubeskeptic.timeline.objects import BY_KUBELET
from tests.checks.minute import GOOD, found, minute, says
from tests.drawn import fault, pod

FAULTS = {
    "crash_node": "node/w1",
    "freeze_node": "node/w1",
    "shut_down_node": "node/w1",
    "cut_off_node": "network/w1",
    "drain_node": "cordon/w1",
}
THERE = pod(0.0, "a", node="w1")


def inflicted(name: str, target: str = "", act: str = "act", settings: dict[str, Any] | None = None) -> FaultSpan:
    phases = {"applying": 10.0, "applied": 11.0, "bit": 11.0, "undoing": 50.0}
    one = fault(phases, act, name, target or FAULTS[name])
    one.settings = settings or {}
    return one


def told(*changes: Change, faults: tuple[FaultSpan, ...] = (inflicted("crash_node"),)) -> list[str]:
    return [*disruptions.lacking(minute(GOOD, changes=changes, faults=faults))]


def ending(seen: float, by: str = "", name: str = "a", node: str = "w1", **more: Any) -> Change:
    return pod(seen, name, node=node, deleting=True, by=by, **more)


# -- deletions -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", FAULTS)
def test_a_pod_on_the_node_of_a_fault_is_deleted_for_the_reason_of_the_fault(name: str) -> None:
    reasons = {*CONTROLLERS, *EVICTION, BY_KUBELET, "PreemptionByScheduler"}
    for reason in reasons:
        assert (told(THERE, ending(20.0, reason), faults=(inflicted(name),)) == []) is (reason in REASONS[name])
    (why,) = told(THERE, ending(20.0), faults=(inflicted(name),))
    assert f"a was deleted while {name} lasted on w1, but not because of it: its DisruptionTarget is missing" in why


def test_which_reason_is_which_faults() -> None:
    assert (CONTROLLERS, EVICTION) == (("DeletionByTaintManager", "DeletionByPodGC"), ("EvictionByEvictionAPI",))
    assert REASONS.keys() == FAULTS.keys()
    assert REASONS["crash_node"] == REASONS["freeze_node"] == REASONS["cut_off_node"] == CONTROLLERS
    assert (REASONS["shut_down_node"], REASONS["drain_node"]) == ((*CONTROLLERS, BY_KUBELET), EVICTION)
    (why,) = told(THERE, ending(20.0, *EVICTION))
    assert "is EvictionByEvictionAPI, not DeletionByTaintManager or DeletionByPodGC" in why


@pytest.mark.parametrize(("at", "counts"), [(9.9, False), (10.0, True), (50.0, True), (50.1, False)])
def test_only_what_is_deleted_while_the_fault_lasts_counts(at: float, counts: bool) -> None:
    assert len(told(THERE, ending(at))) == counts


def test_a_pod_is_deleted_when_it_is_first_seen_so() -> None:
    assert told(THERE, ending(9.0), ending(20.0)) == [], "it was deleted before"
    assert told(THERE, ending(20.0, CONTROLLERS[0]), ending(21.0)) == []
    assert len(told(THERE, ending(20.0), ending(21.0, CONTROLLERS[0]))) == 1
    assert len(told(THERE, ending(20.0), pod(0.0, "b", node="w1"), ending(21.0, name="b"))) == 2


def test_other_nodes_other_faults_and_other_acts_do_not_matter() -> None:
    assert told(pod(0.0, "a", node="w2"), ending(20.0, node="w2")) == []
    assert told(THERE, ending(20.0), faults=(inflicted("crash_node", act="sabotage: act"),)) == []
    assert told(THERE, ending(20.0), faults=(inflicted("cordon_node", "cordon/w1"),)) == []
    assert told(THERE, ending(20.0), faults=()) == []
    planned = inflicted("crash_node")
    del planned.phases["applied"]
    assert told(THERE, ending(20.0), faults=(planned,)) == []
    assert told(THERE, pod(20.0, "a", node="w1", ready=False)) == []


@pytest.mark.parametrize(("at", "counts"), [(9.9, False), (10.0, True), (50.0, True), (50.1, False)])
def test_a_pod_that_is_gone_without_a_mark_was_deleted_by_force(at: float, counts: bool) -> None:
    assert len(told(THERE, pod(at, "a", node="w1", type="DELETED"))) == counts
    assert told(THERE, ending(at, CONTROLLERS[0], type="DELETED")) == [], "the condition says why"
    assert told(THERE, ending(9.0), pod(at, "a", node="w1", type="DELETED")) == [], "it was marked before"


def test_a_pod_that_a_fault_deletes_is_deleted_by_it() -> None:
    chosen = ending(20.0)
    chosen.object["metadata"]["namespace"] = "ns"
    both = (inflicted("crash_node"), inflicted("delete_pod", "pod/ns/a"))
    assert told(THERE, chosen, faults=both) == []
    assert len(told(THERE, chosen, faults=(both[0], inflicted("delete_pod", "pod/other/a")))) == 1


# -- evictions -----------------------------------------------------------------------------------------------------------
def raised(signal: str = "memory.available") -> tuple[FaultSpan, ...]:
    return (inflicted("raise_eviction_threshold", "kubelet/w1", settings={"node": "w1", "signal": signal}),)


def evicted(seen: float, resource: str = "memory", by: str = BY_KUBELET, **more: Any) -> Change:
    change = pod(seen, "a", node="w1", ready=False, **more)
    message = f"The node was low on resource: {resource}. Threshold quantity: 24185991168, available: 23456644Ki. "
    condition = {"type": "DisruptionTarget", "status": "True", "reason": by, "message": message}
    change.object["status"]["conditions"].append(condition)
    return change


@pytest.mark.parametrize(
    ("signal", "resource"), [("memory.available", "memory"), ("nodefs.available", "ephemeral-storage")]
)
def test_an_eviction_names_the_resource_that_runs_short(signal: str, resource: str) -> None:
    for named in ("memory", "ephemeral-storage", "inodes", "pids", "memory-and-more"):
        assert (told(THERE, evicted(20.0, named), faults=raised(signal)) == []) is (named == resource)
    (why,) = told(THERE, evicted(20.0, "inodes"), faults=raised(signal))
    assert f"a was evicted, but not for lack of {resource}: “The node was low on resource: inodes. " in why


@pytest.mark.parametrize(("at", "counts"), [(9.9, False), (10.0, True), (60.0, True), (60.1, False)])
def test_only_what_is_evicted_in_the_act_counts(at: float, counts: bool) -> None:
    assert len(told(THERE, evicted(at, "inodes"), faults=raised())) == counts
    assert told(THERE, evicted(9.0, "inodes"), evicted(at, "inodes"), faults=raised()) == [], "in an earlier act"


def test_only_the_kubelets_evictions_name_a_resource() -> None:
    silent = evicted(20.0)
    del silent.object["status"]["conditions"][-1]["message"]
    assert len(told(THERE, silent, faults=raised())) == 1
    assert told(THERE, evicted(20.0, "x", by="EvictionByEvictionAPI"), faults=raised()) == []
    assert told(THERE, evicted(20.0, "x"), faults=raised("pid.available")) == told(THERE, evicted(20.0, "x")) == []


# -- marks ---------------------------------------------------------------------------------------------------------------
def test_a_mark_is_never_taken_back() -> None:
    why = ["a was marked for deletion, and later it was not"]
    marked, again = ending(20.0, CONTROLLERS[0]), pod(21.0, "a", node="w1")
    assert told(THERE, marked, again) == told(THERE, marked, again, faults=()) == why
    assert told(THERE, marked, again._replace(type="DELETED")) == told(THERE, again, marked._replace(seen=22.0)) == []
    assert told(THERE, marked, pod(21.0, "a", node="w1", uid="another")) == []
    assert told(THERE, marked, again._replace(seen=60.0)) == why
    assert told(THERE, marked, again._replace(seen=60.1)) == []
    assert told(THERE, marked._replace(seen=61.0), again._replace(seen=62.0)) == []


# -- the verdict ---------------------------------------------------------------------------------------------------------
def test_who_deleted_a_pod_keeps_a_finding_from_holding() -> None:
    act = minute(GOOD, changes=(THERE, ending(20.0)), faults=(inflicted("crash_node"),))
    says(found(act), "a was deleted while crash_node lasted on w1, but not because of it")
    assert found(act, value=9).verdict is Verdict.VIOLATED
    assert available(act, "web").verdict is Verdict.HOLDS
