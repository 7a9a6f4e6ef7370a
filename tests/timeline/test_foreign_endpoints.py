"""Endpoints that no pod stands behind."""

from __future__ import annotations

from typing import Any

from kubeskeptic.timeline import Change
from kubeskeptic.timeline.foreign_endpoints import foreign_endpoints
from tests.drawn import endpoints, pod, recording


def slice_(*addresses: str, type: str = "ADDED", **labels: str) -> Change:
    metadata: dict[str, Any] = {"name": "web-x", "uid": "x", "labels": {"kubernetes.io/service-name": "web"} | labels}
    return Change(2.0, type, "EndpointSlice", {"metadata": metadata, "endpoints": [{"addresses": list(addresses)}]})


def test_an_address_that_no_pod_has_is_told_with_its_slice_and_who_manages_it() -> None:
    by_hand = slice_("10.0.0.9", "10.0.0.1", **{"endpointslice.kubernetes.io/managed-by": "hand"})
    (told,) = foreign_endpoints(recording(pod(0.0, "pod-a", ip="10.0.0.1"), endpoints(0.0, "pod-a"), by_hand))
    assert told == "EndpointSlice web-x of service web, managed by hand, leads to 10.0.0.9, which no pod has"
    (told,) = foreign_endpoints(recording(slice_("10.0.0.9")))
    assert "managed by no named controller" in told


def test_pods_past_and_present_are_no_strangers() -> None:
    gone = pod(1.0, "pod-a", ip="10.0.0.1", type="DELETED")
    assert foreign_endpoints(recording(pod(0.0, "pod-a", ip="10.0.0.1"), gone, slice_("10.0.0.1"))) == []
    assert foreign_endpoints(recording(slice_("10.0.0.9", type="DELETED"))) == []
