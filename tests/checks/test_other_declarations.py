"""Replicas, requests, limits and owners other than those that a claim is about. The act lasts from 1 s to 20 s."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic import checks
from kubeskeptic.checks.declarations import not_bare, not_requesting, other_metric, require_as_many, without_limit
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Change
from tests.checks.cpu_load import DOWN, UP
from tests.checks.cpu_load import judged as loaded
from tests.checks.declared import ASKED, declared, deployment, scaled
from tests.checks.over_time import THREE, story
from tests.checks.replacements import lost, recovers, replaced
from tests.checks.rolling import judged as rolled
from tests.checks.test_limits import again
from tests.drawn import pod

OWNER = {"kind": "ReplicaSet", "name": "web-1", "uid": "web-1", "controller": True}


def declares(replicas: int, seen: float = 0.0, kind: str = "Deployment", name: str = "web") -> Change:
    return Change(seen, "MODIFIED", kind, {"metadata": {"name": name, "uid": name}, "spec": {"replicas": replicas}})


def owned(seen: float, pod_: str, **owner: Any) -> Change:
    change = pod(seen, pod_)
    change.object["metadata"]["ownerReferences"] = [OWNER | owner]
    return change


def asking(requests: dict[str, str], limits: dict[str, str] | None = None) -> Change:
    change = pod(2.0, "web-a")
    resources = {"requests": requests} | ({"limits": limits} if limits else {})
    change.object["spec"]["containers"] = [{"name": "first"}, {"name": "server", "resources": resources}]
    return change


def killed(change: Change) -> Change:
    ended = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    change.object["status"]["containerStatuses"][0]["state"] = ended
    return change


# -- replicas ------------------------------------------------------------------------------------------------------------
def said(*changes: Change, since: float = 0.0) -> str:
    try:
        require_as_many(declared(*changes), "web", 3, since)
    except Inconclusive as why:
        return str(why)
    return ""


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet", "StatefulSet"])
def test_a_workload_declares_as_many_replicas_as_are_judged(kind: str) -> None:
    assert said(declares(3, kind=kind)) == ""
    assert said(declares(2, kind=kind)) == f"the {kind} web declared 2 replicas, and has to declare 3"
    assert said(declares(4, kind=kind)) == f"the {kind} web declared 4 replicas, and has to declare 3"
    assert said(declares(4, kind=kind, name="other")) == ""
    assert said(declares(4, kind="DaemonSet")) == ""


def test_what_the_only_owner_of_the_pods_declares_counts() -> None:
    others = declares(2, kind="ReplicaSet", name="web-1")
    assert "ReplicaSet web-1" in said(owned(0.0, "a"), others)
    assert said(owned(0.0, "a"), owned(0.0, "b", name="web-2"), others) == "", "a rollout has two"
    assert said(pod(0.0, "a"), others) == ""


def test_the_replicaset_of_a_deployment_follows_when_that_is_scaled() -> None:
    sets = [declares(2, 0.0, "ReplicaSet", "web-1"), declares(3, 2.5, "ReplicaSet", "web-1")]
    pods = [owned(0.0, "web-a"), owned(0.0, "web-b"), owned(3.0, "web-c")]
    finding = checks.scaled(declared(deployment(0.0, 2), ASKED, *sets, *pods), "web", 3)
    assert finding.measured["followed"].value == 1.0, finding.why


def test_only_what_was_declared_in_the_act_counts() -> None:
    assert said(declares(2, 0.5), declares(3, 0.6)) == ""
    assert said(declares(2, 0.5), declares(3, 1.1)) != ""
    assert said(declares(3, 0.5), declares(2, 20.0)) != ""
    assert said(declares(3, 0.5), declares(2, 20.1)) == ""
    assert said(declares(2, 0.5), declares(3, 5.0), since=5.0) == ""
    assert said(declares(2, 0.5), declares(3, 5.0), since=4.9) != ""


def test_pods_that_are_right_for_another_number_decide_nothing() -> None:
    whole = checks.whole_again(story(*THREE, declares(2), pod(1.1, "web-a", type="DELETED"), end=30), "web", 3)
    assert (whole.verdict, "declared 2 replicas" in whole.why) == (Verdict.INCONCLUSIVE, True)
    for finding in (
        recovers(declares(5), *lost(2.0, "web-1", "web-3", 3.0), *lost(9.0, "web-2", "web-4", 10.0)),
        replaced(declares(5), pod(14.0, "web-3")),
        rolled(declares(5, 0.5)),
    ):
        assert (finding.verdict, "declared 5 replicas" in finding.why) == (Verdict.INCONCLUSIVE, True), finding.why


def test_a_deployment_that_is_scaled_again_does_not_fail_to_follow() -> None:
    again = deployment(9.0, 4)
    finding = scaled(ASKED, pod(3.0, "web-c"), again, pod(10.0, "web-d"))
    assert (finding.verdict, "declared 4 replicas" in finding.why) == (Verdict.INCONCLUSIVE, True)
    assert scaled(ASKED, pod(3.0, "web-c"), deployment(9.0, 3, generation=2)).verdict is Verdict.HOLDS


# -- pods ----------------------------------------------------------------------------------------------------------------
def test_a_bare_pod_has_no_controller() -> None:
    assert [*not_bare(pod(2.0, "a"))] == []
    assert [*not_bare(owned(2.0, "a"))] == ["a is no bare pod: it is owned by the ReplicaSet web-1"]
    assert [*not_bare(owned(2.0, "a", controller=False))] == []


def test_a_container_can_pass_only_a_limit_that_it_has() -> None:
    assert [*without_limit(asking({}, {"memory": "64Mi"}))] == []
    assert [*without_limit(asking({}, {"cpu": "1"}))] == ["No container of web-a has a memory limit"]
    assert len([*without_limit(asking({}))]) == 1
    assert [*without_limit(pod(2.0, "web-a"))] == [], "older journals do not say"
    finding = checks.killed_for_memory(declared(killed(asking({}, {"cpu": "1"})), again(4.0)), "web")
    assert (finding.verdict, "has a memory limit" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_pod_that_requests_nothing_fits_anywhere() -> None:
    everything = {"cpu": "1m", "memory": "1", "ephemeral-storage": "1"}
    assert [*not_requesting(asking(everything))] == []
    assert [*not_requesting(asking(everything | {"memory": "0"}))] == ["web-a requests no memory"]
    for needs, verdict in ((True, Verdict.INCONCLUSIVE), (False, Verdict.HOLDS)):
        assert checks.runs_in_time(declared(asking({})), "web", requesting=needs).verdict is verdict
    assert checks.runs_in_time(declared(asking(everything)), "web", requesting=True).verdict is Verdict.HOLDS


# -- autoscalers ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kept", "least", "right"), [(1, 1, True), (3, 1, False), (3, 3, True), (1, 3, False), (3, None, True)]
)
def test_an_autoscaler_keeps_as_many_replicas_as_are_judged(kept: int, least: int | None, right: bool) -> None:
    spec: dict[str, Any] = {"minReplicas": kept, "metrics": [{"type": "External"}]}
    scaler = Change(0.0, "MODIFIED", "HorizontalPodAutoscaler", {"metadata": {"name": "web", "uid": "h"}, "spec": spec})
    told = [*other_metric(declared(scaler), "web", "External", least=least)]
    assert told == ([] if right else [f"The autoscaler web keeps {kept} replicas, and has to keep {least}"])
    del spec["minReplicas"]
    assert [*other_metric(declared(scaler), "web", "External", least=least)] == []


@pytest.mark.parametrize(
    ("amounts", "verdict"), [({"cpu": "50m"}, Verdict.HOLDS), ({"memory": "1"}, Verdict.INCONCLUSIVE)]
)
def test_only_pods_that_request_cpu_have_a_utilization_of_it(amounts: dict[str, str], verdict: Verdict) -> None:
    more = asking(amounts)._replace(seen=3.0)
    more.object["metadata"] |= {"name": "busy-x", "uid": "busy-x", "labels": {"app": "busy"}}
    finding = loaded(more, more._replace(seen=4.0, type="DELETED"), *UP, *DOWN)
    assert finding.verdict is verdict, finding.why
    assert ("busy-x requests no CPU" in finding.why) is (verdict is Verdict.INCONCLUSIVE)
