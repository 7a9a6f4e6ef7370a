"""Putting a node under pressure: pods on it take more than is left above an eviction threshold of its kubelet.

::

    available   ──────┐ what each pod holds is known to the kubelet, and the first one holds most
    threshold   ┄┄┄┄┄┄│┄┄┄┄┄┄┄┄┄┄  ← raised to SPARE below what is available
                      └── the first pod takes what is left and OVER, is evicted, and what it held is free again
                          └── the next one takes that, what is left and OVER, and is evicted

A kubelet knows what is available on its node now, but what its pods use only as of some seconds ago. Which pod it evicts must
not depend on when it last measured them. So, among the pods that use more than they request, each pod that is to be evicted
already used the most before it took too much.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubeskeptic import objects
from kubeskeptic.bounds import START
from kubeskeptic.durations import EVICTED, MEASURED, REPLACED, SETTING_READ
from kubeskeptic.errors import ClusterError, CommandFailed, Inconclusive, PatienceExhausted, Unanswered
from kubeskeptic.faults.components import eviction
from kubeskeptic.faults.components.eviction import CONDITIONS, MIB
from kubeskeptic.faults.components.raise_eviction_threshold import RaiseEvictionThreshold
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.waiting import NotYet, until

PRESSED = "pressed"
"""The fact that names the node and the signal of the act."""
TAKEN = "taken"
"""The table with the times before and after each app took the amount that crosses the threshold."""
_TAKE = """
import os, sys
with open(f"/fill/{sys.argv[1]}", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, int(sys.argv[1]) << 20)
"""


@dataclass(frozen=True)
class ScarceResource:
    """A resource that runs short.

    :param holds: MiB that the pod of each app holds beforehand, in order of eviction; even the smallest amount is more than
        the use of any other pod that uses more than it requests
    :param spare: MiB between what the kubelet last found available and the threshold: more than all the pods hold, which it
        may not have measured yet, and more than the node's use changes by itself meanwhile
    :param over: MiB by which the threshold is crossed: more than the node's use changes by itself meanwhile
    :param used: keys of a pod's use in the kubelet's summary
    """

    signal: str
    holds: Mapping[str, int]
    spare: int
    over: int
    used: tuple[str, str]


MEMORY = ScarceResource(
    "memory.available", {"memory-bare": 256, "memory-exit-0": 192, "memory-web": 128}, 832, 256,
    ("memory", "workingSetBytes"),
)  # fmt: skip
DISK = ScarceResource(
    "nodefs.available", {"disk-bare": 512, "disk-web": 256}, 2048, 1024, ("ephemeral-storage", "usedBytes")
)


def hold(stage: Stage, resource: ScarceResource) -> None:
    """Make each pod of a resource hold some of it."""
    for app, mib in resource.holds.items():
        take(stage, app, mib)


def take(stage: Stage, app: str, mib: int) -> None:
    """Make the pod of an app take this many MiB in its volume.

    :raises Inconclusive: when not exactly one pod of the app is Ready
    """
    pods = [str(pod["metadata"]["name"]) for pod in stage.pods(app)]
    if len(pods) != 1:
        raise Inconclusive(f"{len(pods)} pods of {app} are Ready, but exactly one must take {mib} MiB")
    stage.run_in(pods[0], "python3", "-S", "-E", "-c", _TAKE, str(mib))


def press(stage: Stage, resource: ScarceResource) -> None:
    """Put the node of a resource's pods under pressure, until they have been evicted one after another.

    :raises Inconclusive: when the pods are on different nodes, the kubelet does not measure what they use, or what they took
        did not cross the threshold
    """
    *bare, last = resource.holds
    node = stage.node_of(last)
    stage.note(PRESSED, {"node": node, "signal": resource.signal})
    with stage.inflict(RaiseEvictionThreshold(node, resource.signal, resource.spare)) as raised:
        pressed = Pressed(stage, node, resource, int(raised.plan.record["threshold"]))
        stage.moment("raised")
        _wait_until_measured(stage, node, resource)
        enough = pressed.left() // MIB + resource.over
        for app in bare:
            pressed.take_too_much(app, enough)
            enough += resource.holds[app]  # what it held is free again
        stage.wait(pressed.reported, EVICTED, f"{node} to report the pressure")  # its taint keeps the replacement away
        pressed.take_too_much(last, enough)
        stage.wait(lambda: stage.pods(last), REPLACED, f"a pod of {last} to be Ready again")
        stage.hold(START, since=time.time())


@dataclass(frozen=True)
class Pressed:
    """A node with a raised threshold.

    :param threshold: in bytes
    """

    stage: Stage
    node: str
    resource: ScarceResource
    threshold: int

    def take_too_much(self, app: str, mib: int) -> None:
        """Make the pod of an app take this many MiB, and wait until it is evicted.

        The threshold is crossed before all of it is taken. A kubelet that measures just then ends the pod, and with it the
        process that takes.

        :raises Inconclusive: when the pod is not on the node, or was not evicted and did not cross the threshold
        :raises CommandFailed: when the pod could not take that much, and was not evicted
        """
        if self.stage.node_of(app) != self.node:
            raise Inconclusive(f"{app} is not on {self.node}, where it must exceed the threshold")
        before, cut_short = time.time(), None
        try:
            take(self.stage, app, mib)
        except CommandFailed as error:
            cut_short = error
        self.stage.see(TAKEN, **{app: (before, time.time())})
        self.stage.wait(lambda: _ended(self.stage, app), EVICTED, f"{app} to be evicted")
        if cut_short and not _ended(self.stage, app):
            raise cut_short
        left = self.left()
        if left >= 0 and not _ended(self.stage, app):
            raise Inconclusive(f"{app} took {mib} MiB, but {self.node} still has {left // MIB} MiB above the threshold")

    def left(self) -> int:
        """Return what is available above the threshold, in bytes, as measured by the kubelet."""
        return eviction.available(self.stage.run.site, self.node, self.resource.signal) - self.threshold

    def reported(self) -> bool:
        """Return whether the node reports the pressure."""
        node = self.stage.run.kube.get("Node", self.node)
        return objects.condition(node, CONDITIONS[self.resource.signal]) == "True"


def _ended(stage: Stage, app: str) -> bool:
    pods = stage.run.kube.list("Pod", stage.namespace, labels=f"app={app}")["items"]
    return any(pod["status"].get("phase") in ("Failed", "Succeeded") for pod in pods)


def _wait_until_measured(stage: Stage, node: str, resource: ScarceResource) -> None:
    """Wait until the restarted kubelet knows its pods again, and has measured what those of the resource hold.

    :raises Inconclusive: when it does not do so in time
    """

    def look() -> bool | NotYet:
        """Return whether the kubelet has measured what the pods of each app hold."""
        used = _used(stage, node, resource)
        short = [app for app, held in resource.holds.items() if _of(used, app) < held * MIB]
        return NotYet(f"the kubelet does not report the full usage of {', '.join(short)}") if short else True

    try:
        until(look, MEASURED, what="the kubelet to report the usage of pods", tolerate=(ClusterError, Unanswered))
    except PatienceExhausted as error:
        raise Inconclusive(str(error)) from error


def _used(stage: Stage, node: str, resource: ScarceResource) -> dict[str, float]:
    """Return the use of each pod that the kubelet knows, in bytes, as measured by the kubelet."""
    known = {str(pod["metadata"]["uid"]) for pod in _kubelet(stage, node, "pods")["items"] or ()}
    section, key = resource.used
    measured = (pod for pod in _kubelet(stage, node, "stats/summary")["pods"] if pod["podRef"]["uid"] in known)
    return {str(pod["podRef"]["name"]): float(pod.get(section, {}).get(key, 0)) for pod in measured}


def _kubelet(stage: Stage, node: str, path: str) -> dict[str, Any]:
    return dict(json.loads(stage.run.kube.get_raw(f"/api/v1/nodes/{node}/proxy/{path}", timeout=SETTING_READ)))


def _of(used: dict[str, float], app: str) -> float:
    return max((value for name, value in used.items() if f"{name}-".startswith(f"{app}-")), default=0.0)
