"""Acts in which something is declared and nothing is faulted, from 1 s on; pods with phases, requests and containers' ends."""

from __future__ import annotations

from typing import Any

from kubeskeptic import checks
from kubeskeptic.bounds import Expression, constant
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act, ActSpan, Change, FaultSpan, Gap
from tests.drawn import pod, recording, settings

FIVE = constant("test", 3.0)
"""Five seconds when the margin is added."""


def declared(
    *changes: Change, end: float = 20, within: Expression | None = FIVE, gaps: tuple[Gap, ...] = (),
    faults: tuple[FaultSpan, ...] = (), **more: Any,
) -> Act:  # fmt: skip
    """An act from 1 s on."""
    seen = recording(
        *changes,
        acts={"act": ActSpan("act", 0, 1, end)},
        gaps=list(gaps),
        faults=list(faults),
        settings=settings(START=3.0),
        **more,
    )
    return Act(seen, ["act"], within=within)


def pending(seen: float, name: str, says: str = "", **more: Any) -> Change:
    """A pod without a node, and what the scheduler says of it."""
    change = pod(seen, name, node="", ready=False, **more)
    if says:
        change.object["status"]["conditions"] += [{"type": "PodScheduled", "status": "False", "message": says}]
    return change


def ended(seen: float, name: str, code: int = 0, reason: str = "Completed", **more: Any) -> Change:
    """A pod whose container has ended."""
    change = pod(seen, name, ready=False, deleting=True, **more)
    change.object["metadata"]["deletionGracePeriodSeconds"] = 5
    change.object["status"]["containerStatuses"][0]["state"] = {"terminated": {"exitCode": code, "reason": reason}}
    return change


def deployment(seen: float, replicas: int, name: str = "web", generation: int = 1) -> Change:
    """A Deployment as it was declared."""
    meta = {"name": name, "uid": name, "generation": generation}
    return Change(seen, "MODIFIED", "Deployment", {"metadata": meta, "spec": {"replicas": replicas}})


def watch_gap(since: float, until: float) -> Gap:
    """A stretch in which no change of a pod was seen."""
    return Gap("watch", "", "", "Pod", since, until, "the connection broke")


TWO = [deployment(0.0, 2), pod(0.0, "web-a"), pod(0.0, "web-b")]
"""A Deployment and its pods before the act."""
ASKED = deployment(2.0, 3)


def scaled(*changes: Change, end: float = 20) -> Finding:
    """Whether three pods are there, as was asked for."""
    return checks.scaled(declared(*TWO, *changes, end=end), "web", 3)
