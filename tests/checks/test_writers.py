"""What somebody else changes in an act must not be credited to Kubernetes. A minute: the act is from 1 s to 60 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import available, writers
from kubeskeptic.checks.writers import CONDITIONS, KUBERNETES
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import ActSpan, Change, FaultSpan
from kubeskeptic.timeline.recording import GIVEN, Gap
from tests.checks.minute import GOOD, found, minute, says
from tests.drawn import endpoints, fault, node, pod, service

NEITHER = "which is neither Kubernetes nor this harness"


def told(*changes: Change, faults: tuple[FaultSpan, ...] = (), given: float | None = None) -> list[str]:
    act = minute(GOOD, changes=changes, faults=faults)
    if given is not None:
        act.recording.acts[GIVEN] = ActSpan(GIVEN, -9.0, -9.0, given)
    return [*writers.lacking(act)]


def thing(seen: float, kind: str = "Deployment", by: str = "", **spec: Any) -> Change:
    return Change(
        seen, "MODIFIED", kind, {"metadata": {"name": "web", "uid": kind}, "spec": spec}, by=(by,) if by else ()
    )


# -- who -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "manager", ["kubectl", "kubectl-rollout", "kubectl-edit", "OpenAPI-Generator", "unknown", "x/y"]
)
@pytest.mark.parametrize("subresource", ["", "/scale", "/status"])
def test_a_change_by_somebody_else_is_told(manager: str, subresource: str) -> None:
    by = manager + subresource
    assert told(thing(0.0), thing(9.0, by=by)) == [f"Deployment web was changed by {by}, {NEITHER}, 8.0 s into the act"]


@pytest.mark.parametrize("manager", ["kubeskeptic", *KUBERNETES, ""])
def test_kubernetes_and_the_harness_may_change_anything(manager: str) -> None:
    assert told(thing(0.0), thing(9.0, by=manager), thing(10.0, by=f"{manager}/scale" if manager else "")) == []


def test_one_of_several_is_enough() -> None:
    both = thing(9.0)._replace(by=("kubeskeptic", "kubectl/scale", "kubectl-edit"))
    (why,) = told(thing(0.0), both)
    assert "changed by kubectl/scale, kubectl-edit, which" in why


@pytest.mark.parametrize(("at", "in_it"), [(-0.1, False), (0.0, True), (60.0, True), (60.1, False)])
def test_only_what_is_done_in_the_act_or_its_baseline_counts(at: float, in_it: bool) -> None:
    assert len(told(thing(-5.0), thing(at, by="kubectl"))) == in_it


def test_each_kind_that_nobody_else_writes_counts() -> None:
    for kind in (
        "Pod",
        "EndpointSlice",
        "Deployment",
        "ReplicaSet",
        "StatefulSet",
        "DaemonSet",
        "HorizontalPodAutoscaler",
    ):
        assert len(told(thing(9.0, kind, "kubectl-label"))) == 1
    assert told(thing(9.0, "Ingress", "contour", rules=[]), thing(9.0, "PersistentVolumeClaim", "provisioner")) == []
    assert (
        len(told(pod(9.0, "pod-a")._replace(by=("kubectl-label",)), endpoints(9.0, "pod-b")._replace(by=("x",)))) == 2
    )


@pytest.mark.parametrize("kind", ["Service", "Node"])
def test_others_write_the_status_of_a_service_and_of_a_node(kind: str) -> None:
    before = thing(0.0, kind, selector={"app": "web"}, taints=None)
    assert told(before, thing(9.0, kind, "controller/status", selector={"app": "web"}, taints=None)) == []
    assert len(told(before, thing(9.0, kind, "kubectl-set", selector={"app": "other"}, taints=None))) == 1
    assert told(before, thing(9.0, kind, "kubeskeptic", selector={"app": "other"}, taints=None)) == []


def test_a_service_that_was_made_in_the_act_was_made_by_somebody() -> None:
    other = service("late")._replace(seen=9.0, type="ADDED")
    assert len(told(other._replace(by=("kubectl-expose",)))) == 1
    assert told(other._replace(by=("kubeskeptic",))) == []


def test_the_last_of_the_same_object_is_what_it_is_compared_with() -> None:
    first, other = thing(0.0, "Service", selector={"app": "a"}), thing(5.0, "Service", selector={"app": "b"})
    other.object["metadata"]["uid"] = "another"
    assert told(first, other, thing(9.0, "Service", "controller/status", selector={"app": "a"})) == []
    own = thing(5.0, "Service", "kubeskeptic", selector={"app": "b"})
    assert told(first, own, thing(9.0, "Service", "controller/status", selector={"app": "b"})) == []


def of_node(seen: float, by: str = "", **conditions: str) -> Change:
    change = node(seen, "w1", "True")
    change.object["status"] = {
        "conditions": [{"type": one, "status": status} for one, status in conditions.items()],
        "addresses": [{"type": "InternalIP", "address": f"10.0.0.{seen:.0f}"}],
    }
    return change._replace(by=(by,) if by else ())


@pytest.mark.parametrize("condition", ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"])
def test_only_kubernetes_writes_the_conditions_of_a_node(condition: str) -> None:
    before, by = of_node(0.0, **{condition: "True"}), "kubectl-edit/status"
    for status in ("Unknown", "False"):
        (why,) = told(before, of_node(9.0, by, **{condition: status}))
        assert why == f"Node w1 was changed by {by}, {NEITHER}, 8.0 s into the act"
    assert len(told(before, of_node(9.0, by))) == 1, "it is gone"
    assert told(before, of_node(9.0, by, **{condition: "True"})) == [], "another part, such as its addresses"
    for owner in ("kubelet/status", "kube-controller-manager/status"):
        assert told(before, of_node(9.0, owner, **{condition: "Unknown"})) == []


def test_a_network_plugin_writes_its_own_condition() -> None:
    before = of_node(0.0, Ready="True", NetworkUnavailable="True")
    assert told(before, of_node(9.0, "calico-node/status", Ready="True", NetworkUnavailable="False")) == []


# -- an operator ---------------------------------------------------------------------------------------------------------
def test_who_changes_a_workload_while_it_is_set_up_belongs_to_it() -> None:
    made, later = thing(-5.0, by="operator"), thing(9.0, by="operator")
    assert told(made, later, given=-5.0) == []
    assert told(made, later, thing(10.0, by="kubelet"), given=-5.0) == []
    assert len(told(made, later, given=-5.1)) == 1, "between the set-up and the act"
    assert len(told(made, later)) == 1, "no set-up is known"
    broken_off = minute(GOOD, changes=(made, later))
    broken_off.recording.acts[GIVEN] = ActSpan(GIVEN, -9.0, -9.0)
    assert len([*writers.lacking(broken_off)]) == 1
    assert len(told(made, later, thing(10.0, by="kubectl"), given=0.0)) == 1


def test_an_operator_may_change_only_what_it_changed_in_the_set_up() -> None:
    made = thing(-5.0, by="operator")
    assert told(made, thing(9.0, by="operator/status"), given=-1.0) == told(thing(9.0, by="operator/status"))
    assert len(told(made, thing(9.0, "StatefulSet", by="operator"), given=-1.0)) == 1
    assert told(thing(-5.0, by="operator/status"), thing(9.0, by="operator/status"), given=-1.0) == []


@pytest.mark.parametrize("by", ["kubectl", "kubectl-label", "kubectl-edit/status"])
def test_kubectl_is_no_part_of_a_workload(by: str) -> None:
    assert len(told(thing(-5.0, by=by), thing(9.0, by=by), given=-1.0)) == 1


def test_an_operator_that_changes_pods_makes_none() -> None:
    def by_operator(seen: float, name: str) -> Change:
        return pod(seen, name)._replace(by=("operator",))

    assert told(by_operator(-5.0, "pod-a"), by_operator(9.0, "pod-a"), given=-1.0) == []
    (why,) = told(by_operator(-5.0, "pod-a"), by_operator(9.0, "late"), by_operator(10.0, "late"), given=-1.0)
    assert why == f"Pod late was changed by operator, {NEITHER}, 8.0 s into the act"


def test_who_writes_a_node_is_no_part_of_the_workload() -> None:
    labelled = node(-5.0, "n1", "True")._replace(by=("kubectl",))
    assert len(told(labelled, thing(9.0, by="kubectl/scale"), given=-1.0)) == 1


# -- cordons and taints --------------------------------------------------------------------------------------------------
def marked(
    seen: float, *taints: str, cordoned: bool = False, age: float = 0.0, type: str = "MODIFIED", name: str = "w1"
) -> Change:
    change = node(seen, name, "True", type=type)
    change.object["spec"] = {"taints": [dict(zip(("key", "effect"), one.split(":"), strict=True)) for one in taints]}
    change.object["spec"] |= {"unschedulable": True} if cordoned else {}
    return change._replace(age=age)


def in_force(target: str, name: str = "cordon_node", act: str = "act", **more: float) -> FaultSpan:
    """A fault that is applied between 10 s and 11 s, and undone between 20 s and 21 s."""
    phases = {"applying": 10.0, "applied": 11.0, "undoing": 20.0, "undone": 21.0, **more}
    return fault(phases, act, name, target)


CORDON, X = in_force("cordon/w1"), in_force("taint/w1/x:NoSchedule", "taint_node")
HERE = marked(0.0)


def test_a_cordon_that_no_fault_explains_is_told() -> None:
    assert told(HERE, marked(9.0, cordoned=True)) == ["w1 was cordoned 8.0 s into the act, and not by a fault"]
    assert told(marked(0.0, cordoned=True), marked(9.0, cordoned=True)) == [], "it was cordoned all the time"
    assert told(marked(9.0, cordoned=True, type="ADDED")) == told(marked(9.0, cordoned=True)) == [], (
        "it was first seen so"
    )
    bare = node(0.0, "w1", "True")
    bare.object["spec"] = None
    assert len(told(bare, marked(9.0, cordoned=True))) == 1


@pytest.mark.parametrize(
    ("seen", "age", "explained"),
    [
        (9.9, 0.0, False),
        (10.0, 0.0, True),
        (21.0, 0.0, True),
        (21.1, 0.0, False),
        (21.1, 0.1, True),
        (30.0, 2.0, False),
    ],
)
def test_a_fault_explains_a_cordon_until_it_is_undone(seen: float, age: float, explained: bool) -> None:
    for cordon in (CORDON, in_force("cordon/w1", "drain_node"), in_force("cordon/w1", act="sabotage: act")):
        assert (told(HERE, marked(seen, cordoned=True, age=age), faults=(cordon,)) == []) is explained
    assert len(told(HERE, marked(seen, cordoned=True), faults=(in_force("cordon/w2"), in_force("node/w1")))) == 1


def test_a_fault_that_was_not_undone_or_not_applied() -> None:
    lasting, planned = in_force("cordon/w1"), in_force("cordon/w1")
    del lasting.phases["undone"], lasting.phases["undoing"], planned.phases["applying"], planned.phases["applied"]
    assert told(HERE, marked(50.0, cordoned=True), faults=(lasting,)) == []
    assert len(told(HERE, marked(15.0, cordoned=True), marked(50.0), faults=(lasting,))) == 1
    assert len(told(HERE, marked(15.0, cordoned=True), faults=(planned,))) == 1
    assert told(marked(0.0, cordoned=True), marked(15.0), faults=(planned,)) == []


@pytest.mark.parametrize(
    ("seen", "age", "explained"),
    [(11.0, 0.1, True), (11.0, 0.0, False), (19.9, 0.0, False), (19.9, 9.0, True), (20.0, 0.0, True)],
)
def test_nobody_else_lifts_the_cordon_of_a_fault(seen: float, age: float, explained: bool) -> None:
    why = told(marked(0.0, cordoned=True), marked(seen, age=age), faults=(CORDON,))
    assert (why == []) is explained
    if not explained:
        assert why == [f"w1 was uncordoned {seen - 1:.1f} s into the act, while a fault had cordoned it"]
    assert told(marked(0.0, cordoned=True), marked(seen, age=age)) == [], "who cordoned it may uncordon it"


def test_a_cordon_that_is_not_seen_yet_or_stays_is_not_lifted() -> None:
    assert told(HERE, marked(15.0), faults=(CORDON,)) == [], "the watch may be late"
    assert (
        told(HERE, marked(12.0, cordoned=True), marked(15.0, "x:NoSchedule", cordoned=True), faults=(CORDON, X)) == []
    )
    assert told(thing(0.0, "Machine"), thing(9.0, "Machine", unschedulable=True)) == [], "it is no node"


def test_a_taint_that_no_fault_explains_is_told() -> None:
    why = ["w1 was tainted with me:NoSchedule 8.0 s into the act, and not by a fault"]
    assert told(HERE, marked(9.0, "me:NoSchedule")) == why
    assert len(told(HERE, marked(9.0, "me:NoExecute", "you:NoExecute"))) == 2
    assert told(HERE, marked(9.0, "me:PreferNoSchedule")) == [], "pods may go there"
    assert told(marked(0.0, "me:NoSchedule"), marked(9.0, "me:NoSchedule"), marked(10.0)) == []
    assert len(told(marked(0.0, "me:NoSchedule"), marked(9.0, "me:NoExecute"))) == 1
    assert len(told(HERE, marked(9.0, "node.kubernetes.io/out-of-service:NoExecute"))) == 1, "by hand only"
    assert told(HERE, marked(9.0, *(f"{key}:NoExecute" for key in CONDITIONS))) == []


def test_a_fault_explains_its_own_taint() -> None:
    taint = in_force("taint/w1/me:NoSchedule", "taint_node")
    assert told(HERE, marked(15.0, "me:NoSchedule"), faults=(taint,)) == []
    assert len(told(HERE, marked(9.0, "me:NoSchedule"), faults=(taint,))) == 1
    assert len(told(HERE, marked(15.0, "me:NoExecute"), faults=(taint, in_force("taint/w2/me:NoExecute")))) == 1


@pytest.mark.parametrize(
    ("gap", "told_of"),
    [
        (Gap("watch", "", "", "Node", 0.0, None, "it broke"), True),
        (Gap("watch", "", "", "", 0.0, None, "it broke"), True),
        (Gap("watch", "", "", "Node", 59.9, 61.0, "it broke"), True),
        (Gap("watch", "", "", "Node", 60.0, 61.0, "it broke"), False),
        (Gap("watch", "", "", "Pod", 0.0, None, "it broke"), False),
        (Gap("probe", "n1", "", "Node", 0.0, None, "it broke"), False),
    ],
)
def test_who_changed_a_node_that_was_not_watched_is_not_known(gap: Gap, told_of: bool) -> None:
    act = minute(GOOD)
    act.recording.gaps.append(gap)
    why = "The watch of Node was interrupted in the act: it is not known who changed a node. it broke"
    assert [*writers.lacking(act)] == ([why] if told_of else [])


# -- the verdict ---------------------------------------------------------------------------------------------------------
def test_what_somebody_else_changed_keeps_a_finding_from_holding() -> None:
    act = minute(GOOD, changes=(thing(9.0, by="kubectl/scale"),))
    says(found(act), f"Deployment web was changed by kubectl/scale, {NEITHER}")
    assert found(act, value=9).verdict is Verdict.VIOLATED


@pytest.mark.parametrize("change", [thing(9.0, by="kubectl-rollout"), marked(9.0, cordoned=True, name="n1")])
def test_while_anything_may_happen_anybody_may_change_everything(change: Change) -> None:
    act = minute(GOOD, changes=(thing(0.0), marked(0.0, name="n1"), change))
    assert found(act).verdict is Verdict.INCONCLUSIVE
    assert available(act, "web").verdict is Verdict.HOLDS
