"""Deleting an object and waiting until it is gone, and reporting what blocks a namespace's deletion.

A namespace is removed once everything in it is deleted. To find its content, Kubernetes queries every API it serves, so one
APIService without a backend blocks every namespace of the cluster (Kubernetes documentation, Namespaces; the conditions come
from ``pkg/controller/namespace/deletion/status_condition_utils.go``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kubeskeptic.durations import GONE, STUCK, Patience
from kubeskeptic.errors import Conflict, NotFound, PatienceExhausted, SkepticError, Unanswered
from kubeskeptic.kube.handle import Kube
from kubeskeptic.kube.obstacles import Key, ObstacleWatch
from kubeskeptic.waiting import NotYet, until

HOLDS = (
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
)
"""Conditions of a namespace whose cause may be other than content that is still being deleted."""
ON_ITS_WAY = "unexpected items still remain in namespace"
"""Kubernetes' message about pods that are still stopping, as on a dead node: waiting may help."""


def delete_and_wait(
    kube: Kube,
    kind: str,
    name: str,
    namespace: str | None = None,
    patience: Patience = GONE,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Delete an object and wait until it is gone. An object that does not exist is no error.

    :param patience: for the deletion to be accepted, and again for the object to be gone
    :raises PatienceExhausted: with Kubernetes' reason for waiting. A namespace can be removed only once all nodes that run its
        pods are available; an obstacle that waiting does not resolve is reported without waiting further
    """
    ask_for_deletion(kube, kind, name, namespace, patience, clock=clock, sleep=sleep)
    watch = ObstacleWatch(clock)

    def gone() -> str | NotYet:
        """Return an empty text when it is gone, or what blocks it when waiting does not help."""
        try:
            status = kube.get(kind, name, namespace).get("status", {})
        except NotFound:
            return ""
        stuck = watch.lasting(_held(name, status), STUCK) if kind == "Namespace" else []
        return _with_dead(kube, "; ".join(stuck)) if stuck else NotYet(_said(status))

    stuck = until(gone, patience, what=f"{kind} {name} to be gone", tolerate=(SkepticError,), clock=clock, sleep=sleep)
    if stuck:
        raise PatienceExhausted(stuck)


def ask_for_deletion(
    kube: Kube,
    kind: str,
    name: str,
    namespace: str | None = None,
    patience: Patience = GONE,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Request the deletion of an object until it is accepted. An object that does not exist is no error.

    :raises PatienceExhausted: when the API server does not answer in that time, or has not answered for as long already
    """
    what = f"{kind} {name} to be deleted"

    def accepted() -> bool:
        """Request the deletion; return that it is accepted."""
        try:
            kube.delete(kind, name, namespace)
        except (NotFound, Conflict):  # Conflict: it is being deleted already
            return True
        except Unanswered as silent:
            if kube.silent_for > patience.seconds:
                said = f"gave up waiting for {what}, as there has been no answer for {kube.silent_for:.0f} s: {silent}"
                raise PatienceExhausted(said) from silent
            raise
        return True

    until(accepted, patience, what=what, tolerate=(Unanswered,), clock=clock, sleep=sleep)


def dead_apis(services: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a sentence about each unavailable aggregated API: an APIService with a Service as its backend."""
    dead = []
    for one in services:
        available = next((c for c in one.get("status", {}).get("conditions") or () if c["type"] == "Available"), None)
        if one["spec"].get("service") and (available is None or available["status"] != "True"):
            backend = one["spec"]["service"]
            why = f": {available.get('reason')}, {available.get('message')}" if available else ""
            name = one["metadata"]["name"]
            dead.append(
                f"APIService {name} has no answer from its backend {backend['namespace']}/{backend['name']}{why}"
            )
    return sorted(dead)


def _held(name: str, status: Mapping[str, Any]) -> dict[Key, str]:
    found = [
        one
        for one in status.get("conditions") or ()
        if one["type"] in HOLDS and one["status"] == "True" and ON_ITS_WAY not in one.get("message", "")
    ]
    return {("Namespace", name, one["type"]): f"is held: {one.get('message') or one.get('reason')}" for one in found}


def _said(status: Mapping[str, Any]) -> str:
    said = [str(one.get("message", "")) for one in status.get("conditions") or () if one.get("status") == "True"]
    return "; ".join(said) or str(status.get("phase", "still there"))


def _with_dead(kube: Kube, stuck: str) -> str:
    """Return what blocks a namespace, with the unavailable APIServices added."""
    try:
        dead = dead_apis(kube.list("APIService")["items"])
    except SkepticError:
        return stuck
    return "; ".join([stuck, *dead])
