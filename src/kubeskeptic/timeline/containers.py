"""Do a pod's containers say what the pod says?

The kubelet writes both at once. A pod is Ready only if all its containers are (``GeneratePodReadyCondition`` in
pkg/kubelet/status/generate.go), and a container that is restarted is another container of the runtime, with another id
(``convertToAPIContainerStatuses`` in pkg/kubelet/kubelet_pods.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubeskeptic.objects import containers, runtime_id
from kubeskeptic.timeline.objects import condition
from kubeskeptic.timeline.recording import Change, Recording
from kubeskeptic.timeline.tracks import Stretch


def of_containers(recording: Recording, end: float) -> Iterator[tuple[Stretch, str]]:
    """Yield the stretches before ``end`` in which a pod and its containers contradict each other, each with a sentence."""
    unready: dict[str, tuple[Change, str]] = {}
    known: dict[str, Mapping[str, Mapping[str, Any]]] = {}
    for change in recording.of_kind("Pod"):
        begun = unready.pop(change.uid, None)
        if begun:
            yield _told(*begun, change.seen)
        now, gone = containers(change.object), change.type == "DELETED"
        waiting = [name for name, status in now.items() if status.get("ready") is False]
        if waiting and not gone and condition(change.object, "Ready") == "True":
            unready[change.uid] = change, waiting[0]
        if change.uid:
            for name in _same(known.get(change.uid, {}), now):
                why = f"{name} of {change.name} was restarted, and is the same container as before"
                yield Stretch(change.earliest, end), why
            known[change.uid] = now
    for change, name in unready.values():
        yield _told(change, name, end)


def _told(change: Change, name: str, until: float) -> tuple[Stretch, str]:
    return Stretch(change.earliest, until), f"{change.name} was Ready, but its container {name} was not"


def _same(before: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the containers that were restarted more often than before, and have the same id."""
    return [
        name
        for name, status in now.items()
        if name in before
        and int(status.get("restartCount") or 0) > int(before[name].get("restartCount") or 0)
        and runtime_id(status)
        and runtime_id(status) == runtime_id(before[name])
        # Of a container whose end it did not see, the kubelet counts a restart before there is one.
        and ((status.get("state") or {}).get("terminated") or {}).get("reason") != "ContainerStatusUnknown"
    ]
