"""An autoscaler on the use of CPU. The load lasts from 10 to 100 s; HPA is 15 s, the readings 10 s, the window for going down
20 s, the margin 2 s: up within 15 + 20 + 30 + 2 = 67 s, down within 87 s after the load."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.checks import follows_the_load
from kubeskeptic.checks.cpu_autoscaling import LOAD, RESOLUTION
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan, Change, Gap
from tests.drawn import node, pod, recording, settings


def replicas(seen: float, count: int) -> Change:
    meta = {"name": "busy", "uid": "d"}
    return Change(seen, "MODIFIED", "Deployment", {"metadata": meta, "spec": {"replicas": count}})


def use(seen: float, percent: int | None, active: str = "") -> Change:
    metrics = [] if percent is None else [{"resource": {"current": {"averageUtilization": percent}}}]
    spec = {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 20}}}
    thing: dict[str, Any] = {
        "metadata": {"name": "busy", "uid": "h"},
        "spec": spec,
        "status": {"currentMetrics": metrics},
    }
    thing["status"]["conditions"] = [{"type": "ScalingActive", "status": active}] if active else []
    return Change(seen, "MODIFIED", "HorizontalPodAutoscaler", thing)


def act(*changes: Change, end: float = 250, load: bool = True, gaps: tuple[Gap, ...] = ()) -> Act:
    seen = recording(
        node(0, "n1", "True", type="LISTED"), replicas(0, 1), use(0, 2), pod(0, "busy-1", app="busy"), *changes,
        acts={"act": ActSpan("act", 5, 6, end)},
        facts={RESOLUTION: 10, **({f"{LOAD}: act": [10, 10.1, 90]} if load else {})},
        settings=settings(HPA=15, STABLE=300),
        gaps=list(gaps),
    )  # fmt: skip
    return Act(seen, ["act"])


UP = [use(40, 250), replicas(41, 4), pod(43, "busy-2", app="busy"), use(75, 62)]
DOWN = [use(130, 2), replicas(131, 1)]


def judged(*changes: Change, end: float = 250, load: bool = True, gaps: tuple[Gap, ...] = ()) -> Finding:
    return follows_the_load(act(*changes, end=end, load=load, gaps=gaps), "busy", 80)


def test_pods_come_and_go_with_the_load() -> None:
    found = judged(*UP, *DOWN)
    assert found.verdict is Verdict.HOLDS, found.why
    measured = {name: one.value for name, one in found.measured.items()}
    assert (measured["scaled up"], measured["scaled down"], measured["most replicas"]) == (31, 31, 4)
    assert (measured["highest use"], measured["use at the end of the load"]) == (250, 62)
    assert (found.bounds["scaled up"].value, found.bounds["scaled down"].value) == (67, 87)
    assert found.decisive[0] == "+30.0 s: replicas 1, use 250 %, Ready 1"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([use(76, 250), replicas(76.9, 4), use(90, 62), *DOWN], Verdict.HOLDS),
        ([use(76, 250), replicas(77.2, 4), use(90, 62), *DOWN], Verdict.VIOLATED),
        ([], Verdict.VIOLATED),
        ([use(40, None)], Verdict.VIOLATED),
        ([use(40, 2, "False")], Verdict.VIOLATED),
        ([use(40, 88, "True")], Verdict.INCONCLUSIVE),  # the load was too small
        ([use(40, 89, "True")], Verdict.VIOLATED),
        ([*UP, replicas(186.9, 1)], Verdict.HOLDS),
        ([*UP, replicas(187.2, 1)], Verdict.VIOLATED),
        (UP, Verdict.VIOLATED),
        ([*UP, *DOWN, replicas(140, 2)], Verdict.VIOLATED),
        ([*UP, use(99, 88), *DOWN], Verdict.HOLDS),
        ([*UP, use(99, 89), *DOWN], Verdict.VIOLATED),
        ([*UP, *DOWN, node(120, "n2", "True", type="ADDED")], Verdict.VIOLATED),
        ([replicas(41, 4), *DOWN], Verdict.INCONCLUSIVE),
    ],
)
def test_boundaries(changes: list[Change], verdict: Verdict) -> None:
    found = judged(*changes)
    assert found.verdict is verdict, found.why


def test_what_was_not_seen_is_inconclusive() -> None:
    assert judged(*UP, *DOWN, load=False).verdict is Verdict.INCONCLUSIVE
    assert judged(*UP, end=120).verdict is Verdict.INCONCLUSIVE
    gap = Gap("watch", "", "", "Node", 50.0, 51.0, "the connection broke")
    assert judged(*UP, *DOWN, gaps=(gap,)).verdict is Verdict.INCONCLUSIVE
