"""Deleting an object and waiting until it is gone, and saying what holds a namespace that does not go.

A namespace goes once everything in it is deleted, and to know what that is Kubernetes asks every API it serves: one
APIService without a backend holds every namespace of the cluster (Kubernetes documentation, Namespaces; the conditions are
those of ``pkg/controller/namespace/deletion/status_condition_utils.go``).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kubeskeptic.durations import GONE, STUCK, Patience
from kubeskeptic.errors import Conflict, NotFound, PatienceExhausted, SkepticError, Unanswered
from kubeskeptic.kube.handle import Kube
from kubeskeptic.kube.obstacles import Key, Watchman
from kubeskeptic.waiting import NotYet, until

HOLDS = (
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
)
"""Conditions of a namespace that may not come from waiting for what is in it."""
ON_ITS_WAY = "unexpected items still remain in namespace"
"""What Kubernetes says of pods that are still stopping, as on a node that is dead: waiting may help."""


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
    """Delete an object and wait until it is gone; one that is not there is fine.

    :param patience: for the deletion to be accepted, and again for the object to be gone
    :raises PatienceExhausted: with what Kubernetes says it waits for. A namespace can only go once all nodes that run its pods
        are there; what holds it and does not end by waiting is said at once
    """
    ask_for_deletion(kube, kind, name, namespace, patience, clock=clock, sleep=sleep)
    watchman = Watchman(clock)

    def gone() -> str | NotYet:
        """Empty when it is gone; what holds it when waiting does not help."""
        try:
            status = kube.get(kind, name, namespace).get("status", {})
        except NotFound:
            return ""
        stuck = watchman.lasting(_held(name, status), STUCK) if kind == "Namespace" else []
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
    """Have the deletion of an object accepted; one that is not there is fine.

    :raises PatienceExhausted: when the API server does not answer for so long
    """

    def accepted() -> bool:
        """Ask for the deletion; it is there in any case."""
        with contextlib.suppress(NotFound, Conflict):  # Conflict: it is being deleted already
            kube.delete(kind, name, namespace)
        return True

    what = f"{kind} {name} to be deleted"
    until(accepted, patience, what=what, tolerate=(Unanswered,), clock=clock, sleep=sleep)


def dead_apis(services: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a sentence about each aggregated API that does not answer: of APIServices that have a Service for a backend."""
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
    """What holds a namespace, and which APIService does, where that is its reason."""
    try:
        dead = dead_apis(kube.list("APIService")["items"])
    except SkepticError:
        return stuck
    return "; ".join([stuck, *dead])
