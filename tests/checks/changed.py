"""Changes that somebody made in an act, and what is told of them. A minute: the act is from 1 s to 60 s."""

from __future__ import annotations

from typing import Any

from kubeskeptic.checks import writers
from kubeskeptic.timeline import ActSpan, Change, FaultSpan
from kubeskeptic.timeline.recording import GIVEN
from tests.checks.minute import GOOD, minute
from tests.drawn import node


def told(*changes: Change, faults: tuple[FaultSpan, ...] = (), given: float | None = None) -> list[str]:
    act = minute(GOOD, changes=changes, faults=faults)
    if given is not None:
        act.recording.acts[GIVEN] = ActSpan(GIVEN, -9.0, -9.0, given)
    return [*writers.lacking(act)]


def thing(seen: float, kind: str = "Deployment", by: str = "", **spec: Any) -> Change:
    return Change(
        seen, "MODIFIED", kind, {"metadata": {"name": "web", "uid": kind}, "spec": spec}, by=(by,) if by else ()
    )


def marked(
    seen: float, *taints: str, cordoned: bool = False, age: float = 0.0, type: str = "MODIFIED", name: str = "w1"
) -> Change:
    change = node(seen, name, "True", type=type)
    change.object["spec"] = {"taints": [dict(zip(("key", "effect"), one.split(":"), strict=True)) for one in taints]}
    change.object["spec"] |= {"unschedulable": True} if cordoned else {}
    return change._replace(age=age)
