"""Do the EndpointSlices of a Service say of its pods what the pods say of themselves?

The EndpointSlice controller writes slices from pods alone. An endpoint is ready if its pod is Ready and is not being
deleted; it has the pod's IP and node. Every pod that the Service selects is in some slice, unless it has no IP or has
ended (``podToEndpoint`` and ``ShouldPodBeInEndpoints`` in k8s.io/endpointslice). Whether the pod's node or kube-proxy
works does not matter: pods and slices are objects of the API server, and only the kube-controller-manager is between
them.

Services that publish not-ready addresses or have no selector, and slices that others write, are not compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from kubeskeptic.timeline.foreign_endpoints import MANAGED_BY, SERVICE
from kubeskeptic.timeline.objects import ip_of, is_ready, node_of
from kubeskeptic.timeline.recording import Change, Recording
from kubeskeptic.timeline.tracks import Stretch, Track, contradicting

Object = Mapping[str, Any]
Places = frozenset[tuple[str, str]]
"""The addresses, each with a node, at which a pod is ready; none if it is not."""


def misreported(recording: Recording, end: float) -> Iterator[tuple[Stretch, str]]:
    """Yield the stretches before ``end`` in which slices and pods contradict each other, each with a sentence."""
    names = {change.uid: change.name for change in recording.of_kind("Pod")}
    for service, one in _services(recording).items():
        for uid, shown in one.shown.items():
            for stretch, places in contradicting(shown, one.wanted[uid], _fits, end):
                pod = names.get(uid, f"a pod with the uid {uid}")
                where = ", ".join(f"ready at {address} on {node}" for address, node in sorted(places)) or "not ready"
                yield stretch, f"{pod} was {where} in the EndpointSlices of {service}, but not by itself"


def is_managed(change: Change) -> bool:
    """Return whether the EndpointSlice controller writes a slice."""
    return (change.object["metadata"].get("labels") or {}).get(MANAGED_BY) == "endpointslice-controller.k8s.io"


def _fits(shown: Places, wanted: Places | None) -> bool:
    """Return whether what slices say of a pod may be what the pod says. A Service may use one IP family of two."""
    return wanted is None or (shown <= wanted and bool(shown) is bool(wanted))


class _Service:
    """A Service: where each pod should be ready by the service's slices (None: anywhere or not), and where it is."""

    def __init__(self) -> None:
        self.object: Object | None = None
        self.slices: dict[str, Mapping[str, Places]] = {}
        """By the uid of a slice, where pods are ready in it, by their uids."""
        self.wanted: dict[str, Track[Places | None]] = {}
        self.shown: dict[str, Track[Places]] = defaultdict(lambda: Track(frozenset()))

    def want(self, change: Change, uid: str, pod: Object | None) -> None:
        """Note where a pod should be ready since a change of the pod or of the service."""
        if uid not in self.wanted:
            self.wanted[uid] = Track(None if change.kind == "Service" else _wanted(self.object, None))
        self.wanted[uid].turn(change, _wanted(self.object, pod))
        self.shown[uid]

    def show(self, change: Change, ready: Mapping[str, Places]) -> None:
        """Note where pods are ready in a slice since a change of it."""
        self.slices[change.uid] = ready
        for uid in {*self.shown, *ready}:
            places = frozenset().union(*(one.get(uid, frozenset()) for one in self.slices.values()))
            self.shown[uid].turn(change, places)
            self.wanted.setdefault(uid, Track(_wanted(self.object, None)))


def _services(recording: Recording) -> Mapping[str, _Service]:
    services: dict[str, _Service] = defaultdict(_Service)
    pods: dict[str, Object | None] = {}
    for change in recording.changes:
        thing = None if change.type == "DELETED" else change.object
        if change.kind == "Pod" and change.uid:
            pods[change.uid] = thing
            for one in services.values():
                one.want(change, change.uid, thing)
        elif change.kind == "Service":
            services[change.name].object = thing
            for uid in {*pods, *services[change.name].wanted}:
                services[change.name].want(change, uid, pods.get(uid))
        elif change.kind == "EndpointSlice" and is_managed(change):
            services[str(change.object["metadata"]["labels"].get(SERVICE))].show(change, _ready(thing))
    compared = pods and any(
        one.slices for one in services.values()
    )  # older journals do not identify pods, or lack slices
    return services if compared else {}


def _wanted(service: Object | None, pod: Object | None) -> Places | None:
    """Return where a pod should be ready by the slices of a service; None if this cannot be told."""
    spec = (service or {}).get("spec") or {}
    if not spec.get("selector") or spec.get("publishNotReadyAddresses"):
        return None
    if pod is None or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed") or not is_ready(pod):
        return frozenset()
    if not spec["selector"].items() <= (pod["metadata"].get("labels") or {}).items():
        return frozenset()
    ips = [one.get("ip") for one in pod["status"].get("podIPs") or ()]
    return frozenset((str(ip), node_of(pod)) for ip in (*ips, ip_of(pod)) if ip)


def _ready(thing: Object | None) -> Mapping[str, Places]:
    """Return where pods are ready by a slice, by their uids. A condition that is not set counts as true."""
    found: dict[str, Places] = defaultdict(frozenset)
    for one in (thing or {}).get("endpoints") or ():
        uid = (one.get("targetRef") or {}).get("uid")
        if uid and (one.get("conditions") or {}).get("ready") is not False:
            found[uid] |= {(str(address), str(one.get("nodeName") or "")) for address in one.get("addresses") or ()}
    return found
