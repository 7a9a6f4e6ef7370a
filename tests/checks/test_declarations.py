"""Declarations other than those that a claim is about."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks.declarations import never_changed, not_in_order, not_rolling, other_metric
from kubeskeptic.timeline import Change
from tests.checks.declared import declared


def declares(kind: str, seen: float = 0.0, type_: str = "MODIFIED", **spec: object) -> Change:
    return Change(seen, type_, kind, {"metadata": {"name": "web", "uid": kind}, "spec": spec})


def rolling(surge: object = 1, unavailable: object = 0) -> dict[str, Any]:
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}


@pytest.mark.parametrize(
    ("changes", "many"),
    [
        ([{"strategy": rolling()}], 0),
        ([{}], 0),
        ([], 0),
        ([{"strategy": {"type": "Recreate"}}], 1),
        ([{"strategy": rolling(2)}], 1),
        ([{"strategy": rolling("25%")}], 1),
        ([{"strategy": rolling(unavailable=1)}], 1),
    ],
)
def test_a_deployment_has_the_strategy_that_is_judged(changes: list[dict[str, Any]], many: int) -> None:
    act = declared(*(declares("Deployment", **one) for one in changes))
    assert len([*not_rolling(act, "web", 1, 0)]) == many
    assert [*not_rolling(act, "another", 1, 0)] == []


def test_only_what_was_in_force_in_the_act_counts() -> None:
    bad: dict[str, Any] = {"strategy": {"type": "Recreate"}}

    def many(*changes: Change) -> int:
        return len([*not_rolling(declared(*changes), "web", 1, 0)])

    good = declares("Deployment", 0.5, strategy=rolling())
    assert many(declares("Deployment", 0.0, **bad), good) == 0
    assert many(good, declares("Deployment", 5.0, **bad), declares("Deployment", 6.0, **bad)) == 1
    assert many(good, declares("Deployment", 25.0, **bad)) == 0
    assert many(good, declares("Deployment", 5.0, "DELETED", **bad)) == 0


@pytest.mark.parametrize(
    ("spec", "many"), [({}, 0), ({"podManagementPolicy": "OrderedReady"}, 0), ({"podManagementPolicy": "Parallel"}, 1)]
)
def test_pods_are_managed_in_order(spec: dict[str, Any], many: int) -> None:
    assert len([*not_in_order(declared(declares("StatefulSet", **spec)), "web")]) == many


def scaler(target: float = 80, kind: str = "Resource", scales: str = "web") -> Change:
    metric = {"type": kind, "resource": {"name": "cpu", "target": {"averageUtilization": target}}}
    return declares("HorizontalPodAutoscaler", scaleTargetRef={"name": scales}, metrics=[metric])


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (scaler(), ""),
        (scaler(50), "The target of the autoscaler web is 50 %, and has to be 80 %"),
        (scaler(scales="other"), "The autoscaler web scales other"),
        (scaler(kind="External"), "The autoscaler web looks at External"),
    ],
)
def test_an_autoscaler_looks_at_the_metric_that_is_judged(one: Change, said: str) -> None:
    assert [*other_metric(declared(one), "web", "Resource", 80.0)] == ([said] if said else [])


@pytest.mark.parametrize(
    ("range_", "fixed"),
    [
        ({"minReplicas": 1, "maxReplicas": 4}, False),
        ({"minReplicas": 4, "maxReplicas": 4}, True),
        ({"maxReplicas": 1}, True),
        ({"maxReplicas": 2}, False),
        ({"minReplicas": 0, "maxReplicas": 1}, False),
        ({"minReplicas": 1}, False),
    ],
)
def test_an_autoscaler_may_scale(range_: dict[str, int], fixed: bool) -> None:
    one = scaler(kind="External")
    one.object["spec"] |= range_
    most = range_.get("maxReplicas")
    said = [f"The autoscaler web can scale to nothing but {most} replicas"] if fixed else []
    assert [*other_metric(declared(one), "web", "External")] == said


def test_an_autoscaler_without_a_metric_looks_at_nothing() -> None:
    one = declares("HorizontalPodAutoscaler", metrics=[])
    assert [*other_metric(declared(one), "web", "External")] == ["The autoscaler web looks at nothing"]
    older = declares("HorizontalPodAutoscaler", scaleTargetRef={"name": "web"})
    assert [*other_metric(declared(older), "web", "External")] == []


@pytest.mark.parametrize(
    ("before", "after", "told"), [(1, 2, 0), (1, 1, 1), (1, None, 1), (None, 1, 0), (None, None, 0)]
)
def test_a_declaration_that_was_not_seen_to_change(before: int | None, after: int | None, told: int) -> None:
    def of(seen: float, generation: int | None) -> list[Change]:
        meta = {"name": "web", "uid": "r", "generation": generation}
        return [Change(seen, "MODIFIED", "ReplicaSet", {"metadata": meta})] if generation else []

    deleted = of(6.0, 8)[0]._replace(type="DELETED")
    act = declared(*of(0.5, before), *of(5.0, after), deleted, *of(15.0, 9))
    assert len([*never_changed(act, "ReplicaSet", "web", 10.0)]) == told
