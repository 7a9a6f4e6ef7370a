"""What somebody else changes in an act must not be credited to Kubernetes. A minute: the act is from 1 s to 60 s."""

from __future__ import annotations

import pytest

from kubeskeptic.checks import available, writers
from kubeskeptic.checks.writers import KUBERNETES
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import ActSpan, Change
from kubeskeptic.timeline.recording import GIVEN
from tests.checks.changed import marked, thing, told
from tests.checks.minute import GOOD, found, minute, says
from tests.drawn import endpoints, node, pod, service

NEITHER = "which is neither Kubernetes nor this harness"


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


def test_an_operator_makes_what_it_made_in_the_set_up_except_for_pods() -> None:
    made, another = thing(-5.0, by="operator"), thing(9.0, by="operator")
    another.object["metadata"]["uid"] = "another"
    assert told(made, another, given=-1.0) == []


def test_who_writes_a_node_is_no_part_of_the_workload() -> None:
    labelled = node(-5.0, "n1", "True")._replace(by=("kubectl",))
    assert len(told(labelled, thing(9.0, by="kubectl/scale"), given=-1.0)) == 1


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
