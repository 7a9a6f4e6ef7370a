"""Counts in the status of workloads and the pods that were recorded are compared from 0 s to 60 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline import Change
from kubeskeptic.timeline.pod_counts import WORKLOADS, miscounted
from tests.drawn import pod, recording


def owned(
    change: Change, *, by: str = "web-x", kind: str = "ReplicaSet", template: str = "x", phase: str = ""
) -> Change:
    metadata = change.object["metadata"]
    metadata["labels"] |= {"pod-template-hash": template} if template else {}
    metadata["ownerReferences"] = [{"kind": kind, "name": by, "uid": f"uid-{by}", "controller": True}]
    change.object["status"] |= {"phase": phase} if phase else {}
    return change


def workload(seen: float, kind: str = "Deployment", name: str = "web", type: str = "MODIFIED", **status: int) -> Change:
    return Change(seen, type, kind, {"metadata": {"name": name, "uid": f"uid-{name}"}, "status": status})


def found(*changes: Change) -> list[tuple[float, float, str]]:
    every = (one for kind in WORKLOADS for one in miscounted(recording(*changes), 60.0, kind))
    return [(*stretch, why.partition(",")[0]) for stretch, why in every]


A, B = owned(pod(1.0, "a", type="ADDED")), owned(pod(1.0, "b", type="ADDED"))
TWO = workload(2.0, replicas=2, readyReplicas=2, updatedReplicas=2)


def test_a_status_counts_its_pods() -> None:
    gone = owned(pod(30.0, "b", type="DELETED"))
    counted = workload(31.0, replicas=1, readyReplicas=1, updatedReplicas=1)
    fields = [f"{name} of Deployment web was 2" for name in ("replicas", "readyReplicas", "updatedReplicas")]
    assert found(A, B, TWO, gone, counted) == [(30.0, 31.0, field) for field in fields]


@pytest.mark.parametrize(
    ("pods", "status", "fields"),
    [
        ([A], {"replicas": 2, "readyReplicas": 1, "updatedReplicas": 1}, ["replicas"]),
        ([A, B], {"replicas": 2, "readyReplicas": 1, "updatedReplicas": 2}, ["readyReplicas"]),
        ([A, B], {"replicas": 2, "readyReplicas": 3, "updatedReplicas": 2}, ["readyReplicas"]),
        ([A, B], {"replicas": 2, "readyReplicas": 2, "updatedReplicas": 1}, ["updatedReplicas"]),
        ([A, B], {"replicas": 2, "readyReplicas": 2, "updatedReplicas": 0}, []),
        ([A, B], {}, ["replicas", "readyReplicas"]),
        ([A, owned(pod(1.0, "b", ready=False))], {"replicas": 2, "readyReplicas": 1, "updatedReplicas": 2}, []),
        # A new template has one pod, and the old one has another.
        ([A, owned(pod(1.0, "b"), by="web-y", template="y")],
         {"replicas": 2, "readyReplicas": 2, "updatedReplicas": 1}, []),
        # Controllers differ in whether they count pods that are being deleted or have ended.
        ([A, owned(pod(1.0, "b", deleting=True))], {"replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}, []),
        ([A, owned(pod(1.0, "b", deleting=True))], {"replicas": 2, "readyReplicas": 2, "updatedReplicas": 2}, []),
        ([A, owned(pod(1.0, "b"), phase="Failed")], {"replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}, []),
        ([A, owned(pod(1.0, "b"), phase="Succeeded")], {"replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}, []),
        ([A, owned(pod(1.0, "b"), phase="Running")], {"replicas": 1, "readyReplicas": 2, "updatedReplicas": 2},
         ["replicas"]),
        # Pods of others are not counted.
        ([A, owned(pod(1.0, "b"), by="other-x")], {"replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}, []),
        ([A, owned(pod(1.0, "b"), kind="Job")], {"replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}, []),
        ([A, owned(pod(1.0, "b"), template="")], {"replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}, []),
        ([A, pod(1.0, "b")], {"replicas": 1, "readyReplicas": 1, "updatedReplicas": 1}, []),
    ],
)  # fmt: skip
def test_what_a_deployment_counts(pods: list[Change], status: dict[str, Any], fields: list[str]) -> None:
    told = found(*pods, workload(2.0, **status))
    assert told == [(2.0, 60.0, f"{name} of Deployment web was {status.get(name, 0)}") for name in fields]


@pytest.mark.parametrize("kind", ["ReplicaSet", "StatefulSet"])
@pytest.mark.parametrize(("by", "why"), [("db", 0), ("other", 2)])
def test_replicasets_and_statefulsets_own_pods_themselves(kind: str, by: str, why: int) -> None:
    mine = owned(pod(1.0, "db-0"), by=by, kind=kind, template="")
    assert len(found(mine, workload(2.0, kind, "db", replicas=1, readyReplicas=1))) == why


def test_the_templates_of_a_statefulset_are_its_revisions() -> None:
    pods = [owned(pod(1.0, f"db-{n}"), by="db", kind="StatefulSet", template="") for n in range(3)]
    for one, revision in zip(pods, ("old", "old", "new"), strict=True):
        one.object["metadata"]["labels"]["controller-revision-hash"] = revision
    for updated, fits in ((0, True), (1, True), (2, True), (3, False)):
        status: dict[str, Any] = {"replicas": 3, "readyReplicas": 3, "updatedReplicas": updated}
        assert found(*pods, workload(2.0, "StatefulSet", "db", **status)) == (
            [] if fits else [(2.0, 60.0, "updatedReplicas of StatefulSet db was 3")]
        )


def test_a_workload_that_is_gone_or_of_another_kind_counts_nothing() -> None:
    gone = workload(3.0, type="DELETED", replicas=2)
    assert [since for since, _, _ in found(A, workload(2.0, replicas=5, readyReplicas=1), gone)] == [2.0]
    assert found(A, workload(2.0, "DaemonSet", replicas=5)) == []


def test_without_any_pod_nothing_is_compared() -> None:
    counted: dict[str, Any] = {"replicas": 2}
    assert found(workload(2.0, **counted)) == []
    nameless = workload(2.0, **counted)
    nameless.object["metadata"]["uid"] = ""
    assert found(A, nameless) == [], "older journals do not tell objects of one name apart"


def test_a_pod_without_labels_belongs_to_no_template() -> None:
    bare = owned(pod(1.0, "b"))
    del bare.object["metadata"]["labels"]
    assert found(A, bare, workload(2.0, replicas=1, readyReplicas=1, updatedReplicas=1)) == []
