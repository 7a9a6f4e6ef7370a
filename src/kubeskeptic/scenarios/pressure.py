"""A node is put under pressure: pods on it take more than is left above an eviction threshold of its kubelet.

::

    available   ──────┐ what both pods hold is known to the kubelet
    threshold   ┄┄┄┄┄┄│┄┄┄┄┄┄┄┄┄┄  ← raised to SPARE below what is available
                      └── the bare pod takes 2 × SPARE, is evicted, and what it held is free again
                          ── the other one takes that and 2 × SPARE, and is evicted
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from kubeskeptic import objects
from kubeskeptic.bounds import START
from kubeskeptic.durations import EVICTED, MEASURED, REPLACED, SETTING_READ
from kubeskeptic.errors import ClusterError, Inconclusive, PatienceExhausted, Unanswered
from kubeskeptic.faults.components.eviction import CONDITIONS, MIB
from kubeskeptic.faults.components.raise_eviction_threshold import RaiseEvictionThreshold
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.waiting import NotYet, until

PRESSED = "pressed"
"""The fact that names the node and the signal of the act."""
TAKEN = "taken"
"""The table of when each app took what crosses the threshold: the moments before and after."""
_TAKE = """
import os, sys
with open(f"/fill/{sys.argv[1]}", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, int(sys.argv[1]) << 20)
"""


@dataclass(frozen=True)
class Resource:
    """What runs short.

    :param name: the beginning of its apps' names: ``<name>-bare`` and ``<name>-web``
    :param held: MiB that each pod holds before, which is more than any other pod that can be evicted: the kubelet evicts the
        pod that uses most
    :param spare: MiB between what is available and the threshold: more than the node's use changes by itself meanwhile
    :param used: keys of a pod's use in the kubelet's summary
    """

    name: str
    signal: str
    held: int
    spare: int
    used: tuple[str, str]

    @property
    def bare(self) -> str:
        """The app of the bare pod."""
        return f"{self.name}-bare"

    @property
    def web(self) -> str:
        """The app of the ReplicaSet."""
        return f"{self.name}-web"


MEMORY = Resource("memory", "memory.available", 128, 192, ("memory", "workingSetBytes"))
DISK = Resource("disk", "nodefs.available", 256, 1024, ("ephemeral-storage", "usedBytes"))


def take(stage: Stage, app: str, mib: int) -> tuple[float, float]:
    """Let the pod of an app take so many MiB in its volume, and return the moments before and after, Unix seconds.

    :raises Inconclusive: when not exactly one pod of the app is Ready
    """
    pods = [str(pod["metadata"]["name"]) for pod in stage.pods(app)]
    if len(pods) != 1:
        raise Inconclusive(f"{len(pods)} pods of {app} are Ready, and one has to take {mib} MiB")
    before = time.time()
    stage.run_in(pods[0], "python3", "-S", "-E", "-c", _TAKE, str(mib))
    return before, time.time()


def press(stage: Stage, resource: Resource) -> None:
    """Put the node of a resource's two pods under pressure: the bare one is evicted, and then the other one.

    :raises Inconclusive: when the pods are on two nodes, or the kubelet does not measure what they use
    """
    node = stage.node_of(resource.bare)
    if stage.node_of(resource.web) != node:
        raise Inconclusive(f"{resource.bare} and {resource.web} are not on one node")
    stage.note(PRESSED, {"node": node, "signal": resource.signal})
    with stage.inflict(RaiseEvictionThreshold(node, resource.signal, resource.spare)):
        stage.moment("raised")
        _wait_until_measured(stage, node, resource)
        _take_too_much(stage, resource.bare, 2 * resource.spare)
        stage.wait(lambda: _says(stage, node, resource), EVICTED, f"{node} to report the pressure")
        _take_too_much(stage, resource.web, resource.held + 2 * resource.spare)
        stage.wait(lambda: stage.pods(resource.web), REPLACED, f"a pod of {resource.web} to be Ready again")
        stage.hold(START, since=time.time())


def _take_too_much(stage: Stage, app: str, mib: int) -> None:
    stage.see(TAKEN, **{app: take(stage, app, mib)})
    stage.wait(lambda: _evicted(stage, app), EVICTED, f"{app} to be evicted")


def _evicted(stage: Stage, app: str) -> bool:
    pods = stage.run.kube.list("Pod", stage.namespace, labels=f"app={app}")["items"]
    return any(pod["status"].get("reason") == "Evicted" for pod in pods)


def _says(stage: Stage, node: str, resource: Resource) -> bool:
    return objects.condition(stage.run.kube.get("Node", node), CONDITIONS[resource.signal]) == "True"


def _wait_until_measured(stage: Stage, node: str, resource: Resource) -> None:
    """Wait until the kubelet, which was restarted, knows its pods again, and what the two of the resource hold.

    :raises Inconclusive: when it does not come to know
    """

    def look() -> bool | NotYet:
        used = _used(stage, node, resource)
        short = [app for app in (resource.bare, resource.web) if _of(used, app) < resource.held * MIB * 0.9]
        return NotYet(f"the kubelet does not know what {', '.join(short)} use") if short else True

    try:
        until(look, MEASURED, what="the use of pods to be measured", tolerate=(ClusterError, Unanswered))
    except PatienceExhausted as error:
        raise Inconclusive(str(error)) from error


def _used(stage: Stage, node: str, resource: Resource) -> dict[str, float]:
    """Return what each pod that a kubelet knows uses, in bytes, as it has measured it."""
    known = {str(pod["metadata"]["uid"]) for pod in _kubelet(stage, node, "pods")["items"] or ()}
    section, key = resource.used
    measured = (pod for pod in _kubelet(stage, node, "stats/summary")["pods"] if pod["podRef"]["uid"] in known)
    return {str(pod["podRef"]["name"]): float(pod.get(section, {}).get(key, 0)) for pod in measured}


def _kubelet(stage: Stage, node: str, path: str) -> dict[str, Any]:
    return dict(json.loads(stage.run.kube.get_raw(f"/api/v1/nodes/{node}/proxy/{path}", timeout=SETTING_READ)))


def _of(used: dict[str, float], app: str) -> float:
    return max((value for name, value in used.items() if f"{name}-".startswith(f"{app}-")), default=0.0)
