"""Settings that pods carry themselves: how soon their probes are believed."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.timeline import Change
from kubeskeptic.timeline.pod_settings import pod_settings


def pod(app: str = "web", grace: int = 30, **probes: Any) -> Change:
    spec = {"terminationGracePeriodSeconds": grace, "containers": [{"name": "server", **probes}]}
    return Change(0.0, "LISTED", "Pod", {"metadata": {"name": app, "labels": {"app": app}}, "spec": spec})


def values(*pods: Change, app: str = "") -> dict[str, float]:
    return {one.name: one.value for one in pod_settings(pods, app)}


def test_the_defaults_of_a_probe() -> None:
    assert values(pod(readinessProbe={}, livenessProbe={})) == {"UNREADY": 30, "READY": 10, "HANG": 61}


@pytest.mark.parametrize(
    ("probe", "seconds"),
    [
        ({"periodSeconds": 1, "failureThreshold": 5, "timeoutSeconds": 2}, 12),
        ({"periodSeconds": 1, "failureThreshold": 5, "terminationGracePeriodSeconds": 1}, 7),
    ],
)
def test_a_container_that_hangs_is_killed_after_its_grace_period(probe: dict[str, int], seconds: float) -> None:
    assert values(pod(grace=5, livenessProbe=probe))["HANG"] == seconds


def test_the_longest_counts_of_the_pods_that_are_asked_about() -> None:
    quick, slow = {"periodSeconds": 1}, {"periodSeconds": 2, "successThreshold": 4}
    pods = pod("web", readinessProbe=quick), pod("db", readinessProbe=slow)
    assert values(*pods) == {"UNREADY": 6, "READY": 8, "HANG": 0}
    assert values(*pods, app="web")["UNREADY"] == 3


def test_a_pod_without_probes_says_so() -> None:
    none = pod_settings([pod()])
    assert {one.name: one.source for one in none}["UNREADY"] == "the pods have no readinessProbe"
    assert all(one.value == 0 for one in none)


def test_how_long_pods_stay_on_an_unreachable_node_is_told_where_they_say_it() -> None:
    stays = pod()
    stays.object["spec"]["tolerations"] = [
        {"key": "node.kubernetes.io/unreachable", "tolerationSeconds": 20},
        {"key": "node.kubernetes.io/not-ready", "tolerationSeconds": 90},
    ]
    assert values(pod(), stays)["EVICT"] == 20
    assert "EVICT" not in values(pod())
