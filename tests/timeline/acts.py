"""Two acts in a row, and faults in them."""

from __future__ import annotations

from kubeskeptic.timeline import Act, ActSpan, FaultSpan
from tests.drawn import recording

FIRST, SECOND = ActSpan("first", 1, 2, 5), ActSpan("second", 6, 7, 9)


def acts(*names: str, spans: tuple[ActSpan, ...] = (FIRST, SECOND), faults: tuple[FaultSpan, ...] = ()) -> Act:
    return Act(recording(acts={one.name: one for one in spans}, faults=list(faults)), names)


def hit(*targets: str, act: str = "first", **phases: float) -> FaultSpan:
    times = phases or {"applying": 3.0, "applied": 3.5, "bit": 4.0}
    return FaultSpan("f", "kill", "says", act, targets, phases=times)
