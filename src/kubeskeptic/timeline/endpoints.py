"""Services and their endpoints, derived from the recording: which service a probe targets, and which pods may answer for it.

A pod may answer a service's requests while it is an endpoint of that service, and for at most the programming lag afterwards. A
pod that answers at any other time is a *stranger*: a dead pod, a pod of another service, or a pod that was removed from the
endpoints long ago.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from kubeskeptic.agent.answered_by import AnsweringPod
from kubeskeptic.agent.outcomes import OUTCOMES, Outcome
from kubeskeptic.errors import Inconclusive
from kubeskeptic.timeline.objects import is_ready, living, node_of
from kubeskeptic.timeline.recording import Change, Recording
from kubeskeptic.timeline.samples import Lane

Window = tuple[float, float]
_OK = OUTCOMES.index(Outcome.OK)
_SERVICE = "kubernetes.io/service-name"


def service_of(recording: Recording, probe: str) -> dict[str, Any]:
    """Return the Service that a probe targets by ClusterIP, NodePort or DNS name, as first seen.

    :raises Inconclusive: if the probe targets no recorded Service
    """
    spec = recording.specs.get(probe, {})
    for change in recording.of_kind("Service"):
        if _asks(spec, change):
            return change.object
    raise Inconclusive(f"the probe “{probe}” targets no recorded Service")


def _asks(spec: Mapping[str, Any], service: Change) -> bool:
    if spec.get("qname"):
        name, namespace = named(str(spec["qname"]))
        return name == service.name and service.namespace in ("", namespace)
    ports = service.object.get("spec", {}).get("ports") or ()
    if any(port.get("nodePort") and port["nodePort"] == spec.get("port") for port in ports):
        return True
    return spec.get("host") is not None and service.object.get("spec", {}).get("clusterIP") == spec["host"]


def named(qname: str) -> tuple[str, str]:
    """Return the name and namespace of the Service that a DNS name belongs to; both are empty if it belongs to none.

    These are the Service's own name and the names of its pods and ports (Kubernetes DNS specification, 2.3 and 2.4).
    """
    labels, is_one, _ = qname.partition(".svc.")
    _, _, *service = ("", "", "", "", *labels.split("."))
    return (service[-2], service[-1]) if is_one else ("", "")


def ready_pods(recording: Recording, service: Mapping[str, Any], at: float) -> dict[str, str]:
    """Return the Ready pods that a Service selects at a moment, as a mapping from pod name to node."""
    selector = service.get("spec", {}).get("selector") or {}
    pods = living(recording.of_kind("Pod"), at).values()
    return {
        str(pod["metadata"]["name"]): node_of(pod)
        for pod in pods
        if is_ready(pod) and selector.items() <= pod["metadata"].get("labels", {}).items()
    }


def identity(by: str) -> tuple[str, str]:
    """Return the name and uid of the pod that answered; the uid is empty in journals that do not record it.

    An agent writes ``namespace/name/uid``; older journals contain the name alone.
    """
    pod = AnsweringPod.of(by)
    return pod.name, pod.uid


def strangers(recording: Recording, lane: Lane, lag: float, away: Mapping[str, Window]) -> frozenset[int]:
    """Return the positions of a lane's good answers that came from a pod that was not an endpoint at that time.

    :param lag: seconds for which a pod may go on answering after it was removed from the endpoints
    :raises Inconclusive: if the service's endpoints were not recorded
    :param away: when each node was out as a whole: its pods cannot have answered then
    """
    service = service_of(recording, lane.probe)
    windows = _memberships(recording, str(service["metadata"]["name"]), lag)
    homes = {key: node_of(one.object) for one in recording.of_kind("Pod") for key in (one.name, one.uid)}
    if not windows:
        raise Inconclusive(
            f"no EndpointSlice of {service['metadata']['name']} was recorded: the pods that may answer are not known"
        )
    found: set[int] = set()
    fine = [_windows_of(by, windows) for by in lane.names]
    gone = [away.get(homes.get(identity(by)[1] or identity(by)[0], "")) for by in lane.names]
    for at in range(len(lane)):
        if lane.codes[at] != _OK:
            continue
        sent, by = lane.sent[at], lane.bys[at]
        absent = gone[by]
        if not any(since <= sent + lane.took[at] and sent <= until for since, until in fine[by]) or (
            absent and absent[0] < sent < absent[1]
        ):
            found.add(at)
    return frozenset(found)


def _windows_of(by: str, windows: Mapping[tuple[str, str], list[Window]]) -> list[Window]:
    name, uid = identity(by)
    return [one for (pod, known), ones in windows.items() if pod == name and uid in ("", known) for one in ones]


def _memberships(recording: Recording, service: str, lag: float) -> dict[tuple[str, str], list[Window]]:
    """Return when each pod (name, uid) was allowed to answer for a service."""
    windows: dict[tuple[str, str], list[Window]] = defaultdict(list)
    since: dict[tuple[str, str], float] = {}
    for earliest, seen, members in _memberships_over_time(recording, service):
        for pod in members - since.keys():
            since[pod] = earliest
        for pod in since.keys() - members:
            windows[pod].append((since.pop(pod), seen + lag))
    for pod, begun in since.items():
        windows[pod].append((begun, float("inf")))
    return windows


def _memberships_over_time(recording: Recording, service: str) -> Iterator[tuple[float, float, set[tuple[str, str]]]]:
    slices: dict[str, dict[str, Any]] = {}
    for change in recording.of_kind("EndpointSlice"):
        if change.object["metadata"].get("labels", {}).get(_SERVICE) != service:
            continue
        slices[change.uid] = change.object
        if change.type == "DELETED":
            del slices[change.uid]
        endpoints = [one for thing in slices.values() for one in thing.get("endpoints") or ()]
        earliest = 0.0 if change.type == "LISTED" else change.earliest
        yield earliest, change.seen, _members(endpoints, "ready") or _members(endpoints, "serving")


def _members(endpoints: list[dict[str, Any]], condition: str) -> set[tuple[str, str]]:
    """Return the pods behind endpoints whose condition is true or unset (discovery.k8s.io/v1: unset counts as true)."""
    return {
        (str(one["targetRef"]["name"]), str(one["targetRef"].get("uid", "")))
        for one in endpoints
        if one.get("targetRef") and one.get("conditions", {}).get(condition) is not False
    }
