"""API changes as readable events: "Ready: Unknown", "pod web-0 gone".

The recorder keeps whole objects. This module compares each object with its previous state and reports only the differences on
which a claim about services, pods or nodes can depend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kubeskeptic.counting import agreeing
from kubeskeptic.redaction import redact
from kubeskeptic.timeline import Change

Seen = Mapping[str, Any]


@dataclass(frozen=True)
class ApiEvent:
    """One event of one object.

    :param at: when it was observed, Unix seconds
    :param what: follows the object's name: "gone", "Ready: Unknown"
    :param matters: priority of the label when there is no room for all; higher comes first
    """

    at: float
    kind: str
    name: str
    what: str
    matters: int = 1


@dataclass(frozen=True)
class Event:
    """Events of the same kind and close in time, merged into one: "2 pods terminating"."""

    at: float
    says: str
    names: tuple[str, ...]
    matters: int


def api_events(changes: Iterable[Change]) -> list[ApiEvent]:
    """Return the events in the order observed. Changes that add nothing new are left out."""
    before: dict[tuple[str, str, str], Seen] = {}
    found: list[ApiEvent] = []
    for change in changes:
        told = _TELLS.get(change.kind)
        if told is None:
            continue
        key = (change.kind, str(change.object["metadata"].get("namespace", "")), change.uid or change.name)
        known = before.get(key)
        now = told(change.object)
        if change.type == "DELETED":
            before.pop(key, None)
            found.append(ApiEvent(change.seen, change.kind, _name(change), "gone", 2))
            continue
        before[key] = now
        if known is None and change.type != "LISTED":
            found.append(ApiEvent(change.seen, change.kind, _name(change), "created", 2))
        if known is not None or change.type != "LISTED":
            new = list(_DIFFERENCES[change.kind](known or {}, now))
            if new:  # simultaneous differences are one event: "restarted, Ready"
                what = redact(", ".join(what for what, _ in new))
                found.append(
                    ApiEvent(change.seen, change.kind, _name(change), what, max(matters for _, matters in new))
                )
    return found


def events(found: Sequence[ApiEvent], within: float) -> list[Event]:
    """Return the events, merging those of the same kind that occur within ``within`` seconds of the first."""
    groups: list[list[ApiEvent]] = []
    open_: dict[tuple[str, ...], list[ApiEvent]] = {}
    for one in found:
        key = (one.kind, one.what, one.name if one.kind == "EndpointSlice" else "")
        group = open_.get(key)
        if group is None or one.at - group[0].at > within:
            group = open_[key] = []
            groups.append(group)
        group.append(one)
    return sorted((_event(group) for group in groups), key=lambda event: event.at)


def _event(group: Sequence[ApiEvent]) -> Event:
    first = group[0]
    names = tuple(dict.fromkeys(one.name for one in group))
    noun = _NOUNS.get(first.kind, first.kind)
    if first.kind == "EndpointSlice" and first.what[0].isdigit():
        says = f"endpoints of {first.name}: {first.what}"
    elif len(names) == 1:
        says = f"{noun} {names[0]} {first.what}"
    else:
        says = f"{len(names)} {noun}s {first.what}"
    return Event(first.at, says, names, first.matters)


def _name(change: Change) -> str:
    """Return the object's name; for an EndpointSlice its service's name, because the slice's own name is random."""
    labels = change.object["metadata"].get("labels") or {}
    return (
        str(labels.get("kubernetes.io/service-name") or change.name) if change.kind == "EndpointSlice" else change.name
    )


def _condition(seen: Seen, type_: str) -> str:
    for condition in (seen.get("status") or {}).get("conditions") or ():
        if condition.get("type") == type_:
            return str(condition.get("status", ""))
    return ""


def _pod(pod: Seen) -> Seen:
    status = pod.get("status") or {}
    containers = status.get("containerStatuses") or ()
    return {
        "ready": _condition(pod, "Ready"),
        "node": str((pod.get("spec") or {}).get("nodeName") or ""),
        "terminating": bool(pod["metadata"].get("deletionTimestamp")),
        "restarts": sum(int(one.get("restartCount") or 0) for one in containers),
        "failed": str(status.get("reason") or "Failed") if status.get("phase") == "Failed" else "",
    }


def _pod_differences(known: Seen, now: Seen) -> Iterable[tuple[str, int]]:
    if now["node"] and now["node"] != known.get("node", ""):
        yield f"on {now['node']}", 1
    if now["restarts"] > known.get("restarts", 0):
        yield "restarted", 3
    if now["failed"] and not known.get("failed"):
        yield f"failed: {now['failed']}", 3
    if now["ready"] != known.get("ready", "") and (known or now["ready"] == "True"):
        yield ("Ready", 3) if now["ready"] == "True" else ("not Ready", 3)
    if now["terminating"] and not known.get("terminating"):
        yield "terminating", 3


def _node(node: Seen) -> Seen:
    taints = (node.get("spec") or {}).get("taints") or ()
    return {
        "ready": _condition(node, "Ready"),
        "taints": frozenset(str(taint["key"]).rpartition("/")[2] for taint in taints),
    }


def _node_differences(known: Seen, now: Seen) -> Iterable[tuple[str, int]]:
    if known and now["ready"] != known["ready"]:
        yield ("Ready" if now["ready"] == "True" else f"Ready: {now['ready'] or 'gone'}"), 5
    had = known.get("taints", frozenset())
    for key in sorted(now["taints"] - had):
        yield f"tainted {key}", 4
    for key in sorted(had - now["taints"]) if known else ():
        yield f"no longer {key}", 2


def _slice(slice_: Seen) -> Seen:
    ready = [one for one in slice_.get("endpoints") or () if (one.get("conditions") or {}).get("ready") is not False]
    return {"ready": sum(len(one.get("addresses") or ()) for one in ready)}


def _slice_differences(known: Seen, now: Seen) -> Iterable[tuple[str, int]]:
    if known and known["ready"] != now["ready"]:
        yield f"{known['ready']} → {now['ready']} ready", 4


def _owner(owner: Seen) -> Seen:
    return {"wanted": (owner.get("spec") or {}).get("replicas")}


def _owner_differences(known: Seen, now: Seen) -> Iterable[tuple[str, int]]:
    if known and known["wanted"] != now["wanted"]:
        yield f"scaled {known['wanted']} → {now['wanted']}", 4


def _service(service: Seen) -> Seen:
    return {"ip": str((service.get("spec") or {}).get("clusterIP") or "")}


def _service_differences(known: Seen, now: Seen) -> Iterable[tuple[str, int]]:
    if known and known["ip"] != now["ip"]:
        yield f"ClusterIP {known['ip']} → {now['ip']}", 5


def _autoscaler(autoscaler: Seen) -> Seen:
    status = autoscaler.get("status") or {}
    return {
        "wanted": status.get("desiredReplicas"),
        "metrics": ", ".join(filter(None, map(_current, status.get("currentMetrics") or ()))),
    }


def _current(metric: Seen) -> str:
    """Return a metric's current value as in ``kubectl describe``: "cpu 95 %", "queue-depth 58"; empty if there is none yet."""
    source = next((one for one in metric.values() if isinstance(one, dict)), {})
    current = source.get("current") or {}
    name = source.get("name") or (source.get("metric") or {}).get("name")
    utilisation = current.get("averageUtilization")
    value = f"{utilisation} %" if utilisation is not None else current.get("averageValue") or current.get("value")
    return f"{name} {value}" if value is not None else ""


def _autoscaler_differences(known: Seen, now: Seen) -> Iterable[tuple[str, int]]:
    if now["metrics"] and now["metrics"] != known.get("metrics", ""):
        yield f"measured {now['metrics']}", 2
    if known and known["wanted"] != now["wanted"]:
        yield f"wants {now['wanted']} {agreeing(now['wanted'], 'replica', 'replicas')}", 4


_TELLS: dict[str, Callable[[Seen], Seen]] = {
    "Pod": _pod,
    "Node": _node,
    "EndpointSlice": _slice,
    "Service": _service,
    "Deployment": _owner,
    "StatefulSet": _owner,
    "HorizontalPodAutoscaler": _autoscaler,
}
_DIFFERENCES: dict[str, Callable[[Seen, Seen], Iterable[tuple[str, int]]]] = {
    "Pod": _pod_differences,
    "Node": _node_differences,
    "EndpointSlice": _slice_differences,
    "Service": _service_differences,
    "Deployment": _owner_differences,
    "StatefulSet": _owner_differences,
    "HorizontalPodAutoscaler": _autoscaler_differences,
}
_NOUNS = {
    "Pod": "pod",
    "Node": "node",
    "Service": "service",
    "EndpointSlice": "endpoint slice",
    "HorizontalPodAutoscaler": "HPA",
}
