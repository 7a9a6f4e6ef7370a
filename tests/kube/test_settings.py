from __future__ import annotations

from typing import Any

import pytest

from kubeskeptic.kube import Kube
from kubeskeptic.kube.settings import pod_ranges, proxy_mode, read_settings

from .conftest import FakeServer

SYSTEM = "/api/v1/namespaces/kube-system"
KUBELET = {"kubeletconfig": {"nodeLeaseDurationSeconds": 40, "crashLoopBackOff": {"maxContainerRestartPeriod": "5m0s"}}}
COREFILE = ".:53 {\n kubernetes cluster.local {\n ttl 30\n }\n cache 30 {\n disable success cluster.local\n }\n}"


def manager(*flags: str) -> dict[str, Any]:
    return {"items": [{"metadata": {}, "spec": {"containers": [{"command": ["kube-controller-manager", *flags]}]}}]}


@pytest.fixture
def cluster(server: FakeServer) -> FakeServer:
    nodes = [{"metadata": {"name": name}, "spec": {"podCIDRs": [cidr]}} for name, cidr in (("n1", "10.1.0.0/24"),)]
    server.says("GET", "/api/v1/nodes", {"items": nodes})
    server.says("GET", "/version", {"minor": "37+"})
    server.says("GET", f"{SYSTEM}/pods", manager("--cluster-cidr=10.0.0.0/16"))
    server.says("GET", "/api/v1/nodes/n1/proxy/configz", KUBELET)
    server.says("GET", "/api/v1/nodes/n1/proxy/metrics", b"# HELP\n")
    proxy = "mode: ''\niptables:\n  minSyncPeriod: 0s\n"
    server.says("GET", f"{SYSTEM}/configmaps/kube-proxy", {"data": {"config.conf": proxy}})
    server.says("GET", f"{SYSTEM}/configmaps/coredns", {"data": {"Corefile": COREFILE}})
    return server


def test_a_kubeadm_cluster_with_defaults(kube: Kube, cluster: FakeServer) -> None:
    settings = read_settings(kube, lambda node, argv: "120\n")
    values = {name: record["value"] for name, record in settings.as_record().items()}
    assert values == {
        "GRACE": 50, "MONITOR": 5, "HPA": 15, "STABLE": 300, "LEASE": 10, "BACKOFF": 10, "BACKOFF_MAX": 300,
        "SYNC": 1, "TTL": 30, "CACHE": 0, "SYN_SENT": 120,
    }  # fmt: skip
    assert "default of v1.37" in settings.as_record()["GRACE"]["from"]


def test_flags_win_over_defaults(kube: Kube, cluster: FakeServer) -> None:
    cluster.says("GET", f"{SYSTEM}/pods", manager("--node-monitor-grace-period=16s"))
    assert read_settings(kube, None)["GRACE"] == 16


def test_grace_was_shorter_before_1_32(kube: Kube, cluster: FakeServer) -> None:
    cluster.says("GET", "/version", {"minor": "31"})
    assert read_settings(kube, None)["GRACE"] == 40


def test_nftables_has_a_period_of_its_own(kube: Kube, cluster: FakeServer) -> None:
    config = "mode: nftables\niptables:\n  minSyncPeriod: 9s\nnftables:\n  minSyncPeriod: 2s\n"
    cluster.says("GET", f"{SYSTEM}/configmaps/kube-proxy", {"data": {"config.conf": config}})
    assert read_settings(kube, None)["SYNC"] == 2
    assert proxy_mode(kube) == "nftables"


def test_the_fast_back_off_is_read_from_the_feature_gate(kube: Kube, cluster: FakeServer) -> None:
    gate = b'kubernetes_feature_enabled{name="ReduceDefaultCrashLoopBackOffDecay",stage="ALPHA"} 1\n'
    cluster.says("GET", "/api/v1/nodes/n1/proxy/metrics", gate)
    assert read_settings(kube, None)["BACKOFF"] == 1


def test_what_cannot_be_read_is_left_out(kube: Kube, cluster: FakeServer) -> None:
    cluster.says("GET", f"{SYSTEM}/pods", {"items": []})
    cluster.says("GET", f"{SYSTEM}/configmaps/kube-proxy", {"message": "no"}, status=404)
    cluster.says("GET", "/api/v1/nodes/n1/proxy/configz", {"message": "no"}, status=403)
    assert set(read_settings(kube, None).as_record()) == {"TTL", "CACHE"}
    assert proxy_mode(kube) == ""
    assert pod_ranges(kube) == ["10.1.0.0/24"]


def test_pod_range_of_the_cluster(kube: Kube, cluster: FakeServer) -> None:
    assert pod_ranges(kube) == ["10.0.0.0/16"]
