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
    assert told == "EndpointSlice web-x of service web, managed by hand, contains 10.0.0.9, which no pod has"
    (told,) = foreign_endpoints(recording(slice_("10.0.0.9")))
    assert "managed by no named controller" in told


def test_pods_past_and_present_are_no_strangers() -> None:
    gone = pod(1.0, "pod-a", ip="10.0.0.1", type="DELETED")
    assert foreign_endpoints(recording(pod(0.0, "pod-a", ip="10.0.0.1"), gone, slice_("10.0.0.1"))) == []
    assert foreign_endpoints(recording(slice_("10.0.0.9", type="DELETED"))) == []


def test_several_addresses_are_told_in_order_and_each_slice_by_itself() -> None:
    one, other = slice_("10.0.0.9", "10.0.0.2"), slice_("10.0.0.7")
    other.object["metadata"] |= {"name": "web-y", "uid": "y"}
    told = foreign_endpoints(recording(one, other))
    assert [": ".join(("x" if "web-x" in said else "y", said.split(" contains ")[1])) for said in told] == [
        "x: 10.0.0.2, 10.0.0.9, which no pod has",
        "y: 10.0.0.7, which no pod has",
    ]


def test_a_slice_that_leads_elsewhere_later_is_told_once_as_it_was_last() -> None:
    later = slice_("10.0.0.8", type="MODIFIED")._replace(seen=3.0)
    (told,) = foreign_endpoints(recording(slice_("10.0.0.9"), later))
    assert "contains 10.0.0.8, which" in told
    mended = later._replace(object={**later.object, "endpoints": None})
    (told,) = foreign_endpoints(recording(slice_("10.0.0.9"), mended))
    assert "contains 10.0.0.9, which" in told, "requests may have failed because of what it led to"


def test_slices_of_which_little_is_said_are_read() -> None:
    bare = Change(1.0, "ADDED", "EndpointSlice", {"metadata": {"name": "bare", "uid": "b"}})
    half = slice_("10.0.0.9")
    half.object["endpoints"] += [{"addresses": None}, {}]
    del half.object["metadata"]["labels"]
    (told,) = foreign_endpoints(recording(bare, half))
    assert told.startswith("EndpointSlice web-x of service none, managed by no named controller")


def test_an_address_of_any_pod_at_any_time_is_no_stranger() -> None:
    moved = pod(0.0, "pod-a", ip="10.0.0.1"), pod(5.0, "pod-a", ip="10.0.0.2"), pod(6.0, "pod-b", ip="10.0.0.3")
    assert foreign_endpoints(recording(*moved, slice_("10.0.0.1", "10.0.0.2", "10.0.0.3"))) == []
    assert "contains 10.0.0.4, which" in foreign_endpoints(recording(*moved, slice_("10.0.0.1", "10.0.0.4")))[0]
