"""What was recorded of nodes, Services, pods and agents: what is lacking of it keeps *holds* from being said."""

from __future__ import annotations

import pytest

from kubeskeptic.checks.coverage import lacking
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import ActSpan, Gap
from tests.checks.minute import GOOD, found, minute, says
from tests.drawn import WEB, gone, node, pod, service
from tests.timeline.test_ready_endpoints import one, slices


@pytest.mark.parametrize(
    ("seen", "type", "uid", "said"),
    [
        (30.0, "MODIFIED", "n1", ""),
        (30.0, "MODIFIED", "another", "n1 was removed from the cluster, or another node has its name"),
        (30.0, "DELETED", "n1", "n1 was removed"),
        (61.0, "DELETED", "n1", ""),
    ],
)
def test_what_is_true_of_a_node_is_true_of_one_node(seen: float, type: str, uid: str, said: str) -> None:
    changes = [node(-5.0, "n1", "True", type="LISTED"), node(seen, "n1", "True", type=type)]
    for change, own in zip(changes, ("n1", uid), strict=True):
        change.object["metadata"]["uid"] = own
    says(found(minute(GOOD, changes=tuple(changes), pods={"pod-a": "n1"})), said)


@pytest.mark.parametrize(
    ("at", "type", "ip", "uid", "said"),
    [
        (30.0, "MODIFIED", WEB, "", ""),
        (30.0, "MODIFIED", "10.96.0.99", "", "The clusterIP of the Service web, the target of “web”, changed"),
        (30.0, "ADDED", WEB, "another", "The Service web, the target of “web”, was replaced in the meantime"),
        (30.0, "DELETED", WEB, "", "The Service web, the target of “web”, was deleted in the meantime"),
        (61.0, "DELETED", WEB, "", ""),
    ],
)
def test_a_probe_asks_one_service(at: float, type: str, ip: str, uid: str, said: str) -> None:
    change = service(ip=ip)._replace(seen=at, type=type)
    if uid:
        change.object["metadata"]["uid"] = uid
    says(found(minute(GOOD, changes=(change,))), said)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("selector", {"app": "another"}, ""),
        ("sessionAffinity", "ClientIP", "The sessionAffinity of the Service web, the target of “web”, changed"),
        ("internalTrafficPolicy", "Local", "The internalTrafficPolicy of the Service web"),
        ("publishNotReadyAddresses", True, "The publishNotReadyAddresses of the Service web"),
        ("ports", [{"port": 80, "nodePort": 30080, "targetPort": 81}], "The ports of the Service web"),
    ],
)
def test_the_service_goes_on_as_declared(field: str, value: object, said: str) -> None:
    change = service()._replace(seen=30.0, type="MODIFIED")
    change.object["spec"][field] = value
    says(found(minute(GOOD, changes=(change,))), said)
    change = change._replace(seen=61.0)
    says(found(minute(GOOD, changes=(change,))), "")


@pytest.mark.parametrize(
    ("type", "uid", "field", "value", "said"),
    [
        ("MODIFIED", "", "selector", {"app": "another"}, ""),
        ("DELETED", "", "selector", {"app": "web"}, "was deleted in the meantime"),
        ("ADDED", "another", "selector", {"app": "web"}, "was replaced in the meantime"),
        ("MODIFIED", "", "clusterIP", "10.96.0.99", "The clusterIP of the Service web, the target of “web”, changed"),
    ],
)
def test_the_service_was_the_same_before_the_act(type: str, uid: str, field: str, value: object, said: str) -> None:
    change = service()._replace(seen=0.0, type=type)
    change.object["spec"][field] = value
    change.object["metadata"] |= {"uid": uid} if uid else {}
    says(found(minute(GOOD, changes=(change,))), said)


def test_a_probe_that_asks_no_recorded_service_asks_what_it_does() -> None:
    act = minute(GOOD, changes=(service(ip="10.96.0.99")._replace(seen=30.0, type="MODIFIED"),))
    act.recording.specs["web"] = {"host": "10.1.2.3", "port": 80}
    says(found(act), "")


def test_a_pod_that_was_deleted_is_seen_to_go() -> None:
    told = "pod-a was deleted in “act” according to the journal, but no recorded change shows it"
    deletion = gone(2.0, name="delete_pod")
    says(found(minute(GOOD, faults=(deletion,))), told)
    says(found(minute(GOOD, faults=(deletion,), changes=(pod(3.0, "pod-b", deleting=True),))), told)
    for seen in (pod(3.0, "pod-a", deleting=True), pod(3.0, "pod-a", type="DELETED")):
        says(found(minute(GOOD, faults=(deletion,), changes=(seen,))), "")
    for earlier in (pod(1.9, "pod-a", deleting=True), pod(1.9, "pod-a", type="DELETED")):
        says(found(minute(GOOD, faults=(deletion,), changes=(earlier,))), told)
    says(found(minute(GOOD, faults=(gone(2.0, "pod/kube-system/coredns-1", "delete_pod"),))), "")
    deletion.act = "another"
    says(found(minute(GOOD, faults=(deletion,))), "")


def test_a_watch_gap_of_no_kind_is_one_of_every_kind() -> None:
    act = minute(GOOD)
    act.recording.gaps = [Gap("watch", "", "", "", 20.0, 21.0, "the connection broke")]
    says(found(act, lambda act: list(act.changes("Pod"))), "The watch of Node was interrupted")
    assert any(why.startswith("The watch of Pod was interrupted") for why in lacking(act))
    assert not act.watched("Node")


def test_of_a_kind_of_which_nothing_was_recorded_nothing_is_known() -> None:
    says(found(minute(GOOD), lambda act: list(act.changes("Pod"))), "")
    says(found(minute(GOOD), lambda act: list(act.changes("Deployment"))), "No Deployment was recorded at all")


def test_an_agent_that_was_not_proven_shows_nothing() -> None:
    act = minute(GOOD)
    for unproven, said in ((), ""), (("n2",), ""), (("n1", "n2"), "not proven to measure a known outage: on n1"):
        act.recording.unproven = frozenset(unproven)
        says(found(act), said)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [(10.0, 30.0, False), (10.0, 30.1, True), (40.0, 50.0, True), (59.9, 70.0, True), (60.0, 70.0, False)],
)
def test_records_that_contradict_each_other_in_the_act_are_no_evidence(since: float, until: float, said: bool) -> None:
    there = one("pod-a", node="n9")
    changes = slices(-1.0, there, type="LISTED"), slices(since), slices(until, there), node(80.0, "n1", "True")
    act = minute(GOOD, changes=changes, spans=(ActSpan("act", 30, 31, 60),))
    why = f"The records contradict each other: for {until - since:.1f} s, pod-a was not ready in the EndpointSlices of web"
    says(found(act), why if said else "")
    assert found(act, value=6.0).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("inflicts", "said"), [("hang_container", ""), ("crash_node", "No record of the fault crash_node")]
)
def test_every_fault_that_the_code_of_an_act_inflicts_is_recorded(inflicts: str, said: str) -> None:
    act = minute(GOOD, faults=(gone(5.0),))
    act.inflicts = {"act": [inflicts], "another": ["crash_node"]}
    says(found(act), said)
