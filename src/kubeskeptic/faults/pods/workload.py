"""Configuration of a pod of our own workload through the API server's proxy. See :mod:`kubeskeptic.agent.serve`."""

from __future__ import annotations

from typing import Any

from kubeskeptic.durations import KUBELET_ANSWERS
from kubeskeptic.errors import BadInput, ClusterError, NotFound
from kubeskeptic.faults import state
from kubeskeptic.faults.fault import Site, UndoRecord


def record_of(site: Site, namespace: str, pod: str, port: int) -> dict[str, Any]:
    """Return what is needed to send requests to the pod.

    :raises BadInput: when there is no such pod, or it does not run our workload
    """
    try:
        found = site.kube.get("Pod", pod, namespace)
    except NotFound as missing:
        raise BadInput(f"there is no pod {namespace}/{pod}; name one that exists") from missing
    record = {"namespace": namespace, "pod": pod, "uid": found["metadata"]["uid"], "port": port}
    try:
        ask(site, record, "GET", "/healthz")
    except ClusterError as refused:
        raise BadInput(f"pod {namespace}/{pod} does not run our workload on port {port}: {refused}") from refused
    return record


def ask(
    site: Site, record: UndoRecord, method: str, path: str, body: Any = None, timeout: float | None = None
) -> bytes:
    """Send a request to the pod. Return the answer's body."""
    proxy = f"/api/v1/namespaces/{record['namespace']}/pods/{record['pod']}:{record['port']}/proxy"
    return site.kube.request(method, f"{proxy}{path}", body, timeout=timeout or KUBELET_ANSWERS)


def control(site: Site, record: UndoRecord, **wanted: Any) -> None:
    """Configure the workload, if the pod still exists."""
    if state.pod_or_none(site.kube, record["pod"], record["namespace"], record["uid"]):
        ask(site, record, "POST", "/control", wanted)
