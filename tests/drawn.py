"""Recordings that a reader can judge by eye: one character a tick.

``.`` answered, ``r`` refused, ``x`` reset, ``t`` timed out, ``w`` wrong, ``?`` unknown, a blank was never asked.
"""

from __future__ import annotations

from typing import Any

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Setting, Settings
from kubeskeptic.timeline import Act, Change, FaultSpan, Lane, Recording, Sample

SIGNS = {
    ".": Outcome.OK,
    "r": Outcome.REFUSED,
    "x": Outcome.RESET,
    "t": Outcome.TIMEOUT,
    "w": Outcome.WRONG,
    "?": Outcome.UNKNOWN,
}


def lane(
    drawing: str, node: str = "n1", probe: str = "web", period: float = 0.1, by: str = "pod-a", ports: Any = None
) -> Lane:
    """A lane that starts at time 0, one character a period."""
    samples = (
        Sample(
            tick, tick * period, 0.001, SIGNS[sign], by if sign == "." else "", (ports or {}).get(tick, 40000 + tick)
        )
        for tick, sign in enumerate(drawing)
        if sign != " "
    )
    return Lane(node, probe, period, samples)


def act(baseline: float, start: float, end: float, name: str = "act") -> Act:
    return Act(name, baseline, start, end)


def settings(**values: float) -> Settings:
    return Settings({name: Setting(name, value, "test") for name, value in values.items()})


def pod(
    seen: float,
    name: str,
    *,
    type: str = "MODIFIED",
    app: str = "web",
    uid: str = "",
    node: str = "n1",
    ip: str = "10.0.0.1",
    ready: bool = True,
    restarts: int = 0,
    deleting: bool = False,
) -> Change:
    meta = {"name": name, "uid": uid or name, "labels": {"app": app}} | (
        {"deletionTimestamp": "now"} if deleting else {}
    )
    status = {
        "podIP": ip,
        "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        "containerStatuses": [{"restartCount": restarts}],
    }
    return Change(seen, type, "Pod", {"metadata": meta, "spec": {"nodeName": node}, "status": status})


def node(seen: float, name: str, ready: str, *, type: str = "MODIFIED", unreachable: bool = False) -> Change:
    taints = [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}] if unreachable else []
    status = {"conditions": [{"type": "Ready", "status": ready}]}
    return Change(
        seen, type, "Node", {"metadata": {"name": name, "uid": name}, "spec": {"taints": taints}, "status": status}
    )


def recording(*changes: Change, **more: Any) -> Recording:
    return Recording("chapter/scenario", changes=sorted(changes, key=lambda one: one.seen), **more)


def fault(phases: dict[str, float], act: str = "act", name: str = "crash_node", target: str = "node/n1") -> FaultSpan:
    return FaultSpan("f", name, "says", act, (target,), phases=phases)
