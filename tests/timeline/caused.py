"""Pods, the slices that follow from them, and how old that makes the changes of the pods."""

from __future__ import annotations

from typing import Any

from kubeskeptic.timeline import Change
from kubeskeptic.timeline.causes import aged
from tests.drawn import pod

CONTROLLER = "endpointslice-controller.k8s.io"


def endpoint_slice(seen: float, *ready: str, age: float = 0.0, by: str = CONTROLLER, **more: Any) -> Change:
    """A slice of the service `web` with these pods Ready, by their uids; `pod-a` is in it in any case."""
    labels = {"kubernetes.io/service-name": "web", "endpointslice.kubernetes.io/managed-by": by}
    endpoints = [
        {"targetRef": {"uid": uid}, "conditions": {"ready": uid in ready}} for uid in dict.fromkeys(("pod-a", *ready))
    ]
    metadata = {"name": "web-1", "uid": "web-1", "labels": labels, **more}
    return Change(seen, "MODIFIED", "EndpointSlice", {"metadata": metadata, "endpoints": endpoints}, age)


def ages(*changes: Change) -> list[float]:
    """The ages of the pods' changes."""
    found = aged(sorted(changes, key=lambda one: one.seen))
    return [round(one.age, 3) for one in found if one.kind == "Pod"]


NEW = (pod(1.0, "pod-a", type="ADDED", ready=False), endpoint_slice(1.5))
READY = pod(3.0, "pod-a", ready=True)
