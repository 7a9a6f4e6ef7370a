"""An autoscaler on a queue. It is filled with 60 jobs at 10 s; HPA is 15 s, the margin 2 s, the window for going down 5 s."""

from __future__ import annotations

from collections.abc import Sequence

from kubeskeptic.bounds import HPA
from kubeskeptic.checks import follows_the_queue
from kubeskeptic.checks.autoscaling import DEPTHS
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act, ActSpan, Change
from tests.checks.autoscaled import followed, rescaled
from tests.drawn import pod, recording, settings

Seen = Sequence[tuple[float, int]]
FILLED: Seen = [(10, 60)]
EMPTIED: Seen = [*FILLED, (20, 50), (30, 40), (32, 30), (40, 0), (60, 0)]


def replicas(seen: float, count: int) -> Change:
    return Change(
        seen, "MODIFIED", "Deployment", {"metadata": {"name": "worker", "uid": "d"}, "spec": {"replicas": count}}
    )


def autoscaler(seen: float, reason: str = "") -> Change:
    condition = {
        "type": "ScalingActive",
        "status": "False" if reason else "True",
        "reason": reason or "ValidMetricFound",
    }
    spec = {"scaleTargetRef": {"name": "worker"}, "behavior": {"scaleDown": {"stabilizationWindowSeconds": 5}}}
    thing = {"metadata": {"name": "worker", "uid": "h"}, "spec": spec, "status": {"conditions": [condition]}}
    return Change(seen, "MODIFIED", "HorizontalPodAutoscaler", thing)


def act(*changes: Change, depths: Seen = EMPTIED, end: float = 120) -> Act:
    seen = recording(
        *rescaled([autoscaler(0), replicas(0, 1), pod(0, "worker-1", app="worker"), *changes]),
        acts={"act": ActSpan("act", 5, 6, end)},
        facts={f"{DEPTHS}: act": [[at, at + 0.5, jobs] for at, jobs in depths]},
        settings=settings(HPA=15, STABLE=300),
    )  # fmt: skip
    return Act(seen, ["act"], within=HPA)


def follows(*changes: Change, depths: Seen = EMPTIED, end: float = 120) -> Finding:
    return follows_the_queue(followed(act(*changes, depths=depths, end=end), "worker"), "worker", 1)


READY = pod(28, "worker-2", app="worker")
FAILED = autoscaler(3, "FailedGetExternalMetric")
