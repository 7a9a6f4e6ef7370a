"""The name servers as the EndpointSlices of their Service show them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kubeskeptic.errors import Forbidden
from kubeskeptic.scenarios.namespace_view import NamespaceView


class Kube:
    """Knows one Service and its slices."""

    def __init__(self, cluster_ip: str, *slices: dict[str, Any], forbidden: bool = False) -> None:
        self.cluster_ip, self.slices, self.forbidden = cluster_ip, slices, forbidden

    def get(self, kind: str, name: str, namespace: str) -> dict[str, Any]:
        assert (kind, name, namespace) == ("Service", "kube-dns", "kube-system")
        return {"spec": {"clusterIP": self.cluster_ip}}

    def list(self, kind: str, namespace: str, labels: str) -> dict[str, Any]:
        assert (kind, namespace, labels) == ("EndpointSlice", "kube-system", "kubernetes.io/service-name=kube-dns")
        if self.forbidden:
            raise Forbidden("no", 403)
        return {"items": list(self.slices)}


def endpoints(*args: Any, **more: Any) -> dict[str, str]:
    run: Any = SimpleNamespace(kube=Kube(*args, **more))
    return NamespaceView(run, "ns").name_server_endpoints()


def one(pod: str, address: str, **conditions: bool) -> dict[str, Any]:
    return {"addresses": [address], "conditions": conditions, "targetRef": {"kind": "Pod", "name": pod}}


FOUR = {"addressType": "IPv4", "endpoints": [one("a", "10.0.0.7", ready=True), one("b", "10.0.0.8")]}
SIX = {"addressType": "IPv6", "endpoints": [one("a", "fd00::7", ready=True)]}


@pytest.mark.parametrize(
    ("cluster_ip", "known"), [("10.96.0.10", {"a": "10.0.0.7", "b": "10.0.0.8"}), ("fd00::a", {"a": "fd00::7"})]
)
def test_the_endpoints_of_the_family_that_clients_query(cluster_ip: str, known: dict[str, str]) -> None:
    assert endpoints(cluster_ip, FOUR, SIX) == known


def test_an_endpoint_that_is_not_ready_or_no_pod_is_none() -> None:
    bare = {"addresses": ["10.0.0.9"], "conditions": {"ready": True}}
    other = {"addressType": "IPv4", "endpoints": [one("c", "10.0.0.5", ready=False), bare]}
    assert endpoints("10.96.0.10", FOUR, other, {"addressType": "IPv4", "endpoints": None}) == {
        "a": "10.0.0.7",
        "b": "10.0.0.8",
    }


def test_nothing_is_known_of_slices_that_may_not_be_listed() -> None:
    assert endpoints("10.96.0.10", FOUR, forbidden=True) == {}
