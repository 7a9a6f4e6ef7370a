"""Recordings that a reader can judge by eye: one character a tick.

``.`` answered, ``r`` refused, ``x`` reset, ``t`` timed out, ``w`` wrong, ``?`` unknown, a blank was never asked.
"""

from __future__ import annotations

from typing import Any

from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.bounds import Expression
from kubeskeptic.settings import Setting, Settings
from kubeskeptic.timeline import Act, ActSpan, Change, FaultSpan, Lane, Recording, Sample

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


def act(baseline: float, start: float, end: float, name: str = "act") -> ActSpan:
    return ActSpan(name, baseline, start, end)


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
    by: str = "DeletionByTaintManager",
    started: str = "",
) -> Change:
    """:param by: why it is deleted, if it is; empty for nothing that Kubernetes says"""
    meta = {"name": name, "uid": uid or name, "labels": {"app": app}} | (
        {"deletionTimestamp": "2100-01-01T00:00:00Z"} if deleting else {}
    )
    status: dict[str, Any] = {
        "podIP": ip,
        "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        "containerStatuses": [
            {"name": "server", "restartCount": restarts}
            | ({"state": {"running": {"startedAt": started}}} if started else {})
        ],
    }
    if deleting and by:
        status["conditions"].append({"type": "DisruptionTarget", "status": "True", "reason": by})
    return Change(seen, type, "Pod", {"metadata": meta, "spec": {"nodeName": node}, "status": status})


def tolerating(change: Change, seconds: float) -> Change:
    """The same pod, which is evicted this many seconds after its node was tainted as unreachable."""
    toleration = {"key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "tolerationSeconds": seconds}
    change.object["spec"]["tolerations"] = [toleration]
    return change


def node(seen: float, name: str, ready: str, *, type: str = "MODIFIED", unreachable: bool = False) -> Change:
    taints = [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}] if unreachable else []
    status = {"conditions": [{"type": "Ready", "status": ready}]}
    return Change(
        seen, type, "Node", {"metadata": {"name": name, "uid": name}, "spec": {"taints": taints}, "status": status}
    )


def recording(*changes: Change, **more: Any) -> Recording:
    return Recording("chapter/scenario", changes=sorted(changes, key=lambda one: one.seen), **more)


WEB, NAME = "10.96.0.1", "web.ns.svc.cluster.local."
"""The ClusterIP of the service of these tests, and its name."""


def service(name: str = "web", ip: str = WEB) -> Change:
    spec = {"clusterIP": ip, "selector": {"app": name}, "ports": [{"port": 80, "nodePort": 30080}]}
    return Change(0.0, "LISTED", "Service", {"metadata": {"name": name, "uid": f"service-{name}"}, "spec": spec})


def endpoints(seen: float, *pods: str, type: str = "LISTED", service: str = "web") -> Change:
    """The EndpointSlice of a service, with these pods Ready."""
    ready = [{"targetRef": {"name": pod, "uid": pod}, "conditions": {"ready": True}} for pod in pods]
    metadata = {"name": f"{service}-1", "uid": f"{service}-1", "labels": {"kubernetes.io/service-name": service}}
    return Change(seen, type, "EndpointSlice", {"metadata": metadata, "endpoints": ready})


def watched(
    *lanes: Lane,
    pods: dict[str, str] | None = None,
    changes: tuple[Change, ...] = (),
    faults: tuple[FaultSpan, ...] = (),
    spans: tuple[ActSpan, ...] = (ActSpan("act", 0, 1, 4),),
    within: Expression | None = None,
    **settings_: float,
) -> Act:
    """An act in which clients ask the service `web`, as a check reads it.

    :param pods: node of each Ready pod; `pod-a` on n9 when left out
    """
    homes = {"pod-a": "n9"} if pods is None else pods
    objects = [
        service(),
        endpoints(0.0, *homes),
        *(pod(0.0, one, node=home, ready=True) for one, home in homes.items()),
    ]
    seen = recording(
        *objects,
        *changes,
        lanes={(one.node, one.probe): one for one in lanes},
        nodes=tuple(dict.fromkeys(one.node for one in lanes)),
        specs={one.probe: {"qname": NAME} if one.probe == "name" else {"host": WEB, "port": 80} for one in lanes},
        acts={span.name: span for span in spans},
        faults=list(faults),
        settings=settings(**{"SYNC": 0.0, "SYN_SENT": 2.0, **settings_}),
    )
    return Act(seen, [span.name for span in spans], within=within)


def gone(at: float = 1.0, target: str = "pod/ns/pod-a", name: str = "hang_container", **phases: float) -> FaultSpan:
    """A fault that was applied at one moment, and seen to take effect."""
    return fault({"applying": at, "applied": at, "bit": at, **phases}, name=name, target=target)


def fault(phases: dict[str, float], act: str = "act", name: str = "crash_node", target: str = "node/n1") -> FaultSpan:
    return FaultSpan("f", name, "says", act, (target,), phases=phases)
