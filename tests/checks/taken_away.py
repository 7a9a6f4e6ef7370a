"""An act in which what a fault takes away is gone from 1 s on; requests may fail for two seconds. A character is 0.1 s."""

from __future__ import annotations

from typing import Any

from kubeskeptic.bounds import constant
from kubeskeptic.timeline import Act, ActSpan, FaultSpan, Lane
from tests.checks.faulted import PODS
from tests.drawn import gone, watched

TWO_SECONDS = constant("test", 0.0)
"""Two seconds when the margin is added: until 3 s."""


def story(*lanes: Lane, fault: FaultSpan | None = None, pods: Any = None, end: float = 4.0, **more: Any) -> Act:
    spans = (ActSpan("act", 0, 1, end),)
    return watched(
        *lanes, faults=(fault or gone(1.0),), spans=spans, pods=pods or PODS, **{"within": TWO_SECONDS, **more}
    )
