"""A pod gets more work than it requested CPU for: are pods added until all have enough, and removed again, and are nodes added?

Given one pod that requests a twentieth of a core, an autoscaler on CPU use, and metrics-server, which serves the use in the
cluster (`skeptic up --with metrics-server`). A cluster without it cannot be asked.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

from kubeskeptic import checks
from kubeskeptic.checks.cpu_autoscaling import LOAD, RESOLUTION
from kubeskeptic.durations import Patience
from kubeskeptic.errors import NotAsked, NotFound
from kubeskeptic.faults.pods.hang_container import HangContainer
from kubeskeptic.guard.risk import Risk
from kubeskeptic.kube.notation import flag, go_duration
from kubeskeptic.objects import condition
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.sabotages import breakages
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.timeline import Act

CORES, LASTS = 0.25, 120.0
"""The pod's work, in cores and seconds: five times its request, which even a machine short of cores can provide."""
TARGET = 80
MEASURED = Patience(90)
"""Time until the autoscaler knows the CPU use of a pod that has just started."""
OVER = Patience(120)
"""Time until the replicas are down to one again."""
SERVED, SERVER = "/apis/metrics.k8s.io/v1beta1", "k8s-app=metrics-server"

cpu = Scenario(
    "control_loops/cpu", "A pod gets work for more CPU than it requests.", Risk.NODE,
    watches=("Pod", "Deployment", "HorizontalPodAutoscaler"),
)  # fmt: skip


@cpu.given
def an_autoscaler_that_knows_the_use_of_cpu(stage: Stage) -> None:
    """One idle pod runs, and its autoscaler knows its CPU use."""
    stage.note(RESOLUTION, resolution(stage))
    stage.apply()
    stage.wait(lambda: measured(stage), MEASURED, "the autoscaler to know the use of CPU")


@cpu.act("load", settled=False)
def a_pod_is_given_work(stage: Stage) -> None:
    """The pod uses more CPU than it requests, for long enough that others are added; then there is no more work."""
    (pod, *_) = stage.pods("busy")
    path = f"/api/v1/namespaces/{stage.namespace}/pods/{pod['metadata']['name']}:8080/proxy/control"
    before = time.time()
    stage.run.kube.request("POST", path, {"burn": CORES, "seconds": LASTS})
    after = time.time()
    stage.note(f"{LOAD}: load", [before, after, LASTS])
    stage.hold(LASTS, since=after)
    stage.wait(lambda: replicas(stage) == 1, OVER, "the replicas to be down to one")


def resolution(stage: Stage) -> float:
    """Return how often metrics-server measures, in seconds.

    :raises NotAsked: when nothing on this cluster measures CPU use, or something else does, whose resolution is not known
    """
    try:
        stage.run.kube.get_raw(SERVED)
    except NotFound as none:
        raise NotAsked(f"nothing serves {SERVED} here, by which autoscalers know the use of CPU") from none
    pods = stage.run.kube.list("Pod", "kube-system", labels=SERVER)["items"]
    if not pods:
        raise NotAsked(f"{SERVED} is not served by metrics-server, and how often it measures is not known")
    return go_duration(flag(pods[0]["spec"]["containers"][0].get("args") or (), "metric-resolution") or "60s")


def measured(stage: Stage) -> bool:
    """Return whether the autoscaler has its metric."""
    return condition(stage.run.kube.get("HorizontalPodAutoscaler", "busy", stage.namespace), "ScalingActive") == "True"


def replicas(stage: Stage) -> int:
    """Return how many replicas are declared."""
    return int(stage.run.kube.get("Deployment", "busy", stage.namespace)["spec"]["replicas"])


@claim("loop.cpu", act="load")
def test_pods_come_and_go_with_the_load_and_nodes_do_not(act: Act, holds: Holds) -> None:
    holds(checks.follows_the_load(act, "busy", TARGET))


@cpu.sabotage("load")
def metrics_server_stopped(stage: Stage) -> AbstractContextManager[object]:
    """metrics-server is stopped with SIGSTOP."""
    (pod, *_) = stage.run.kube.list("Pod", "kube-system", labels=SERVER)["items"]
    return stage.inflict(HangContainer("kube-system", str(pod["metadata"]["name"])), lasts=breakages.LASTS)
