"""What `skeptic watch` asks, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.errors import BadInput, ClusterError
from kubeskeptic.kube import Kube
from kubeskeptic.watching import targets

SPECS: dict[tuple[str, str], dict[str, Any]] = {
    ("default", "kubernetes"): {"clusterIP": "10.96.0.1", "ports": [{"port": 443}]},
    ("kube-system", "kube-dns"): {"clusterIP": "10.96.0.10", "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53}]},
    ("shop", "web"): {
        "clusterIP": "10.96.3.3",
        "ports": [{"port": 80, "name": "http"}, {"port": 9090, "name": "metrics"}],
    },
    ("shop", "db"): {"clusterIP": "None", "ports": [{"port": 5432}]},
}


class Services(Kube):
    """The services of a cluster, without one."""

    def __init__(self) -> None:
        """Nothing is connected to."""

    def get(self, kind: str, name: str, namespace: str = "") -> dict[str, Any]:  # type: ignore[override]
        if (namespace, name) not in SPECS:
            raise ClusterError(f"services {name!r} not found")
        return {"spec": SPECS[namespace, name]}


def test_the_api_server_and_dns_are_always_watched() -> None:
    api, dns = targets(Services(), "cluster.local", ())
    assert (api.probe.kind, api.probe.host, api.probe.port) == ("tcp", "10.96.0.1", 443)
    assert (dns.probe.qname, dns.probe.expect) == ("kubernetes.default.svc.cluster.local.", ("10.96.0.1",))


@pytest.mark.parametrize(("told", "port"), [("shop/web", 80), ("shop/web:9090", 9090), ("shop/web:metrics", 9090)])
def test_a_service_is_asked_by_its_address_and_its_name(told: str, port: int) -> None:
    _, service, name = targets(Services(), "corp.test", [told])
    assert (service.probe.name, service.probe.host, service.probe.port) == ("shop-web", "10.96.3.3", port)
    assert (name.probe.qname, name.probe.expect) == ("web.shop.svc.corp.test.", ("10.96.3.3",))


@pytest.mark.parametrize(
    ("told", "because"),
    [
        ("web", r"NAMESPACE/NAME\[:PORT\], not “web”"),
        ("shop/cart", "shop/cart cannot be watched: services 'cart' not found"),
        ("shop/db", "is headless"),
        ("shop/web:81", "has no TCP port 81; name one of 80, 9090 after the colon"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(told: str, because: str) -> None:
    with pytest.raises(BadInput, match=because):
        targets(Services(), "cluster.local", [told])
