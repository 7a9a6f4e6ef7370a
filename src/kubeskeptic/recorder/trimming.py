"""The parts of an API object that the journal keeps: what claims are about, without fields that merely tick. Pure.

A change outside these parts (a node's heartbeat, a new ``resourceVersion``, managed fields) is not recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Object = dict[str, Any]

_METADATA = (
    "name", "namespace", "uid", "generation", "labels", "creationTimestamp", "deletionTimestamp",
    "deletionGracePeriodSeconds",
)  # fmt: skip
_OWNER = ("kind", "name", "uid", "controller")
OWN_ANNOTATIONS = "kubeskeptic/"
"""Prefix of the annotations that are kept."""

_SPEC: dict[str, tuple[str, ...]] = {
    "Pod": ("nodeName", "hostname", "restartPolicy", "hostNetwork", "terminationGracePeriodSeconds", "tolerations"),
    "Node": ("taints", "unschedulable", "podCIDR"),
    "Service": (
        "type", "clusterIP", "clusterIPs", "ports", "selector", "publishNotReadyAddresses", "sessionAffinity",
        "externalTrafficPolicy", "internalTrafficPolicy",
    ),
    "ReplicaSet": ("replicas", "selector", "minReadySeconds"),
    "Deployment": ("replicas", "selector", "strategy", "minReadySeconds", "paused"),
    "StatefulSet": ("replicas", "selector", "serviceName", "podManagementPolicy", "updateStrategy"),
    "DaemonSet": ("selector", "updateStrategy"),
}  # fmt: skip
_NODE_STATUS = ("addresses", "allocatable", "capacity", "nodeInfo")
_CONTAINER = ("name", "image", "resources", "ports", "readinessProbe", "livenessProbe")


def trimmed(thing: Object) -> Object:
    """Return a copy of an API object with only the parts kept. Kinds unknown here keep all but their managed fields."""
    kept = {"kind": thing.get("kind", ""), "metadata": _metadata(thing["metadata"])}
    kind = kept["kind"]
    if kind == "EndpointSlice":
        return kept | _only(thing, ("addressType", "ports")) | {"endpoints": _endpoints(thing.get("endpoints") or ())}
    if kind not in _SPEC:
        return kept | {key: value for key, value in thing.items() if key not in ("kind", "apiVersion", "metadata")}
    spec = _only(thing.get("spec") or {}, _SPEC[kind])
    if kind == "Pod":
        spec["containers"] = [_only(one, _CONTAINER) for one in thing.get("spec", {}).get("containers", ())]
    return kept | {"spec": spec, "status": _STATUS.get(kind, dict)(thing.get("status") or {})}


def _metadata(metadata: Mapping[str, Any]) -> Object:
    kept = _only(metadata, _METADATA)
    if metadata.get("ownerReferences"):
        kept["ownerReferences"] = [_only(owner, _OWNER) for owner in metadata["ownerReferences"]]
    ours = {k: v for k, v in (metadata.get("annotations") or {}).items() if k.startswith(OWN_ANNOTATIONS)}
    return kept | ({"annotations": ours} if ours else {})


def _node_status(status: Mapping[str, Any]) -> Object:
    """Return a node's status without images and heartbeat times: a condition states since when it has held."""
    conditions = [
        {key: value for key, value in condition.items() if key != "lastHeartbeatTime"}
        for condition in status.get("conditions") or ()
    ]
    return _only(status, _NODE_STATUS) | {"conditions": conditions}


_STATUS: dict[str, Callable[[Mapping[str, Any]], Object]] = {"Node": _node_status}


def _endpoints(endpoints: Iterable[Mapping[str, Any]]) -> list[Object]:
    """Return the endpoints sorted by address: the server's order is meaningless and changes."""
    kept = []
    for endpoint in endpoints:
        one = _only(endpoint, ("addresses", "conditions", "nodeName"))
        if endpoint.get("targetRef"):
            one["targetRef"] = _only(endpoint["targetRef"], ("kind", "name", "uid"))
        kept.append(one)
    return sorted(kept, key=lambda one: (one.get("addresses") or [], one.get("targetRef", {}).get("uid", "")))


def _only(thing: Mapping[str, Any], keys: Iterable[str]) -> Object:
    return {key: thing[key] for key in keys if key in thing}
