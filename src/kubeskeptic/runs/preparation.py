"""What a cluster must be like before a run, and START, which is measured at its beginning.

Without its preconditions, a run would wait for minutes and conclude nothing: every node is Ready and runs Linux, pods have IPv4
addresses, and every API that the cluster serves answers. A condition that is only late, such as a node that has just come
back, is waited for briefly.

START is how long a pod whose image is present takes to become Ready. Pods like those of the scenarios are started on every
worker at the same time. The slowest counts, because a bound must hold on the slowest node as well.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from kubeskeptic.durations import PODS_READY, USABLE
from kubeskeptic.errors import ClusterError, Inconclusive, PatienceExhausted, Unanswered, Untestable
from kubeskeptic.kube import Kube
from kubeskeptic.kube.deletion import dead_apis
from kubeskeptic.kube.obstacles import ObstacleWatch, of_pods
from kubeskeptic.objects import is_ready, ours
from kubeskeptic.runs.model import Run
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.waiting import NotYet, until

Object = Mapping[str, Any]


def usable(kube: Kube) -> None:
    """Wait until a run may begin.

    :raises Untestable: with the preconditions that are not met, in one sentence
    """

    def looked() -> bool | NotYet:
        """Return whether the cluster meets the preconditions now."""
        nodes = kube.list("Node")["items"]
        never = [*foreign(nodes), *_families(kube, nodes)]
        if never:
            raise Untestable(f"cannot run on this cluster: {'; '.join(never)}")
        wrong = [*unready(nodes), *_dead_apis(kube)]
        return NotYet("; ".join(wrong)) if wrong else True

    try:
        until(looked, USABLE, what="the cluster to be healthy", tolerate=(Unanswered,))
    except PatienceExhausted as broken:
        raise Untestable(f"cannot run on this cluster: {str(broken).partition('last seen: ')[2]}") from broken


def foreign(nodes: list[Object]) -> Iterator[str]:
    """Yield a sentence about each node on which no agent can run."""
    for node in nodes:
        system = node["status"].get("nodeInfo", {}).get("operatingSystem", "linux")
        if system != "linux":
            yield f"node {node['metadata']['name']} runs {system}, but the agent runs only on Linux"


def unready(nodes: list[Object]) -> Iterator[str]:
    """Yield a sentence about each node that is not Ready, in the words of its kubelet or the control plane."""
    for node in nodes:
        ready = next((one for one in node["status"].get("conditions") or () if one["type"] == "Ready"), None)
        if ready is None or ready["status"] != "True":
            why = f" ({ready.get('reason')}: {ready.get('message')})" if ready else ""
            yield f"node {node['metadata']['name']} is not Ready{why}, but a run needs every node"


def _families(kube: Kube, nodes: list[Object]) -> Iterator[str]:
    """Yield a sentence when the first address family of pods or services is IPv6."""
    ranges = {str(node["spec"].get("podCIDR")) for node in nodes if node["spec"].get("podCIDR")}
    with suppress(ClusterError):  # not ours to read on this cluster
        ranges.add(str(kube.get("Service", "kubernetes", "default")["spec"].get("clusterIP")))
    found = sorted(one for one in ranges if ":" in one)
    if found:
        yield f"the cluster's first address family is IPv6 ({found[0]}), but faults and agents support only IPv4"


def _dead_apis(kube: Kube) -> list[str]:
    try:
        dead = dead_apis(kube.list("APIService")["items"])
    except ClusterError:
        return []  # not ours to read on this cluster
    return [f"{one}; until it is back or deleted, no namespace can be deleted" for one in dead]


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

    watch = ObstacleWatch()

    def all_ready() -> bool | NotYet:
        """Note when each pod was first seen Ready, and return whether all are."""
        pods = run.kube.list("Pod", run.agents.namespace, labels="app=start")["items"]
        for pod in pods:
            if is_ready(pod):
                ready.setdefault(pod["metadata"]["name"], time.monotonic())
        stuck = watch.lasting(of_pods(pods))
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
