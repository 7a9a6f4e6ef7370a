"""What a fault is recorded to have done, the watch has to show. A fault is applied at 1 s, and undone at 50 s of a minute."""

from __future__ import annotations

import pytest

from kubeskeptic.checks.borne_out import SHOWN, UNSEEN, not_borne_out
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change
from tests.checks.minute import GOOD, found, minute, says
from tests.drawn import gone as applied
from tests.drawn import node, pod


def judged(fault: str, target: str, *changes: Change, undoing: float = 50.0, **settings: float) -> str:
    """What is missing; empty if nothing is."""
    grace = settings or {"GRACE": 20.0, "MONITOR": 5.0}
    faults = (applied(1.0, target, fault, undoing=undoing),)
    return " ".join(not_borne_out(minute(GOOD, faults=faults, changes=changes, **grace)))


def cordoned(seen: float, name: str = "w1") -> Change:
    change = node(seen, name, "True")
    change.object["spec"]["unschedulable"] = True
    return change


def tainted(seen: float, key: str = "a/away", effect: str = "NoExecute") -> Change:
    change = node(seen, "w1", "True")
    change.object["spec"]["taints"] = [{"key": "other", "effect": "NoSchedule"}, {"key": key, "effect": effect}]
    return change


HERE = node(0.0, "w1", "True", type="LISTED")
POD = "pod/ns/pod-a"


@pytest.mark.parametrize(
    ("fault", "target", "shown", "missing"),
    [
        ("delete_pod", POD, pod(2.0, "pod-a", deleting=True), pod(2.0, "pod-a")),
        ("delete_pod", POD, pod(1.0, "pod-a", type="DELETED"), pod(0.9, "pod-a", deleting=True)),
        ("make_unready", POD, pod(1.0, "pod-a", ready=False), pod(0.9, "pod-a", ready=False)),
        ("make_unready", POD, pod(50.0, "pod-a", ready=False), pod(50.1, "pod-a", ready=False)),
        ("make_unready", POD, pod(9.0, "pod-a", type="DELETED"), pod(9.0, "pod-a")),
        ("remove_cni_config", "network/w1", node(50.0, "w1", "False"), node(50.1, "w1", "False")),
        ("cordon_node", "cordon/w1", cordoned(1.0), cordoned(0.9)),
        ("cordon_node", "cordon/w1", cordoned(50.0), cordoned(50.1)),
        ("cordon_node", "cordon/w1", cordoned(9.0), node(9.0, "w1", "True")),
        ("drain_node", "cordon/w1", cordoned(1.0), cordoned(0.9)),
        ("drain_node", "cordon/w1", cordoned(50.0), cordoned(50.1)),
        ("taint_node", "taint/w1/a/away:NoExecute", tainted(1.0), tainted(0.9)),
        ("taint_node", "taint/w1/a/away:NoExecute", tainted(50.0), tainted(50.1)),
        ("taint_node", "taint/w1/a/away:NoExecute", tainted(9.0), tainted(9.0, "away")),
        ("taint_node", "taint/w1/a/away:NoExecute", tainted(9.0), tainted(9.0, effect="NoSchedule")),
        ("stop_kubelet", "kubelet/w1", node(28.1, "w1", "Unknown"), node(28.1, "w1", "True")),
        ("crash_node", "node/w1", node(20.0, "w1", "Unknown"), node(20.0, "w1", "True")),
        ("freeze_node", "node/w1", node(28.1, "w1", "Unknown"), node(28.1, "w1", "True")),
        ("shut_down_node", "node/w1", node(9.0, "w1", "False"), node(50.0, "w1", "True")),
    ],
)
def test_the_effect_is_shown_by_a_change(fault: str, target: str, shown: Change, missing: Change) -> None:
    assert judged(fault, target, HERE, shown) == ""
    assert judged(fault, target, HERE, missing)


def test_a_killed_container_is_started_again_or_its_pod_ends() -> None:
    before = pod(0.5, "pod-a", restarts=2)
    for shown in (pod(3.0, "pod-a", restarts=3), pod(3.0, "pod-a", type="DELETED"), pod(3.0, "pod-a", ready=False)):
        assert judged("kill_container", POD, before, shown) == ""
    for missing in (pod(3.0, "pod-a", restarts=2), pod(3.0, "pod-a", restarts=1), pod(0.9, "pod-a", restarts=3)):
        assert "A container of pod-a was killed" in judged("kill_container", POD, before, missing)


def test_a_restart_counts_from_the_fault_on() -> None:
    before = pod(0.5, "pod-a", restarts=2)
    assert judged("kill_container", POD, before, pod(1.0, "pod-a", restarts=3)) == ""
    assert judged("kill_container", POD, pod(0.6, "pod-a", ready=False), pod(0.8, "pod-a"), pod(2.0, "pod-a"))


def test_what_a_pod_does_not_say_of_restarts_is_none() -> None:
    def counting(seen: float, statuses: object) -> Change:
        change = pod(seen, "pod-a")
        change.object["status"]["containerStatuses"] = statuses
        return change

    once, none = counting(3.0, [{"restartCount": 1}]), counting(3.0, None)
    for statuses in ([{"name": "server"}], [{"restartCount": 0}], None):
        assert judged("kill_container", POD, counting(0.5, statuses), once) == ""
        assert judged("kill_container", POD, counting(0.5, statuses), none)
    bare = pod(0.0, "pod-b", node="n1")
    bare.object["status"] = None
    assert judged("kill_container", "pod/ns/pod-b", bare._replace(seen=0.5)) == (
        "A container of pod-b was killed in “act”, but no change of the pod shows it"
    )


def test_a_node_without_a_spec_is_schedulable() -> None:
    bare = node(9.0, "w1", "True")
    bare.object["spec"] = None
    assert (
        judged("cordon_node", "cordon/w1", bare)
        == "w1 was cordoned in “act”, but the watch shows it schedulable all the time"
    )


@pytest.mark.parametrize(
    ("whom", "role", "silent"),
    [("all", "worker", True), ("control-plane", "worker", True), ("workers", "worker", False), ("all", "control-plane", False),
     (None, "worker", False)],
)  # fmt: skip
def test_a_node_that_is_cut_off_from_the_control_plane_is_not_ready(whom: str | None, role: str, silent: bool) -> None:
    def cut_off(*changes: Change) -> list[str]:
        faults = (applied(1.0, "network/w1", "cut_off_node", undoing=50.0),)
        faults[0].settings.update({"whom": whom} if whom else {})
        act = minute(GOOD, faults=faults, changes=(HERE, *changes), GRACE=20.0, MONITOR=5.0)
        act.recording.roles["w1"] = role
        return [*not_borne_out(act)]

    assert cut_off() == (["w1 was down in “act”, but the watch shows it Ready"] if silent else [])
    assert cut_off(node(20.0, "w1", "Unknown")) == []


def test_each_fault_has_to_show_in_a_watch_or_not() -> None:
    assert set(FAULTS) == SHOWN | UNSEEN
    assert not SHOWN & UNSEEN


def test_a_node_that_was_not_recorded_shows_no_taint() -> None:
    assert judged("taint_node", "taint/w2/a/away:NoExecute", HERE) == ""
    bare = node(9.0, "w1", "True")
    bare.object["spec"] = None
    assert judged("taint_node", "taint/w1/a/away:NoExecute", bare) == (
        "w1 was tainted with a/away:NoExecute in “act”, but the watch shows it without that taint all the time"
    )


def test_every_change_after_the_grace_period_counts() -> None:
    silent, silent_again = node(20.0, "w1", "Unknown"), node(45.0, "w1", "Unknown")
    assert judged("crash_node", "node/w1", silent, node(40.0, "w1", "True"), silent_again)
    assert judged("crash_node", "node/w1", node(28.0, "w1", "True"), node(29.0, "w1", "Unknown")) == ""
    assert judged("crash_node", "node/w1", silent, node(40.0, "w1", "True", type="DELETED")) == ""
    assert judged("crash_node", "node/w1", HERE, undoing=28.0)


def test_a_node_that_was_ready_again_before_the_fault_was_undone_was_not_out_of_order() -> None:
    silent = node(20.0, "w1", "Unknown")
    assert "the watch shows it Ready" in judged("crash_node", "node/w1", HERE, silent, node(40.0, "w1", "True"))
    assert judged("crash_node", "node/w1", HERE, silent, node(51.0, "w1", "True")) == ""


def test_a_fault_that_ended_before_the_grace_period_shows_nothing() -> None:
    assert judged("crash_node", "node/w1", HERE, undoing=27.9) == ""
    assert judged("crash_node", "node/w1", HERE, undoing=28.1) == "w1 was down in “act”, but the watch shows it Ready"


def test_what_was_not_recorded_or_has_no_such_effect_shows_nothing() -> None:
    assert judged("crash_node", "node/w2", HERE) == ""
    assert judged("kill_container", "pod/ns/other") == ""
    assert judged("make_unready", "pod/ns/other") == ""
    assert judged("cordon_node", "cordon/w2", HERE) == ""
    assert judged("hang_container", POD) == ""
    assert judged("crash_node", "node/w1", HERE, SYNC=1.0) == "", (
        "without GRACE it is not known when a node has to be noticed"
    )
    act = minute(GOOD, faults=(applied(1.0, POD, "make_unready"),))
    assert [*not_borne_out(act)]
    act.recording.faults[0].act = "another"
    assert [*not_borne_out(act)] == []


def test_what_is_missing_keeps_a_finding_from_holding() -> None:
    act = minute(GOOD, faults=(applied(1.0, POD, "make_unready"),))
    says(found(act), "pod-a was made unready in “act”, but the watch shows it Ready all the time")
    assert found(act, value=9).verdict is Verdict.VIOLATED


def test_a_pod_that_was_made_unready_stays_so() -> None:
    unready, again = pod(2.0, "pod-a", ready=False), pod(9.0, "pod-a")
    assert judged("make_unready", POD, pod(0.5, "pod-a"), unready) == ""
    assert judged("make_unready", POD, unready, again._replace(seen=50.1)) == ""
    assert "Ready before that was undone" in judged("make_unready", POD, unready, again)


@pytest.mark.parametrize(("started", "missing"), [(None, False), (49.9, True), (50.0, False)])
def test_a_kube_proxy_is_started_again_only_when_its_stopping_is_undone(started: float | None, missing: bool) -> None:
    act = minute(GOOD, faults=(applied(1.0, "kube-proxy/w1", "stop_kube_proxy", undoing=50.0),))
    act.recording.tables = {"kube-proxy": {"started": [started - 0.1, started]}} if started else {}
    assert bool(list(not_borne_out(act))) is missing


@pytest.mark.parametrize(
    ("settings", "graces", "own", "otherwise"),
    [
        ({"force": True}, [0], 10, False),
        ({"force": True}, [10, 0], 10, True),
        ({"force": False}, [10, 0], 10, False),
        ({"force": False}, [0], 10, True),
        ({"force": False}, [0], 0, False),
        ({"force": False}, [0], None, False),
        ({"force": False}, [None], 10, False),
        ({}, [10], 10, False),
        ({}, [0], 10, False),
    ],
)
def test_a_pod_that_is_deleted_by_force_has_no_time_to_terminate(
    settings: dict[str, bool], graces: list[int | None], own: int | None, otherwise: bool
) -> None:
    changes = [pod(2.0 + at, "pod-a", deleting=True) for at, _ in enumerate(graces)]
    for change, grace in zip(changes, graces, strict=True):
        change.object["metadata"] |= {} if grace is None else {"deletionGracePeriodSeconds": grace}
        change.object["spec"] |= {} if own is None else {"terminationGracePeriodSeconds": own}
    fault = applied(1.0, POD, "delete_pod")
    fault.settings = settings
    told = [*not_borne_out(minute(GOOD, faults=(fault,), changes=tuple(changes)))]
    how = "by force" if settings.get("force") else "without force"
    said = [f"pod-a was deleted {how} in “act”, but the watch shows {graces[0]} s of grace"]
    assert told == (said if otherwise else [])
