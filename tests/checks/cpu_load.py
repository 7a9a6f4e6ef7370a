"""An autoscaler on the use of CPU. The load lasts from 10 to 100 s; HPA is 15 s, the readings 10 s, the window for going down
20 s, the margin 2 s: up within 15 + 10 + 15 + 2 = 42 s, down within 62 s after the load."""

from __future__ import annotations

from typing import Any

from kubeskeptic.checks import follows_the_load
from kubeskeptic.checks.cpu_autoscaling import LOAD, RESOLUTION
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.checks.autoscaled import followed, rescaled
from tests.drawn import node, pod, recording, settings


def replicas(seen: float, count: int) -> Change:
    meta = {"name": "busy", "uid": "d"}
    return Change(seen, "MODIFIED", "Deployment", {"metadata": meta, "spec": {"replicas": count}})


def use(seen: float, percent: int | None, active: str = "") -> Change:
    metrics = [] if percent is None else [{"resource": {"current": {"averageUtilization": percent}}}]
    spec = {"scaleTargetRef": {"name": "busy"}, "behavior": {"scaleDown": {"stabilizationWindowSeconds": 20}}}
    thing: dict[str, Any] = {
        "metadata": {"name": "busy", "uid": "h"},
        "spec": spec,
        "status": {"currentMetrics": metrics},
    }
    thing["status"]["conditions"] = [{"type": "ScalingActive", "status": active}] if active else []
    return Change(seen, "MODIFIED", "HorizontalPodAutoscaler", thing)


def act(*changes: Change, end: float = 250, load: bool = True, gaps: tuple[Gap, ...] = ()) -> Act:
    seen = recording(
        node(0, "n1", "True", type="LISTED"),
        *rescaled([use(0, 2), replicas(0, 1), pod(0, "busy-1", app="busy"), *changes]),
        acts={"act": ActSpan("act", 5, 6, end)},
        facts={RESOLUTION: 10, **({f"{LOAD}: act": [10, 10.1, 90]} if load else {})},
        settings=settings(HPA=15, STABLE=300),
        gaps=list(gaps),
    )  # fmt: skip
    return Act(seen, ["act"])


UP = [use(40, 250), replicas(41, 4), pod(43, "busy-2", app="busy"), use(75, 62, "True")]
DOWN = [use(130, 2), replicas(131, 1)]


def judged(*changes: Change, end: float = 250, load: bool = True, gaps: tuple[Gap, ...] = ()) -> Finding:
    return follows_the_load(followed(act(*changes, end=end, load=load, gaps=gaps), "busy"), "busy", 80)
