"""Pods that take too much of their node at 5 s, and are evicted, and what their node says."""

from __future__ import annotations

from typing import Any

from kubeskeptic.bounds import constant
from kubeskeptic.checks import evicted_and_replaced, evicted_for_good
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.drawn import node, pod, recording, settings

KUBELET = "TerminationByKubelet"
NEVER = float("inf")
THREE = constant("test", 3.0)
TAINT = {"key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"}


def running(seen: float, name: str = "web-1", **more: Any) -> Change:
    return phased(pod(seen, name, **more), "Running")


def evicted(seen: float, name: str = "web-1", reason: str = "Evicted", by: str = KUBELET, **more: Any) -> Change:
    change = phased(pod(seen, name, ready=False, **more), "Failed")
    change.object["status"]["reason"] = reason
    change.object["status"]["conditions"] += [{"type": "DisruptionTarget", "status": "True", "reason": by}]
    return change


def ended_well(seen: float, **more: Any) -> Change:
    return phased(evicted(seen, **{"reason": "", **more}), "Succeeded")


def phased(change: Change, phase: str) -> Change:
    change.object["status"]["phase"] = phase
    return change


def says(seen: float, status: str, *taints: dict[str, str]) -> Change:
    change = node(seen, "n1", "True")
    change.object["status"]["conditions"] += [{"type": "MemoryPressure", "status": status}]
    change.object["spec"]["taints"] = list(taints)
    return change


def taken(*changes: Change, end: float = 30, moments: Any = (5.0, 5.2), gaps: tuple[Gap, ...] = ()) -> Act:
    seen = recording(
        *changes, acts={"act": ActSpan("act", 0, 1, end)}, gaps=list(gaps), settings=settings(START=3.0),
        tables={"taken": {"web": moments} if moments else {}},
    )  # fmt: skip
    return Act(seen, ["act"], within=THREE)


def bare(*changes: Change, phase: str = "Failed", **more: Any) -> Finding:
    return evicted_for_good(taken(running(0), *changes, **more), "web", phase)


def owned(*changes: Change, **more: Any) -> Finding:
    return evicted_and_replaced(taken(running(0), *changes, **more), "web")
