"""Acts in which a pod is lost at 1 s, and what is said of requests that fail."""

from __future__ import annotations

from typing import Any

from kubeskeptic.bounds import Expression, constant
from kubeskeptic.checks import fails_at_most, never_fails
from kubeskeptic.findings import Finding
from kubeskeptic.timeline import Act, ActSpan, Lane
from tests.drawn import gone, watched

ONE_SECOND = constant("test", -1.0)
"""One second when the margin is added."""
PODS = {"pod-a": "n8", "pod-b": "n8", "pod-c": "n9"}


def story(
    *lanes: Lane, end: float = 4.0, within: Expression = ONE_SECOND, at: float = 1.0, baseline: float = 0.0, **more: Any
) -> Act:
    spans = (ActSpan("act", baseline, 1, end),)
    return watched(*lanes, faults=(gone(at),), within=within, spans=spans, pods=PODS, **more)


def failing(*lanes: Lane, **more: Any) -> Finding:
    return fails_at_most(story(*lanes, **more), "web")


def none(*lanes: Lane, **more: Any) -> Finding:
    return never_fails(story(*lanes, **more), "web")
