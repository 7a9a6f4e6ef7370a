"""Settings are what is in force, for each component and node; what cannot be read is said, never guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.kube.settings.proxies import node_ports
from kubeskeptic.settings import Settings
from tests.kube.answers import COREFILE, LEASE, NEW, SYSTEM, Cluster, Nodes, kubelet, manager

Read = Callable[..., Settings]


def test_a_kubeadm_cluster_with_defaults(read: Read) -> None:
    settings = read()
    values = {name: record["value"] for name, record in settings.as_record().items()}
    assert values == {
        "GRACE": 50, "MONITOR": 5, "HPA": 15, "STABLE": 300, "ELECTION": 19.4, "LEASE": 10, "STATUS": 10,
        "BACKOFF": 10, "BACKOFF_MAX": 300, "SYNC": 1, "TTL": 30, "CACHE": 0, "CACHE_DENIAL": 30, "SYN_SENT": 120,
    }  # fmt: skip
    assert settings.missing == {}
    assert "default of v1.37" in settings.as_record()["GRACE"]["from"]


# -- the controller-manager that leads ---------------------------------------------------------------------------------
def test_flags_win_over_defaults(read: Read, cluster: Cluster) -> None:
    cluster.leads("n1", manager("n1", "--node-monitor-grace-period=16s"))
    assert read()["GRACE"] == 16


def test_the_length_of_a_leader_election_follows_its_flags(read: Read, cluster: Cluster) -> None:
    cluster.leads("n1", manager("n1", "--leader-elect-lease-duration=30s", "--leader-elect-retry-period=5s"))
    assert read()["ELECTION"] == 41
    cluster.leads("n1", manager("n1", "--leader-elect-retry-period=5s"))
    assert read()["ELECTION"] == 26
    assert "lease-duration 15s, --leader-elect-retry-period 5s" in read().setting("ELECTION").source


def test_the_leaders_flags_and_version_count_and_not_anothers(read: Read, cluster: Cluster) -> None:
    cluster.leads("n2", manager("n1", "--node-monitor-period=9s"), manager("n2", version="v1.31.4"))
    assert (read()["GRACE"], read()["MONITOR"]) == (40, 5)


def test_a_host_name_may_have_its_domain(read: Read, cluster: Cluster) -> None:
    cluster.leads("n2.example", manager("n1"), manager("n2", "--node-monitor-period=9s"))
    assert read()["MONITOR"] == 9


def test_a_leader_that_is_no_pod_is_said(read: Read, cluster: Cluster) -> None:
    cluster.leads("elsewhere", manager("n1"))
    with pytest.raises(Inconclusive, match=r"that leads .elsewhere_9fae. is not one of manager-n1"):
        read()["GRACE"]


def test_a_single_one_leads_where_the_lease_may_not_be_read(read: Read, cluster: Cluster) -> None:
    cluster.get(LEASE, {"message": "forbidden"}, status=403)
    assert read()["GRACE"] == 50
    cluster.leads("n1", manager("n1"), manager("n2"))
    cluster.get(LEASE, {"message": "forbidden"}, status=403)
    with pytest.raises(Inconclusive, match="forbidden"):
        read()["GRACE"]


# -- kubelets ----------------------------------------------------------------------------------------------------------
def test_each_kubelet_counts_for_its_node(read: Read, cluster: Cluster) -> None:
    cluster.get("/api/v1/nodes/n2/proxy/configz", kubelet(lease=80, longest="7s"))
    settings = read()
    assert (settings["LEASE"], settings.on("n1")["LEASE"], settings.on("n2")["LEASE"]) == (20, 10, 20)
    assert (settings.on("n1")["BACKOFF"], settings.on("n2")["BACKOFF"]) == (10, 7)
    assert "10 on n1; 20 on n2" in settings.as_record()["LEASE"]["from"]


def test_the_fast_back_off_is_read_from_the_feature_gate(read: Read, cluster: Cluster) -> None:
    gate = b'kubernetes_feature_enabled{name="ReduceDefaultCrashLoopBackOffDecay",stage="ALPHA"} 1\n'
    cluster.get("/api/v1/nodes/n2/proxy/metrics", gate)
    assert (read().on("n1")["BACKOFF"], read().on("n2")["BACKOFF"]) == (10, 1)


def test_thresholds_of_eviction_keep_their_unit(read: Read, cluster: Cluster) -> None:
    hard = {"memory.available": "100Mi", "nodefs.available": "10%"}
    for name in ("n1", "n2"):
        cluster.get(f"/api/v1/nodes/{name}/proxy/configz", kubelet(evictionHard=hard))
    record = read().as_record()
    assert (record["EVICTION memory.available"]["value"], record["EVICTION memory.available"]["unit"]) == (
        100 * 2**20,
        "B",
    )
    assert (record["EVICTION nodefs.available"]["value"], record["EVICTION nodefs.available"]["unit"]) == (10, "%")


def test_one_kubelet_that_does_not_answer_leaves_the_others(read: Read, cluster: Cluster) -> None:
    cluster.get("/api/v1/nodes/n2/proxy/configz", {"message": "no route to host"}, status=502)
    settings = read()
    assert settings.on("n1")["LEASE"] == 10
    for unknown in (settings, settings.on("n2")):
        with pytest.raises(Inconclusive, match=r"n2: .*no route to host"):
            unknown["LEASE"]


# -- kube-proxy --------------------------------------------------------------------------------------------------------
def test_the_running_kube_proxy_counts_and_not_its_config_map(read: Read, cluster: Cluster) -> None:
    nodes = Nodes()
    nodes.proxies["n2"] = {"mode": "nftables", "iptables": {"minSyncPeriod": "9s"}, "nftables": {"minSyncPeriod": "2s"}}
    settings = read(nodes)
    assert (settings.on("n1")["SYNC"], settings.on("n2")["SYNC"]) == (1, 2)
    assert (
        "iptables.minSyncPeriod or nftables.minSyncPeriod of the running kube-proxy" in settings.setting("SYNC").source
    )


@pytest.mark.parametrize(
    ("config", "seconds"),
    [
        ({"Mode": "iptables", "MinSyncPeriod": "3s"}, 3),
        ({"Mode": "nftables", "NFTables": {"MinSyncPeriod": "4s"}}, 4),
        ({"mode": "iptables", "iptables": {"minSyncPeriod": "0s"}}, 1),
        ({"mode": "ipvs", "ipvs": {"minSyncPeriod": "0s"}}, 0),
    ],
)
def test_forms_of_a_configuration(read: Read, config: dict[str, Any], seconds: float) -> None:
    nodes = Nodes()
    nodes.proxies = {"n1": config, "n2": config}
    assert read(nodes)["SYNC"] == seconds


def test_the_api_servers_proxy_is_a_second_way(read: Read, cluster: Cluster) -> None:
    nodes = Nodes()
    nodes.proxies = {}
    for name in ("n1", "n2"):
        said = {"kubeproxy.config.k8s.io": {"mode": "iptables", "iptables": {"minSyncPeriod": "5s"}}}
        cluster.get(f"{SYSTEM}/pods/proxy-{name}:10249/proxy/configz", said)
    assert read(nodes)["SYNC"] == 5


def test_a_config_map_counts_for_pods_made_after_it_changed(read: Read, cluster: Cluster) -> None:
    nodes = Nodes()
    nodes.proxies = {}
    assert read(nodes)["SYNC"] == 7


def test_an_edited_config_map_is_not_in_force(read: Read, cluster: Cluster) -> None:
    nodes = Nodes()
    nodes.proxies = {}
    cluster.config_map("kube-proxy", {"config.conf": "iptables:\n  minSyncPeriod: 7s\n"}, changed=NEW)
    with pytest.raises(Inconclusive, match="its ConfigMap was changed after proxy-n1 was made"):
        read(nodes)["SYNC"]
    with pytest.raises(NotAsked, match="connection refused"):
        read(nodes, ours=False)["SYNC"]


def test_where_a_kube_proxy_serves_node_ports() -> None:
    assert node_ports({}) == {
        "mode": "iptables", "nodePortAddresses": [], "localhostNodePorts": True, "featureGates": {}
    }  # fmt: skip
    one = {"mode": "nftables", "iptables": {"LocalhostNodePorts": False}, "nodeportaddresses": ["primary"]}
    expected = {"mode": "nftables", "nodePortAddresses": ["primary"], "localhostNodePorts": False}
    assert node_ports(one | {"featuregates": {"AllAlpha": True}}) == expected | {"featureGates": {"AllAlpha": True}}
    assert node_ports({"iptables": {"localhostNodePorts": None}, "nodeportaddresses": None})["localhostNodePorts"]


# -- CoreDNS -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"Caddyfile": "x"}, "has no key Corefile, only Caddyfile"),
        (None, "has no key Corefile, only no data"),
        ({"Corefile": ".:53 {\n forward . 1.1.1.1\n}"}, "no server of the Corefile has the kubernetes plugin"),
    ],
)
def test_a_corefile_of_another_shape(read: Read, cluster: Cluster, data: dict[str, str] | None, words: str) -> None:
    cluster.config_map("coredns", data)
    with pytest.raises(Inconclusive, match=words):
        read()["TTL"]


def test_a_corefile_that_has_just_been_changed_may_not_be_in_force(read: Read, cluster: Cluster) -> None:
    now = (datetime.now(UTC) - timedelta(seconds=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    cluster.config_map("coredns", {"Corefile": COREFILE}, changed=now)
    with pytest.raises(Inconclusive, match=r"was changed 2. s ago, and can take up to 180 s to take effect"):
        read()["CACHE"]
    cluster.config_map("coredns", {"Corefile": COREFILE}, changed=NEW)
    assert read()["CACHE"] == 0
    cluster.config_map("coredns", {"Corefile": COREFILE.replace("reload", "")}, changed=NEW)
    with pytest.raises(Inconclusive, match="after CoreDNS was started, and it has no `reload`"):
        read()["CACHE"]


# -- nodes, and what is missing ----------------------------------------------------------------------------------------
def test_one_command_that_fails_makes_nothing_skipped(read: Read) -> None:
    nodes = Nodes()
    del nodes.syn_sent["n2"]
    settings = read(nodes)
    assert settings.on("n1")["SYN_SENT"] == 120
    with pytest.raises(Inconclusive, match=r"n2: .*no way into n2"):
        settings["SYN_SENT"]


def test_what_cannot_be_read_elsewhere_is_not_asked(read: Read, cluster: Cluster) -> None:
    cluster.leads("n1")
    nodes = Nodes()
    nodes.syn_sent = {}
    settings = read(nodes, ours=False)
    for name in ("GRACE", "SYN_SENT"):
        assert name not in settings
        with pytest.raises(NotAsked):
            settings[name]
    again = Settings.from_record(settings.as_record(), **settings.unread_record())
    with pytest.raises(NotAsked, match="no pod of kube-system has the label component=kube-controller-manager"):
        again["GRACE"]


def test_values_of_nodes_survive_the_journal(read: Read) -> None:
    nodes = Nodes()
    nodes.syn_sent["n2"] = "60"
    settings = read(nodes)
    again = Settings.from_record(json.loads(json.dumps(settings.as_record())), **settings.unread_record())
    assert (again["SYN_SENT"], again.on("n2")["SYN_SENT"]) == (120, 60)


def test_a_node_that_joined_later_was_not_read(read: Read) -> None:
    settings = read().on("n3")
    assert settings["GRACE"] == 50
    with pytest.raises(Inconclusive, match="not read on n3"):
        settings["LEASE"]
