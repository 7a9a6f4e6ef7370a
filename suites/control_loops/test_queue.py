"""A queue is filled: are workers added, is the queue emptied, are the workers removed again, and in which order?

Given a queue in Redis, workers that each take one job a second, and an autoscaler on the queue's depth. The depth is an
external metric, which nothing serves at first, and then our own server.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from kubeskeptic import checks
from kubeskeptic.agent.queue_metrics import GROUP_VERSION
from kubeskeptic.bounds import HPA
from kubeskeptic.checks.autoscaling import DEPTHS
from kubeskeptic.clusters.addons import load_addon
from kubeskeptic.durations import PODS_READY, Patience
from kubeskeptic.faults.control_plane.stop_component import StopComponent
from kubeskeptic.guard.risk import Risk
from kubeskeptic.objects import condition
from kubeskeptic.plugin import Holds, claim
from kubeskeptic.runs.own_objects import cluster_object
from kubeskeptic.sabotages import breakages
from kubeskeptic.scenarios import Scenario, Stage
from kubeskeptic.scenarios.manifests import Manifest
from kubeskeptic.timeline import Act

JOBS = 60
OVER = Patience(120)
"""Time until the queue is empty and the workers are removed again; one worker alone empties it in half of that."""
OVER_BY_DEFAULT = Patience(480)
"""The same with Kubernetes' default stabilization window: for five minutes, fewer workers must have been enough."""
FILL = """
redis.call('DEL', 'jobs')
for job = 1, tonumber(ARGV[1]) do redis.call('LPUSH', 'jobs', job) end
return redis.call('LLEN', 'jobs')
"""
GROUP, VERSION = GROUP_VERSION.split("/")

queue = Scenario(
    "control_loops/queue",
    "A queue is filled, at first without and then with its depth served as a metric.",
    watches=("Pod", "Deployment", "HorizontalPodAutoscaler"),
    quick=("measured",),
)


@queue.given
def a_queue_with_a_worker(stage: Stage) -> None:
    """One worker runs, and the queue is empty."""
    stage.apply(load_addon(stage.run.cluster, "redis"))


@queue.act("unmeasured", settled=False)
def the_queue_is_filled_while_its_depth_is_not_served(stage: Stage) -> None:
    """The queue is filled, and no APIService serves its depth."""
    stage.note(f"{DEPTHS}: unmeasured", [filled(stage)])
    stage.hold()


@queue.act("measured", needs=Risk.CONTROL_PLANE, settled=False)
def the_queue_is_filled(stage: Stage) -> None:
    """The queue is filled while its depth is served, and watched until the workers are down to one again."""
    with metric(stage):
        emptied(stage, "measured", OVER)


@queue.act("default window", needs=Risk.CONTROL_PLANE, settled=False)
def the_queue_is_filled_and_the_window_is_kubernetes_own(stage: Stage) -> None:
    """The same, with an autoscaler that does not set a stabilization window."""
    stage.run.kube.patch("HorizontalPodAutoscaler", "worker", stage.namespace, {"spec": {"behavior": None}})
    with metric(stage):
        emptied(stage, "default window", OVER_BY_DEFAULT)


def emptied(stage: Stage, act: str, patience: Patience) -> None:
    """Fill the queue, read its depth until it is empty and one worker is left, and note the depths."""
    depths = [filled(stage)]
    over = "an empty queue and the workers down to one"
    stage.wait(lambda: looked(stage, depths) == 0 and workers(stage) == 1, patience, over)
    stage.note(f"{DEPTHS}: {act}", depths)
    stage.hold(0.0)


def filled(stage: Stage) -> list[float]:
    """Refill the queue, and return the times before and after, and the number of jobs in it."""
    before = time.time()
    jobs = int(stage.run_in(redis(stage), "redis-cli", "EVAL", FILL, "0", str(JOBS)))
    return [before, time.time(), jobs]


def looked(stage: Stage, depths: list[list[float]]) -> int:
    """Read the depth of the queue, add it to the depths, and return it."""
    before = time.time()
    jobs = int(stage.run_in(redis(stage), "redis-cli", "LLEN", "jobs"))
    depths.append([before, time.time(), jobs])
    return jobs


def redis(stage: Stage) -> str:
    """Return the name of the pod with the queue."""
    return str(stage.pods("redis")[0]["metadata"]["name"])


def workers(stage: Stage) -> int:
    """Return how many workers are declared."""
    return int(stage.run.kube.get("Deployment", "worker", stage.namespace)["spec"]["replicas"])


@contextmanager
def metric(stage: Stage) -> Iterator[None]:
    """Serve the queue's depth as an external metric for the duration of the block."""
    name = f"{VERSION}.{GROUP}"
    backend = {"name": "queue-metrics", "namespace": stage.namespace, "port": 443}
    spec = {"group": GROUP, "version": VERSION, "service": backend, "insecureSkipTLSVerify": True}
    spec |= {"groupPriorityMinimum": 100, "versionPriority": 100}
    service = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": name},
        "spec": spec,
    }
    with cluster_object(stage.run, service):
        stage.wait(
            lambda: condition(stage.run.kube.get("APIService", name), "Available") == "True",
            PODS_READY,
            "the metric to be served",
        )
        yield


@claim("limit.no-queue-metric", act="unmeasured", within=3 * HPA, broken_by=("metric-served",))
def test_an_autoscaler_without_its_metric_never_scales(act: Act, holds: Holds) -> None:
    holds(checks.never_scales_unmeasured(act, "worker", "FailedGetExternalMetric"))


@claim("limit.no-queue-metric", case="served", act="measured", broken_by=("metric-constant",))
def test_an_autoscaler_with_its_metric_scales(act: Act, holds: Holds) -> None:
    holds(checks.follows_the_queue(act, "worker", 1, rate=2.0))


@claim("loop.queue", act="measured")
def test_workers_come_and_go_with_the_queue(act: Act, holds: Holds) -> None:
    holds(checks.follows_the_queue(act, "worker", 1, rate=2.0))


@pytest.mark.slow
@claim("loop.queue", case="default window", act="default window")
def test_workers_stay_for_the_default_window(act: Act, holds: Holds) -> None:
    holds(checks.follows_the_queue(act, "worker", 1, rate=2.0))


@claim("loop.indirect", act="measured", within=HPA)
def test_replicas_change_before_the_depth_does(act: Act, holds: Holds) -> None:
    holds(checks.scales_before_it_measures(act, "worker", 2.0))


@queue.sabotage("unmeasured")
def metric_served(stage: Stage) -> AbstractContextManager[object]:
    """The queue's depth is served."""
    return metric(stage)


@queue.sabotage("measured", "default window")
def controller_manager_stopped(stage: Stage) -> AbstractContextManager[object]:
    """kube-controller-manager is stopped."""
    return stage.inflict(StopComponent("kube-controller-manager"), lasts=breakages.LASTS)


@queue.rewrite
def metric_constant(manifests: list[Manifest]) -> list[Manifest]:
    """What is served is the depth of another queue, which is always empty."""
    return [_told(one, "queue-metrics", "--queue=jobs", "--queue=empty") for one in manifests]


@queue.rewrite
def worker_idle(manifests: list[Manifest]) -> list[Manifest]:
    """The workers wait for another queue, and never take a job."""
    return [_told(one, "worker", "--queue=jobs", "--queue=empty") for one in manifests]


def _told(manifest: Manifest, name: str, word: str, other: str) -> Manifest:
    """Return the manifest, with one argument of its container changed if it is the Deployment of this name."""
    if (manifest["kind"], manifest["metadata"]["name"]) != ("Deployment", name):
        return manifest
    template = manifest["spec"]["template"]
    (container,) = template["spec"]["containers"]
    changed = container | {"args": [other if one == word else one for one in container["args"]]}
    pod = template | {"spec": template["spec"] | {"containers": [changed]}}
    return manifest | {"spec": manifest["spec"] | {"template": pod}}
