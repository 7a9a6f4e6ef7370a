from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kubeskeptic.clusters import network
from kubeskeptic.clusters.network import NetworkNode
from tests.clusters.fakes import FakeProgram

A = NetworkNode("a", "172.17.0.2", "10.244.0.0/24")
B = NetworkNode("b", "172.17.0.3", "10.244.1.0/24")
C = NetworkNode("c", "172.17.0.4", "10.244.2.0/24")


def node(place: NetworkNode, *, pods: bool = True) -> dict[str, Any]:
    addresses = [{"type": "InternalIP", "address": "fc00::2"}, {"type": "InternalIP", "address": place.address}]
    return {
        "metadata": {"name": place.node},
        "spec": {"podCIDR": place.pods} if pods else {},
        "status": {"addresses": addresses},
    }


def test_nodes_without_a_range_have_no_place_yet() -> None:
    assert network.places({"items": [node(A), node(B, pods=False)]}) == [A]


def test_each_node_knows_the_way_to_every_other() -> None:
    assert network.settings(B, [A, B, C], ["10.96.0.0/16"]) == (
        "pods 10.244.0.0/16\nhere 10.244.1.0/24\nservices 10.96.0.0/16\n"
        "route 10.244.0.0/24 172.17.0.2\nroute 10.244.2.0/24 172.17.0.4\n"
    )


def test_the_ranges_of_services_are_those_of_the_cluster() -> None:
    listed = {"items": [{"spec": {"cidrs": ["10.96.0.0/16", "fd00:10:96::/112"]}}]}
    assert network.service_ranges(listed) == ["10.96.0.0/16"]


def test_pods_get_addresses_of_their_nodes_range() -> None:
    chain = json.loads(network.plugins(B))["plugins"]
    assert [plugin["type"] for plugin in chain] == ["ptp", "portmap"]
    assert chain[0]["ipam"]["ranges"] == [[{"subnet": "10.244.1.0/24"}]]
    assert chain[0]["ipMasq"] is False


@pytest.fixture
def docker(tmp_path: Path) -> FakeProgram:
    return FakeProgram(tmp_path)


def test_a_node_is_called_ready_after_its_routes_are_there(docker: FakeProgram) -> None:
    docker.answer("exec", "a", "kubectl", out=json.dumps({"items": [node(A)]}))
    services = {"items": [{"spec": {"cidrs": ["10.96.0.0/16"]}}]}
    docker.answer("exec", "a", *network.KUBECTL, "get", "servicecidrs", out=json.dumps(services))
    network.configure(docker.engine, "a", 1)
    steps = [" ".join(call) for call in docker.calls]
    routes = next(place for place, step in enumerate(steps) if "restart kubeskeptic-network" in step)
    plugins = next(place for place, step in enumerate(steps) if network.CONFLIST in step)
    assert routes < plugins


@pytest.mark.parametrize(
    ("cluster", "addresses"),
    [
        ("h", "172.18.255.238-172.18.255.253"),
        ("i", "172.18.255.222-172.18.255.237"),
        ("p", "172.18.255.238-172.18.255.253"),
    ],
)
def test_addresses_of_load_balancers_are_the_last_of_the_network_and_differ_by_cluster(
    docker: FakeProgram, cluster: str, addresses: str
) -> None:
    docker.answer("network", "inspect", "kind", out=json.dumps([{"Subnet": "fc00::/64"}, {"Subnet": "172.18.0.0/16"}]))
    assert network.free_addresses(docker.engine, cluster) == addresses
