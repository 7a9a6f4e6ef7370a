"""START: how long a pod whose image is present takes to become Ready, measured at the start of each run.

Pods like those of the scenarios are started on every worker at the same time. The slowest counts, because a bound must hold on
the slowest node as well.
"""

from __future__ import annotations

import time
from typing import Any

from kubeskeptic.durations import PODS_READY
from kubeskeptic.errors import Inconclusive
from kubeskeptic.kube.obstacles import Watchman, of_pods
from kubeskeptic.objects import is_ready, ours
from kubeskeptic.runs.model import Run
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.waiting import NotYet, until

PODS_PER_WORKER = 2
LOOK = 0.05
"""Seconds between two requests: the resolution of the measurement."""


def calibrated(run: Run) -> Settings:
    """Return the run's settings with START, in seconds from the request to Ready.

    :raises Inconclusive: when something keeps pods from starting
    :raises PatienceExhausted: when pods do not become Ready at all
    """
    pods = PODS_PER_WORKER * len(run.workers)
    source = f"the slowest of {pods} pods, {PODS_PER_WORKER} on each worker, started at the same time"
    return run.settings.with_(Setting("START", round(start_time(run), 2), source))


def start_time(run: Run) -> float:
    """Return the seconds until the slowest of the calibration's pods was Ready."""
    asked: dict[str, float] = {}
    ready: dict[str, float] = {}
    for worker in run.workers:
        for number in range(PODS_PER_WORKER):
            name = f"start-{worker[-20:]}-{number}".lower()
            asked[name] = time.monotonic()
            run.kube.create(_pod(run, name, worker))

    watchman = Watchman()

    def all_ready() -> bool | NotYet:
        """Note when each pod was first seen Ready, and return whether all are."""
        pods = run.kube.list("Pod", run.agents.namespace, labels="app=start")["items"]
        for pod in pods:
            if is_ready(pod):
                ready.setdefault(pod["metadata"]["name"], time.monotonic())
        stuck = watchman.lasting(of_pods(pods))
        if stuck:
            raise Inconclusive(f"START cannot be measured: {'; '.join(stuck)}")
        waiting = sorted(set(asked) - set(ready))
        return NotYet(f"not Ready: {', '.join(waiting)}") if waiting else True

    until(all_ready, PODS_READY, what="the calibration's pods to be Ready", period=LOOK)
    for name in asked:
        run.kube.delete("Pod", name, run.agents.namespace, grace=0)
    return max(ready[name] - asked[name] for name in asked)


def _pod(run: Run, name: str, node: str) -> dict[str, Any]:
    container = {
        "name": "server",
        "image": run.cluster.agent_image,
        "args": ["serve"],
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 1},
        "resources": {"requests": {"cpu": "100m", "memory": "24Mi"}},
    }
    spec = {
        "nodeSelector": {"kubernetes.io/hostname": node},
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
    }
    metadata = {"name": name, "namespace": run.agents.namespace, "labels": {"app": "start", **ours(run.id)}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
