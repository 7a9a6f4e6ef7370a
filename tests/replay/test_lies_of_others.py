"""Lies about the recorded run in which somebody else did what a claim credits to Kubernetes, or what was reached did not last.

Each row is a lie, the case that it is told to, and the verdict that is true of it. The run is older than the field ``by``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from kubeskeptic.findings import Verdict
from kubeskeptic.journal import Record
from kubeskeptic.objects import is_ready
from kubeskeptic.timeline import Act
from tests.journal.rewriting import Change
from tests.replay.telling import NODES, PODS, Teller, of_object

FORCED, COUNT, HEALS = "service.pod-killed (forced)", "replicaset.count (deletion)", "heal.crash (once)"
HEALTH, BARE, ORDER = "loop.node-health", "pod.bare-dies-with-node (node stays dead)", "statefulset.order (node dead)"

Thing = dict[str, Any]


def changed(
    told: Teller, kind: str, name: str, at: float, edit: Callable[[Thing], object], *by: str, scenario: str = PODS
) -> Change:
    """An object that was changed at a moment, by somebody."""
    before = [one for one in told.held.scenarios[scenario].of_kind(kind, name) if one.seen <= at][-1]
    thing = copy.deepcopy(before.object)
    edit(thing)
    record = {"kind": "change", "scenario": scenario, "resource": kind, "type": "MODIFIED", "seen": at, "age": 0.1,
              "object": thing, "by": list(by) or None}  # fmt: skip
    written: list[Record] = []

    def change(one: Record) -> Iterable[Record]:
        if written or one.get("at", 0.0) < at:
            return [one]
        written.append(one)
        return [record, one]

    return change


def unready(thing: Thing) -> None:
    for one in thing["status"]["conditions"]:
        one["status"] = "False" if one["type"] in ("Ready", "ContainersReady") else one["status"]


def node(told: Teller) -> str:
    return Act(told.held.scenarios[NODES], ["crash"]).node


@pytest.mark.parametrize("by", ["kubectl-set", "kubectl-edit", "OpenAPI-Generator"])
def test_somebody_gave_a_service_another_selector(told: Teller, by: str) -> None:
    def selector(thing: Thing) -> None:
        thing["spec"]["selector"] = {"app": "plain", "release": "2"}

    at = told.when("forced") + 3
    finding = told(FORCED, changed(told, "Service", "plain", at, selector, by))
    assert (finding.verdict, f"Service plain was changed by {by}" in finding.why) == (Verdict.INCONCLUSIVE, True)
    ours = told(FORCED, changed(told, "Service", "plain", at, selector, "kubeskeptic"))
    assert "was changed by" not in ours.why
    assert "in the EndpointSlices of plain, but not by itself" in ours.why, "whoever wrote it, the slices would follow"


@pytest.mark.parametrize(
    "spec", [{"unschedulable": True}, {"taints": [{"key": "mine", "effect": "NoExecute"}]}], ids=["cordon", "taint"]
)
def test_somebody_kept_pods_away_from_a_node(told: Teller, spec: Thing) -> None:
    lie = changed(
        told, "Node", "kubeskeptic-worker", told.when("graceful") + 1, lambda thing: thing["spec"].update(spec)
    )
    finding = told(COUNT, lie)
    assert (finding.verdict, "and not by a fault" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize(
    ("by", "verdict"),
    [("kubectl-edit/status", Verdict.INCONCLUSIVE), ("kube-controller-manager/status", Verdict.HOLDS)],
)
def test_somebody_wrote_the_status_of_a_dead_node(told: Teller, by: str, verdict: Verdict) -> None:
    written = of_object("Node", node(told), lambda record: record | {"by": [by]}, told.when("crash", NODES))
    finding = told(HEALTH, written)
    assert (finding.verdict, f"was changed by {by}" in finding.why) == (verdict, verdict is Verdict.INCONCLUSIVE)


@pytest.mark.parametrize("by", ["kubectl-label", "operator"])
def test_somebody_made_the_replacement_who_had_changed_a_pod_in_the_set_up(told: Teller, by: str) -> None:
    recording, at = told.held.scenarios[PODS], told.when("graceful")
    pods, until = list(recording.of_kind("Pod")), recording.acts["given"].end or 0.0
    set_up = next(one.name for one in pods if one.name.startswith("plain") and one.seen < until)
    made = next(one for one in pods if one.seen > at and one.type == "ADDED" and one.name.startswith("web"))

    def written(record: Record) -> Record:
        return record | {"by": [by]}

    before = of_object("Pod", set_up, lambda one: written(one) if one["seen"] < until else one)
    assert told(COUNT, before).verdict is Verdict.HOLDS
    after = of_object("Pod", made.name, lambda one: written(one) if one["type"] == "ADDED" else one)
    finding = told(COUNT, lambda record: (two for one in before(record) for two in after(one)))
    assert (finding.verdict, f"Pod {made.name} was changed by {by}" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("case", [HEALTH, BARE, ORDER, "replicaset.count (node crashed)"])
def test_somebody_deleted_the_pods_of_a_dead_node(told: Teller, case: str) -> None:
    def change(record: Record) -> Iterable[Record]:
        status = (
            record["object"].get("status", {}) if record["kind"] == "change" and record["resource"] == "Pod" else {}
        )
        kept = [one for one in status.get("conditions") or () if one["type"] != "DisruptionTarget"]
        status.update({"conditions": kept} if kept else {})
        return [record]

    finding = told(case, change)
    assert (finding.verdict, "its DisruptionTarget is missing" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("case", [HEALTH, BARE, "replicaset.count (node crashed)"])
def test_somebody_deleted_the_pods_of_a_dead_node_by_force(told: Teller, case: str) -> None:
    since, dead, gone = told.when("crash", NODES) + 40, node(told), set()

    def change(record: Record) -> Iterable[Record]:
        mine = record["kind"] == "change" and record.get("scenario") == NODES and record["resource"] == "Pod"
        thing = record["object"] if mine and record["seen"] > since else {}
        if not thing or thing["metadata"]["name"].startswith("db") or thing["spec"].get("nodeName") != dead:
            return [record]
        if not thing["metadata"].get("deletionTimestamp") or thing["metadata"]["uid"] in gone:
            return [record] if thing["metadata"]["uid"] not in gone else []
        gone.add(thing["metadata"]["uid"])
        kept = [one for one in thing["status"]["conditions"] if one["type"] != "DisruptionTarget"]
        meta = {name: value for name, value in thing["metadata"].items() if not name.startswith("deletion")}
        return [record | {"type": "DELETED", "object": thing | {
            "metadata": meta, "status": thing["status"] | {"conditions": kept}}}]  # fmt: skip

    finding = told(case, change)
    assert (finding.verdict, "its DisruptionTarget is missing" in finding.why) == (Verdict.INCONCLUSIVE, True)


@pytest.mark.parametrize("case", [BARE, "replicaset.count (node crashed)"])
def test_a_pod_on_another_node_tolerates_its_death_for_longer(told: Teller, case: str) -> None:
    def patient(record: Record) -> Record:
        for one in record["object"]["spec"].get("tolerations") or ():
            one.update({"tolerationSeconds": 300} if "tolerationSeconds" in one else {})
        return record

    other = of_object("Pod", "db-2", patient)
    assert told(case, other).verdict is Verdict.HOLDS, "each pod has its own time"
    at = told.when("crash", NODES)

    def later(record: Record) -> Record:
        return record | ({"seen": record["seen"] + 100} if record["seen"] < at + 60 else {})

    late = of_object("Pod", "alone", later, at + 45)
    finding = told(BARE, lambda record: (two for one in other(record) for two in late(one)))
    assert "The pod was evicted 15" in finding.why
    assert (finding.verdict, "before what it records" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_pod_turned_ready_on_a_dead_node(told: Teller) -> None:
    at, dead = told.when("crash", NODES) + 53, node(told)
    web = {
        one.name: one
        for one in told.held.scenarios[NODES].of_kind("Pod")
        if one.seen < at and one.name.startswith("web")
    }
    mine = next(name for name, one in web.items() if one.object["spec"].get("nodeName") == dead)

    def ready(thing: Thing) -> None:
        for one in thing["status"]["conditions"]:
            one["status"] = "True"

    finding = told("replicaset.count (node crashed)", changed(told, "Pod", mine, at, ready, scenario=NODES))
    assert (finding.verdict, f"turned Ready on {dead}, which was down" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_mark_for_deletion_was_taken_back(told: Teller) -> None:
    recording, at = told.held.scenarios[NODES], told.when("crash", NODES)
    before = [
        one for one in recording.of_kind("Pod") if one.seen < at and one.object["spec"].get("nodeName") == node(told)
    ]
    db = next(one for one in reversed(before) if one.name.startswith("db-"))

    def unmarked(thing: Thing) -> None:
        thing.update(copy.deepcopy(db.object))

    finding = told(ORDER, changed(told, "Pod", db.name, at + 90, unmarked, scenario=NODES))
    assert (finding.verdict, "was marked for deletion, and later it was not" in finding.why) == (
        Verdict.INCONCLUSIVE,
        True,
    )


def test_another_replica_turns_unready_long_after_the_lost_one_was_replaced(told: Teller) -> None:
    at, recording = told.when("graceful"), told.held.scenarios[PODS]
    web = {one.uid: one for one in recording.of_kind("Pod") if one.seen < at and one.name.startswith("web")}
    victims = [target.rpartition("/")[2] for one in recording.faults for target in one.targets]
    other = next(one.name for one in web.values() if one.name not in victims)
    finding = told(COUNT, changed(told, "Pod", other, at + 9, unready))
    assert finding.verdict is Verdict.INCONCLUSIVE, finding.why
    assert "2 of 3 replicas were Ready" in finding.why


def test_a_container_ran_again_for_a_moment_only(told: Teller) -> None:
    recording, at = told.held.scenarios[PODS], told.when("sigkill")
    victim = Act(recording, ["sigkill"]).victim
    back = next(one.seen for one in recording.of_kind("Pod", victim) if one.seen > at and is_ready(one.object))
    finding = told(HEALS, changed(told, "Pod", victim, back + 0.3, unready))
    assert (finding.verdict, "but not until the end" in finding.why) == (Verdict.INCONCLUSIVE, True)
