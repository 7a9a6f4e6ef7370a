"""The effect of a preStop delay: pods of a service that end after 10, 5, 2, 1 and 0 s are replaced by rolling updates.

Given three pods behind a service that is asked from every node. Each update replaces all of them with pods that have the next
delay, and each delay is used twice, so that the table shows its own noise. The longest delays come first, because a request
that times out leaves a stale conntrack entry for two minutes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from kubeskeptic import checks
from kubeskeptic.bounds import PROGRAMMING_LAG
from kubeskeptic.durations import PODS_READY
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.probes.specs import http_new
from kubeskeptic.sabotages import breakages
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.declaration import Step
from kubeskeptic.timeline import Act

DELAYS = (10, 5, 2, 1, 0)
REPLICAS = 3
UPDATES = [(delay, turn) for delay in DELAYS for turn in ("first", "again")]

prestop = Scenario("workloads/prestop", "Pods with preStop delays from 10 to 0 s are replaced by updates.", slow=True)


@prestop.given
def pods_that_end_after_ten_seconds(stage: Stage) -> None:
    """Three pods with a preStop delay of 10 s are asked from every node."""
    stage.apply()
    stage.ask(http_new("web", stage.service("web")["clusterIP"], 80, rate=50))


def update(delay: int, release: str) -> Step:
    """Return the step that replaces all pods with pods of this delay, and waits until the old ones have ended."""

    def replace_all(stage: Stage) -> None:
        lifecycle = {"preStop": {"sleep": {"seconds": delay}}} if delay else None
        server = {"name": "server", "lifecycle": lifecycle, "env": [{"name": "RELEASE", "value": release}]}
        template = {"metadata": {"labels": {"delay": str(delay)}}, "spec": {"containers": [server]}}
        stage.run.kube.patch("Deployment", "web", stage.namespace, {"spec": {"template": template}}, how="strategic")
        stage.wait(
            lambda: replaced(stage, release), PODS_READY, "all pods to be replaced, and the old ones to have ended"
        )

    return replace_all


def replaced(stage: Stage, release: str) -> bool:
    """Return whether all pods are Ready and of this release, and no others exist."""
    pods = stage.run.kube.list("Pod", stage.namespace, labels="app=web")["items"]
    return len(pods) == REPLICAS == len(stage.pods("web")) and all(_release(pod) == release for pod in pods)


def _release(pod: dict[str, Any]) -> str:
    (container,) = pod["spec"]["containers"]
    return next((str(one["value"]) for one in container["env"] if one["name"] == "RELEASE"), "")


for (old, turn), (new, _) in pairwise([*UPDATES, (0, "last")]):
    prestop.act(f"{old} s, {turn}")(update(new, f"after {old} s, {turn}"))


@claim(
    "deployment.updates", case="preStop", act=[f"{delay} s, {turn}" for delay, turn in UPDATES],
    within=PROGRAMMING_LAG, broken_by=("kube-proxy-frozen",),
)  # fmt: skip
def test_no_request_fails_when_pods_end_slowly_enough(act: Act, holds: Holds) -> None:
    holds(checks.fails_below_a_delay_only(act, "web", REPLICAS, "delay", enough=act.bound.value))


prestop.sabotage(f"{DELAYS[0]} s, first")(breakages.kube_proxy_frozen)
