"""What keeps the pods of a namespace from starting, in the API's own words. Everything but :func:`obstacles` is pure.

An obstacle is reported by Kubernetes: a controller cannot create a pod (because of a webhook, a quota or PodSecurity), the
scheduler finds no node, or a kubelet cannot pull an image or start a container. Any of these may be momentary;
:class:`ObstacleWatch` identifies those that last.
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
"""Kind and name of the blocked object, and the kind of obstacle. The text stored under this key completes a sentence that
begins with kind and name."""

ENDED = ("Failed", "Succeeded")
"""Phases of pods that have ended (Kubernetes documentation, Pod Lifecycle)."""
WAITS = ("ContainerCreating", "PodInitializing")
"""Waiting reasons of a container that is starting normally."""


def of_pods(pods: Iterable[Object]) -> dict[Key, str]:
    """Return what keeps existing pods from running, as reported by the scheduler and the kubelet."""
    return dict(found for pod in pods if pod["status"].get("phase") not in ENDED for found in _of_pod(pod))


def of_creation(events: Iterable[Object]) -> dict[Key, str]:
    """Return why controllers could not create pods, from the newest ``FailedCreate`` event of each."""
    refused = [event for event in events if event.get("reason") == "FailedCreate" and event.get("type") == "Warning"]
    found = {}
    for event in sorted(refused, key=_when):
        about = event["involvedObject"]
        said = str(event.get("message", "")).removeprefix("(combined from similar events): ")
        found[(about["kind"], about["name"], "FailedCreate")] = f"cannot create a pod: {said}"
    return found


def ended(pod: Object) -> str:
    """Return how a pod has ended, as a sentence; empty for a pod that may still run."""
    phase = pod["status"].get("phase")
    if phase not in ENDED:
        return ""
    words = ": ".join(str(pod["status"][key]) for key in ("reason", "message") if pod["status"].get(key))
    return f"pod {pod['metadata']['name']} is {phase}{f' ({words})' if words else ''}"


class ObstacleWatch:
    """Distinguishes lasting obstacles from passing ones.

    :param clock: seconds, monotonic
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[Key, float] = {}

    def lasting(self, obstacles: Mapping[Key, str], lasts: float = STUCK) -> list[str]:
        """Return sentences about the obstacles that were present at every call for at least ``lasts`` seconds."""
        now = self._clock()
        self._since = {key: self._since.get(key, now) for key in obstacles}
        names: dict[tuple[str, str], list[str]] = {}
        for (kind, name, about), words in sorted(obstacles.items()):
            if now - self._since[kind, name, about] >= lasts:
                names.setdefault((kind, words), []).append(name)
        return [f"{kind} {', '.join(some)} {words}" for (kind, words), some in names.items()]


def obstacles(kube: Kube, namespace: str, pods: Iterable[Object], *, short: bool) -> dict[Key, str]:
    """Return what currently keeps a namespace's pods from starting.

    :param pods: the existing pods
    :param short: whether pods are missing, so that failures to create pods matter
    """
    found = of_pods(pods)
    if short:
        try:
            found |= of_creation(kube.list("Event", namespace)["items"])
        except ClusterError:
            return found  # reading events may be forbidden where reading pods is not
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
            # a failing pull alternates between two reasons
            kind = "image" if "Image" in reason else "container"
            said = f"{reason}: {waiting['message']}" if waiting.get("message") else reason
            yield ("Pod", name, kind), f"does not start: {said}"


def _when(event: Object) -> str:
    series = event.get("series") or {}
    return str(series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime") or "")
