"""What keeps the pods of a namespace from starting, in the API's own words. All but the last function are pure.

An obstacle is something that Kubernetes has said: a controller that may not create a pod (a webhook, a quota, PodSecurity),
the scheduler that finds no node, a kubelet that cannot get an image or start a container. Each may be over in a moment;
:class:`Watchman` tells those that last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kubeskeptic.durations import STUCK
from kubeskeptic.errors import ClusterError
from kubeskeptic.kube.handle import Kube

Object = Mapping[str, Any]
Key = tuple[str, str, str]
"""Kind and name of the object that is kept from starting, and the kind of obstacle; what it comes to completes the sentence
that begins with kind and name."""

ENDED = ("Failed", "Succeeded")
"""Phases of pods that run no more (Kubernetes documentation, Pod Lifecycle)."""
WAITS = ("ContainerCreating", "PodInitializing")
"""Reasons of a container that waits and is on its way."""


def of_pods(pods: Iterable[Object]) -> dict[Key, str]:
    """Return what keeps pods that are there from running: the scheduler's words, and the kubelet's."""
    return dict(found for pod in pods if pod["status"].get("phase") not in ENDED for found in _of_pod(pod))


def of_creation(events: Iterable[Object]) -> dict[Key, str]:
    """Return why controllers could not create pods, by the newest ``FailedCreate`` event of each."""
    refused = [event for event in events if event.get("reason") == "FailedCreate" and event.get("type") == "Warning"]
    found = {}
    for event in sorted(refused, key=_when):
        about = event["involvedObject"]
        said = str(event.get("message", "")).removeprefix("(combined from similar events): ")
        found[(about["kind"], about["name"], "FailedCreate")] = f"cannot create a pod: {said}"
    return found


def ended(pod: Object) -> str:
    """Return how a pod has ended that runs no more, as a sentence; empty for one that may run."""
    phase = pod["status"].get("phase")
    if phase not in ENDED:
        return ""
    words = ": ".join(str(pod["status"][key]) for key in ("reason", "message") if pod["status"].get(key))
    return f"pod {pod['metadata']['name']} is {phase}{f' ({words})' if words else ''}"


class Watchman:
    """Tells obstacles that last from those that pass.

    :param clock: seconds, monotonic
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[Key, float] = {}

    def lasting(self, obstacles: Mapping[Key, str], lasts: float = STUCK) -> list[str]:
        """Return sentences about the obstacles that have been seen at every call for at least this many seconds."""
        now = self._clock()
        self._since = {key: self._since.get(key, now) for key in obstacles}
        names: dict[tuple[str, str], list[str]] = {}
        for (kind, name, about), words in sorted(obstacles.items()):
            if now - self._since[kind, name, about] >= lasts:
                names.setdefault((kind, words), []).append(name)
        return [f"{kind} {', '.join(some)} {words}" for (kind, words), some in names.items()]


def obstacles(kube: Kube, namespace: str, pods: Iterable[Object], *, short: bool) -> dict[Key, str]:
    """Return what keeps a namespace's pods from starting now.

    :param pods: those that are there
    :param short: pods are missing, so that it matters why none is created
    """
    found = of_pods(pods)
    if short:
        try:
            found |= of_creation(kube.list("Event", namespace)["items"])
        except ClusterError:
            return found  # events may be kept from us where pods are not
    return found


def _of_pod(pod: Object) -> Iterator[tuple[Key, str]]:
    name = pod["metadata"]["name"]
    for one in pod["status"].get("conditions") or ():
        if one["type"] == "PodScheduled" and one["status"] == "False" and one.get("reason") == "Unschedulable":
            yield ("Pod", name, "Unschedulable"), f"cannot be scheduled: {one.get('message', '')}"
    statuses = [*(pod["status"].get("initContainerStatuses") or ()), *(pod["status"].get("containerStatuses") or ())]
    for status in statuses:
        waiting = (status.get("state") or {}).get("waiting") or {}
        reason = waiting.get("reason") or WAITS[0]
        if reason not in WAITS:
            kind = (
                "image" if "Image" in reason else "container"
            )  # a pull that fails goes to and fro between two reasons
            said = f"{reason}: {waiting['message']}" if waiting.get("message") else reason
            yield ("Pod", name, kind), f"does not start: {said}"


def _when(event: Object) -> str:
    series = event.get("series") or {}
    return str(series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime") or "")
