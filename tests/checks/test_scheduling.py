"""Pods that wait for a node, get one, or share one. The act begins at 1 s; the bound is 5 s."""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Change
from tests.checks.declared import declared, ended, pending, watch_gap
from tests.drawn import gone, pod

LACKS = "0/4 nodes are available: 4 Insufficient cpu. preemption: 0/4 nodes are available."
MADE, SAID = pending(2.0, "web-a", type="ADDED"), pending(2.1, "web-a", LACKS)


# -- without a node ------------------------------------------------------------------------------------------------------
def waits(*changes: Change, end: float = 20) -> Finding:
    return checks.stays_pending(declared(*changes, end=end), "web", "Insufficient cpu")


def test_a_pod_that_fits_on_no_node_waits() -> None:
    finding = waits(MADE, SAID)
    assert finding.verdict is Verdict.HOLDS, finding.why
    assert "Insufficient cpu" in finding.why
    assert "preemption" not in finding.why


@pytest.mark.parametrize(("at", "verdict"), [(6.9, Verdict.VIOLATED), (7.0, Verdict.HOLDS)])
def test_a_pod_that_gets_a_node_too_soon_did_not_wait(at: float, verdict: Verdict) -> None:
    assert waits(MADE, SAID, pod(at, "web-a", ready=False)).verdict is verdict


def test_a_pod_that_was_not_watched_for_long_enough_may_not_wait() -> None:
    assert waits(MADE, SAID, end=6.9).verdict is Verdict.INCONCLUSIVE
    assert waits(MADE, SAID, end=7.0).verdict is Verdict.HOLDS


def test_a_pod_waits_for_the_reason_that_is_asked_for() -> None:
    assert waits(MADE, pending(2.1, "web-a", "4 Insufficient memory")).verdict is Verdict.VIOLATED
    assert "reported nothing" in waits(MADE).why


def test_a_pod_of_before_the_act_is_not_asked_about() -> None:
    old = [pending(0.5, "web-a", type="ADDED"), pending(1.5, "web-a", LACKS)]
    assert "no pod of web was created" in waits(*old).why


@pytest.mark.parametrize(("at", "verdict"), [(3.0, Verdict.INCONCLUSIVE), (7.0, Verdict.HOLDS)])
def test_a_pod_that_is_deleted_waits_no_longer(at: float, verdict: Verdict) -> None:
    finding = waits(MADE, SAID, pending(at, "web-a", LACKS, type="DELETED"))
    assert (finding.verdict, finding.measured["waited"].value) == (verdict, at - 2)
    assert "until it was deleted" in finding.why


# -- with a node ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("at", "verdict"), [(7.0, Verdict.HOLDS), (7.1, Verdict.VIOLATED), (30.0, Verdict.VIOLATED)])
def test_a_pod_that_fits_runs_in_time(at: float, verdict: Verdict) -> None:
    act = declared(MADE, pod(3.0, "web-a", ready=False), pod(at, "web-a"))
    assert checks.runs_in_time(act, "web").verdict is verdict


def test_a_pod_that_may_still_run_in_time_is_not_known() -> None:
    assert checks.runs_in_time(declared(MADE, end=5.0), "web").verdict is Verdict.INCONCLUSIVE


def test_a_gap_in_the_watch_is_no_pass() -> None:
    act = declared(MADE, pod(3.0, "web-a"), gaps=(watch_gap(4.0, 5.0),))
    assert checks.runs_in_time(act, "web").verdict is Verdict.INCONCLUSIVE


# -- room ----------------------------------------------------------------------------------------------------------------
LARGE = pod(0.0, "large-a", app="large")
ENDS = pod(10.0, "large-a", app="large", type="DELETED", deleting=True)


def room(*changes: Change, end: float = 20) -> Finding:
    return checks.runs_once_there_is_room(declared(LARGE, MADE, *changes, end=end), "web", "large")


@pytest.mark.parametrize(("at", "verdict"), [(15.0, Verdict.HOLDS), (15.1, Verdict.VIOLATED)])
def test_a_pod_runs_once_there_is_room(at: float, verdict: Verdict) -> None:
    assert room(ENDS, pod(10.5, "web-a", ready=False), pod(at, "web-a")).verdict is verdict


def test_a_pod_that_has_ended_makes_room_before_its_object_goes() -> None:
    over = ended(9.0, "large-a", app="large")
    over.object["status"]["phase"] = "Succeeded"
    assert room(over, ENDS, pod(9.5, "web-a")).measured["Ready after there was room"].value == pytest.approx(0.5)


def test_a_pod_that_is_placed_before_there_is_room() -> None:
    finding = room(pod(9.0, "web-a", ready=False), ENDS, pod(11.0, "web-a"))
    assert finding.verdict is Verdict.VIOLATED
    assert "1.00 s before there was room" in finding.why


def test_room_that_never_came_and_a_pod_that_never_ran() -> None:
    assert "no pod of large ended" in room().why
    assert room(ENDS).verdict is Verdict.VIOLATED
    assert room(ENDS, end=14).verdict is Verdict.INCONCLUSIVE


# -- spread --------------------------------------------------------------------------------------------------------------
def test_pods_on_two_nodes_are_spread() -> None:
    apart = declared(pod(1.5, "web-a", node="n1"), pod(2.0, "web-b", node="n2"))
    together = declared(pod(1.5, "web-a", node="n1"), pod(2.0, "web-b", node="n1"))
    assert checks.spreads(apart, "web").verdict is Verdict.HOLDS
    assert checks.spreads(together, "web").verdict is Verdict.VIOLATED


def test_on_one_worker_there_is_nothing_to_spread_over() -> None:
    together = declared(pod(0.0, "web-a"), pod(0.0, "web-b"))
    together.recording.roles = {"n0": "control-plane", "n1": "worker"}
    finding = checks.spreads(together, "web")
    assert finding.verdict is Verdict.SKIPPED
    assert "n1 is the only worker" in finding.why


def test_pods_that_went_and_single_pods_are_not_spread() -> None:
    gone = pod(2.0, "web-b", node="n2", type="DELETED")
    assert checks.spreads(declared(pod(1.5, "web-a"), gone), "web").verdict is Verdict.INCONCLUSIVE


# -- without a network plugin --------------------------------------------------------------------------------------------
def unplugged(made: Change, ready: Change, undoing: float = 15.0) -> Finding:
    fault = gone(1.5, "network/n1", "remove_cni_config", undoing=undoing)
    return checks.runs_in_time(declared(made, ready, faults=(fault,)), "web")


def in_host_network(change: Change) -> Change:
    change.object["spec"]["hostNetwork"] = True
    return change


def test_a_pod_runs_on_the_node_that_has_no_network_plugin() -> None:
    made, ready = in_host_network(pending(2.0, "web-a", type="ADDED")), in_host_network(pod(4.0, "web-a"))
    assert unplugged(made, ready).verdict is Verdict.HOLDS
    elsewhere = in_host_network(pod(4.0, "web-a", node="n2"))
    for ready_, undoing in ((elsewhere, 15.0), (pod(4.0, "web-a"), 15.0), (ready, 3.0)):
        assert unplugged(made, ready_, undoing).verdict is Verdict.INCONCLUSIVE
    assert unplugged(made, in_host_network(pod(9.0, "web-a"))).verdict is Verdict.VIOLATED


def test_only_while_the_node_has_no_network_plugin() -> None:
    made, ready = in_host_network(pending(2.0, "web-a", type="ADDED")), in_host_network(pod(4.0, "web-a"))
    for made_, undoing, holds in (
        (made._replace(seen=1.5), 15.0, True),  # no earlier than it was taken away
        (made._replace(seen=1.6, age=0.2), 15.0, False),  # maybe earlier
        (made, 4.0, True),  # no later than it was given back
        (made, 3.9, False),
    ):
        found = unplugged(made_, ready, undoing)
        assert found.verdict is (Verdict.HOLDS if holds else Verdict.INCONCLUSIVE), found.why
        assert ("was not created and Ready while n1" in found.why) is not holds


def test_a_pod_that_is_not_ready_is_judged_where_it_was_made() -> None:
    def never(made: Change) -> Finding:
        fault = gone(1.5, "network/n1", "remove_cni_config", undoing=15.0)
        return checks.runs_in_time(declared(made, faults=(fault,)), "web")

    there = in_host_network(pod(2.0, "web-a", ready=False))
    assert never(there).verdict is Verdict.VIOLATED
    assert "was not in the network of n1" in never(pod(2.0, "web-a", ready=False)).why
    assert "was not in the network of n1" in never(in_host_network(pending(2.0, "web-a"))).why


@pytest.mark.parametrize("target", ["node/n1", "pod/ns/other"])
def test_another_fault_leaves_a_pod_where_it_likes_to_be(target: str) -> None:
    fault = gone(3.0, target, "any", undoing=3.5)
    found = checks.runs_in_time(declared(MADE, pod(4.0, "web-a", node="n2"), faults=(fault,)), "web")
    assert found.verdict is Verdict.HOLDS, found.why


def test_a_network_plugin_that_is_not_given_back_within_the_act() -> None:
    made, ready = in_host_network(pending(2.0, "web-a")), in_host_network(pod(4.0, "web-a"))
    fault = gone(1.5, "network/n1", "remove_cni_config")
    assert checks.runs_in_time(declared(made, ready, faults=(fault,)), "web").verdict is Verdict.HOLDS


# -- room ----------------------------------------------------------------------------------------------------------------
def asks(change: Change, cores: str) -> Change:
    change.object["spec"]["containers"] = [{"resources": {"requests": {"cpu": cores}}}]
    return change


def worker(cores: str, name: str = "n1", /, **spec: object) -> Change:
    meta = {"name": name, "uid": name}
    return Change(0.0, "LISTED", "Node", {"metadata": meta, "spec": spec, "status": {"allocatable": {"cpu": cores}}})


@pytest.mark.parametrize(
    ("cores", "taken", "elsewhere", "spec", "fits"),
    [
        ("2", "0", 0.0, {}, False),
        ("3", "0", 0.0, {}, True),
        ("4", "1500m", 0.0, {}, False),
        ("4", "1", 0.0, {}, True),
        ("4", "500m", 1.0, {}, False),
        ("4", "0", 1.0, {}, True),
        ("4", "0", 0.0, {"taints": [{"key": "a", "effect": "NoSchedule"}]}, False),
        ("4", "0", 0.0, {"unschedulable": True}, False),
    ],
)
def test_a_pod_for_which_there_is_room_does_not_wait_for_room(
    cores: str, taken: str, elsewhere: float, spec: dict[str, object], fits: bool
) -> None:
    other = asks(pod(0.5, "other-a", app="other"), taken)
    act = declared(worker(cores, **spec), other, asks(pending(2.0, "web-a", type="ADDED"), "3"), SAID)
    act.recording.see("others", {"n1": {"cpu": elsewhere}}, 3.0)
    finding = checks.stays_pending(act, "web", "Insufficient cpu", "others")
    assert ("web-a requests 3 of cpu, and n1 has" in finding.why) is fits, finding.why
    assert finding.verdict is (Verdict.INCONCLUSIVE if fits else Verdict.HOLDS)
    assert checks.stays_pending(act, "web", "Insufficient memory").verdict is Verdict.VIOLATED
